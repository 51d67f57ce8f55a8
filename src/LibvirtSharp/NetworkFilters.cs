namespace LibvirtSharp;

/// <summary>Which networks to list: <c>virConnectListAllNetworksFlags</c>.</summary>
[Flags]
public enum NetworkFilters
{
    /// <summary>All.</summary>
    None = 0,

    /// <summary>Those that are down.</summary>
    Inactive = 1 << 0,

    /// <summary>Those that are up.</summary>
    Active = 1 << 1,

    /// <summary>Those with a stored definition.</summary>
    Persistent = 1 << 2,

    /// <summary>Those without a stored definition.</summary>
    Transient = 1 << 3,

    /// <summary>Those that start with the daemon.</summary>
    Autostart = 1 << 4,

    /// <summary>Those that do not start with the daemon.</summary>
    NoAutostart = 1 << 5,
}
