using System.Buffers.Binary;
using System.Net;

namespace Lab.Definitions;

/// <summary>A network of a lab. Every copy of the lab has it with the same addresses, and none sees another's, unless a network of this host carries it.</summary>
public sealed record SegmentDefinition
{
    /// <summary>Its name: a lower-case letter, then lower-case letters, digits and <c>-</c>, 15 at most. Unique in its lab, and the name of the guests' interfaces on it.</summary>
    public required string Name { get; init; }

    /// <summary>Its IPv4 addresses; the prefix is 8 to 29 bits long.</summary>
    public required IPNetwork Subnet { get; init; }

    /// <summary>Where this host is on it.</summary>
    /// <value>The first address unless set.</value>
    public required IPAddress Host { get; init; }

    /// <summary>The network of this host that carries it; null for a switch of the lab's own, which is what keeps copies of a lab apart.</summary>
    public SegmentCarrier? Carrier { get; init; }

    /// <summary>Where its carrier stands in the lab file; null where it has none.</summary>
    public SourceLocation? CarrierLocation { get; init; }

    /// <summary>Where guests find what is on no network of theirs: their default route, and the name server they ask. Null leaves them without either.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>Further names for addresses on it, as for one that guests share: all guests know them.</summary>
    public IReadOnlyList<SegmentName> Names { get; init; } = [];

    /// <summary>Where its name stands in the lab file.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Whether a host can have an address: it is in the subnet and neither its first, which names it, nor its last, which means all.</summary>
    internal static bool Holds(IPNetwork subnet, IPAddress address) =>
        subnet.Contains(address) && Number(address) is var number && number != First(subnet) && number != First(subnet) + (uint)(1L << (32 - subnet.PrefixLength)) - 1;

    /// <summary>The network that an address with a prefix is on.</summary>
    internal static IPNetwork NetworkOf(IPAddress address, int prefix) => new(Address(Number(address) & (uint)(-1L << (32 - prefix))), prefix);

    internal static IPAddress FirstHost(IPNetwork subnet) => Address(First(subnet) + 1);

    internal static bool Overlap(IPNetwork one, IPNetwork other) => one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    private static uint First(IPNetwork subnet) => Number(subnet.BaseAddress);

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    private static IPAddress Address(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}

/// <summary>A name for an address on a segment.</summary>
/// <param name="Name">The name.</param>
/// <param name="Address">The address.</param>
public sealed record SegmentName(string Name, IPAddress Address);

/// <summary>Where a guest is on a segment.</summary>
/// <param name="Segment">The segment's name.</param>
/// <param name="Address">The guest's address there.</param>
/// <param name="Prefix">The length of the segment's prefix.</param>
/// <param name="Carrier">The network of this host that carries the segment; null for a switch of the lab's own.</param>
/// <param name="Gateway">Its default route, and its name server; null for neither.</param>
public sealed record SegmentAddress(string Segment, IPAddress Address, int Prefix, SegmentCarrier? Carrier = null, IPAddress? Gateway = null);
