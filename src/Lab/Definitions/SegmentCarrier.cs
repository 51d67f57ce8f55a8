namespace Lab.Definitions;

/// <summary>What kind of network of this host carries a segment.</summary>
public enum SegmentCarrierKind
{
    /// <summary>A network of libvirt's: NAT, isolated, routed or open.</summary>
    Network,

    /// <summary>A bridge of this host's.</summary>
    Bridge,
}

/// <summary>A network of this host that carries a segment, in place of a switch of the lab's own. It is there already, and Lab leaves it as it is.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
public sealed record SegmentCarrier(SegmentCarrierKind Kind, string Name)
{
    /// <summary>What it is, in words.</summary>
    public override string ToString() => Kind == SegmentCarrierKind.Network ? $"libvirt's network `{Name}`" : $"this host's bridge `{Name}`";
}
