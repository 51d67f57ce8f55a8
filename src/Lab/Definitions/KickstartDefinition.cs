namespace Lab.Definitions;

/// <summary>How a guest's kickstart installs it, and for whose installer it is written.</summary>
public enum KickstartVariant
{
    /// <summary><c>ostree-rhel8</c>: the guest's tree by <c>ostreesetup</c>, for the installer of RHEL 8.</summary>
    OstreeRhel8,

    /// <summary><c>ostree-rhel9</c>: the guest's tree by <c>ostreesetup</c>, for the installer of RHEL 9.</summary>
    OstreeRhel9,

    /// <summary><c>container-rhel10</c>: a bootable container by <c>ostreecontainer</c>, for the installer of RHEL 10.</summary>
    ContainerRhel10,

    /// <summary><c>container-fedora</c>: a bootable container by <c>ostreecontainer</c>, for Fedora's installer.</summary>
    ContainerFedora,

    /// <summary><c>packages</c>: packages from an installation tree, for the installer of RHEL 9.</summary>
    Packages,
}

/// <summary>What the kickstart of a guest says beyond the guest's name, user and tree.</summary>
public sealed record KickstartDefinition
{
    /// <summary>How it installs.</summary>
    /// <value><see cref="KickstartVariant.OstreeRhel9"/> unless set.</value>
    public KickstartVariant Variant { get; init; } = KickstartVariant.OstreeRhel9;

    /// <summary>Where the content is, as the host to be installed sees it: the OSTree repository, or the installation tree with packages.</summary>
    /// <value>Null unless set: the lab's own content server.</value>
    public string? Url { get; init; }

    /// <summary>The container image to install, as a registry knows it; null unless the variant needs one.</summary>
    public string? Image { get; init; }

    /// <summary>The packages and groups of the variant that installs packages.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>The disk's layout.</summary>
    public KickstartDisk Disk { get; init; } = new();

    /// <summary>The network.</summary>
    public KickstartNetwork Network { get; init; } = new();

    /// <summary>Accounts besides root and the guest's own user; one of that name says more about that user.</summary>
    public IReadOnlyList<KickstartUser> Users { get; init; } = [];

    /// <summary>The hash of root's password; null locks it.</summary>
    public string? RootPassword { get; init; }

    /// <summary>Services that start at boot, besides sshd.</summary>
    public IReadOnlyList<string> EnabledServices { get; init; } = [];

    /// <summary>Services that do not start at boot.</summary>
    public IReadOnlyList<string> DisabledServices { get; init; } = [];

    /// <summary>firewalld's services that are let in, besides SSH.</summary>
    public IReadOnlyList<string> OpenServices { get; init; } = [];

    /// <summary>Ports that are let in, as <c>8080:tcp</c>.</summary>
    public IReadOnlyList<string> OpenPorts { get; init; } = [];

    /// <summary>An address that this host shares with others through keepalived; null for none.</summary>
    public KickstartKeepalived? Keepalived { get; init; }

    /// <summary>greenboot's checks.</summary>
    public IReadOnlyList<KickstartCheck> Checks { get; init; } = [];

    /// <summary>A shell script that runs before anything is installed; null for none.</summary>
    public string? Pre { get; init; }

    /// <summary>A shell script that runs in the installed system, after all else; null for none.</summary>
    public string? Post { get; init; }

    /// <summary>The installed system's locale.</summary>
    /// <value><c>en_US.UTF-8</c> unless set.</value>
    public string Language { get; init; } = DefaultLanguage;

    /// <summary>The keyboard's layout.</summary>
    /// <value><c>us</c> unless set.</value>
    public string Keyboard { get; init; } = DefaultKeyboard;

    /// <summary>The time zone.</summary>
    /// <value><c>UTC</c> unless set.</value>
    public string Timezone { get; init; } = DefaultTimezone;

    /// <summary>Whether the machine is off when the installation is over, rather than started again.</summary>
    public bool PowerOff { get; init; }

