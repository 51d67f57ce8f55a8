namespace Lab.Definitions;

/// <summary>A virtual machine of a lab.</summary>
public sealed record GuestDefinition
{
    /// <summary>Its name: a lower-case letter, then lower-case letters, digits and <c>-</c>, 31 at most. Unique in its lab.</summary>
    public required string Name { get; init; }

    /// <summary>The tree it is first installed with, which has a <see cref="TreeDefinition.Ref"/>; null where it begins on an <see cref="Image"/>.</summary>
    public TreeDefinition? Tree { get; init; }

    /// <summary>The image it begins on; null where it is installed with a <see cref="Tree"/>.</summary>
    public ImageDefinition? Image { get; init; }

    /// <summary>Its Ignition configuration (https://coreos.github.io/ignition/specs/), handed to it in its firmware's configuration; null for none.</summary>
    public string? Ignition { get; init; }

    /// <summary>Its memory.</summary>
    /// <value>1 GiB unless set; 512 MiB to 1 TiB.</value>
    public ByteSize Memory { get; init; } = DefaultMemory;

    /// <summary>Its virtual CPUs.</summary>
    /// <value>2 unless set; 1 to 64.</value>
    public int Cpus { get; init; } = DefaultCpus;

    /// <summary>The size of its disk as the guest sees it.</summary>
    /// <value>8 GiB unless set, or what its image has, if that is more; 4 GiB to 16 TiB.</value>
    public ByteSize Disk { get; init; } = DefaultDisk;

    /// <summary>Where its disk's size stands; null where it is not set.</summary>
    public SourceLocation? DiskLocation { get; init; }

    /// <summary>What its machine starts by. Disks that are made from trees boot by both.</summary>
    /// <value><see cref="Firmware.Bios"/> unless set.</value>
    public Firmware Firmware { get; init; }

    /// <summary>Its TCP ports that are reachable on the host's loopback, besides SSH (22), which always is.</summary>
    public IReadOnlyList<int> Forward { get; init; } = [];

    /// <summary>Where it is on the lab's segments; on none unless set.</summary>
    public IReadOnlyList<SegmentAddress> Addresses { get; init; } = [];

    /// <summary>The user who logs in over SSH.</summary>
    /// <value><c>core</c> unless set.</value>
    public string User { get; init; } = DefaultUser;

    /// <summary>What must hold for it to count as healthy.</summary>
    public IReadOnlyList<HealthCheck> Health { get; init; } = [];

    /// <summary>What its kickstart says, for media that install it by themselves; null where only the defaults hold.</summary>
    public KickstartDefinition? Kickstart { get; init; }

    /// <summary>Where its name stands in the lab file.</summary>
    public required SourceLocation Location { get; init; }

    internal static ByteSize DefaultMemory { get; } = ByteSize.FromGiB(1);

    internal const int DefaultCpus = 2;

    internal static ByteSize DefaultDisk { get; } = ByteSize.FromGiB(8);

    internal const string DefaultUser = "core";
}