    /// <summary>Where the definition states it, or where it states the guest.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>The variants by the names that people write.</summary>
    public static IReadOnlyDictionary<string, KickstartVariant> Variants { get; } = new Dictionary<string, KickstartVariant>(StringComparer.Ordinal)
    {
        ["ostree-rhel8"] = KickstartVariant.OstreeRhel8,
        ["ostree-rhel9"] = KickstartVariant.OstreeRhel9,
        ["container-rhel10"] = KickstartVariant.ContainerRhel10,
        ["container-fedora"] = KickstartVariant.ContainerFedora,
        ["packages"] = KickstartVariant.Packages,
    };

    /// <summary>Whether a text can be the address of a content server: http or https, and without a user name or password, which would end in logs.</summary>
    public static bool IsContentUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme is "http" or "https") && url.UserInfo.Length == 0 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    internal const string DefaultLanguage = "en_US.UTF-8";

    internal const string DefaultKeyboard = "us";

    internal const string DefaultTimezone = "UTC";
}

/// <summary>A disk's layout: what the firmware needs, <c>/boot</c>, swap if wanted, and the root file system.</summary>
public sealed record KickstartDisk
{
    /// <summary>The only disk to touch, as <c>vda</c>; null for whatever the machine has. All of it is erased.</summary>
    public string? Device { get; init; }

    /// <summary>Whether root and swap are logical volumes (LVM) rather than partitions.</summary>
    public bool Lvm { get; init; }

    /// <summary>The size of the root file system; null lets it grow over the rest of the disk.</summary>
    public ByteSize? Root { get; init; }

    /// <summary>The size of swap; null for none.</summary>
    public ByteSize? Swap { get; init; }
}

/// <summary>A host's network.</summary>
public sealed record KickstartNetwork
{
    /// <summary>The interface.</summary>
    /// <value><c>link</c> unless set: the first with a cable plugged in.</value>
    public string Device { get; init; } = DefaultDevice;

    /// <summary>A bridge over the interface, which then has the address; null for none.</summary>
    public string? Bridge { get; init; }

    /// <summary>A static IPv4 address; null asks DHCP.</summary>
    public string? Address { get; init; }

    /// <summary>The length of the static address's network prefix.</summary>
    public int Prefix { get; init; }

    /// <summary>The default gateway beside a static address; null for none.</summary>
    public string? Gateway { get; init; }

    /// <summary>Name servers beside a static address.</summary>
    public IReadOnlyList<string> Nameservers { get; init; } = [];

    internal const string DefaultDevice = "link";
}

/// <summary>An account of an installed host.</summary>
public sealed record KickstartUser
{
    /// <summary>The login name.</summary>
    public required string Name { get; init; }

    /// <summary>Groups besides its own.</summary>
    /// <value><c>wheel</c> unless set.</value>
    public IReadOnlyList<string> Groups { get; init; } = DefaultGroups;

    /// <summary>The hash of its password; null locks it, so that only keys get in.</summary>
    public string? Password { get; init; }

    /// <summary>The public keys that get in.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    internal static IReadOnlyList<string> DefaultGroups { get; } = ["wheel"];
}

/// <summary>An address that several hosts share by VRRP, so that the next one has it when the first is gone; see keepalived.conf(5).</summary>
/// <param name="Address">The shared IPv4 address.</param>
/// <param name="Prefix">The length of its network prefix.</param>
/// <param name="Device">The interface that carries it.</param>
/// <param name="Router">The group's number, 1 to 255; the same on all its hosts.</param>
/// <param name="Priority">1 to 254: the living host with the highest has the address.</param>
public sealed record KickstartKeepalived(string Address, int Prefix, string Device, int Router, int Priority);

/// <summary>A script that greenboot runs after each boot.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Required">Whether its failure rolls an update back, rather than being logged only.</param>
/// <param name="Script">The script.</param>
public sealed record KickstartCheck(string Name, bool Required, string Script);
