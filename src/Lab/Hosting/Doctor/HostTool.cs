using System.Text.RegularExpressions;

namespace Lab.Hosting;

/// <summary>A program that a lab runs on its host, and how to judge it.</summary>
/// <param name="Program">Its name, as it is found in the search path.</param>
/// <param name="Purpose">What a lab needs it for, in the infinitive.</param>
/// <param name="Packages">The Debian packages that bring it.</param>
internal sealed partial record HostTool(string Program, string Purpose, params IReadOnlyList<string> Packages)
{
    /// <summary>What makes it say its version; none where it never says it, so that being there must do.</summary>
    public IReadOnlyList<string> VersionArguments { get; init; } = ["--version"];

    /// <summary>The oldest version that works; any by default.</summary>
    public Version? Minimum { get; init; }

    /// <summary>The oldest version that Lab is tested with; an older one that works earns a warning.</summary>
    public Version? Recommended { get; init; }

    /// <summary>A lab works without: that it is missing is a warning.</summary>
    public bool Optional { get; init; }

    /// <summary>All that a lab runs on its host.</summary>
    public static IReadOnlyList<HostTool> All { get; } =
    [
        new("qemu-system-x86_64", "to run guests; 7.2 corrupts newer kernels under emulation", "qemu-system-x86") { Minimum = new(8, 0) },
        new("qemu-img", "to make disks", "qemu-utils"),
        new("qemu-io", "to write on disks of guests that are off", "qemu-utils"),

        // 9.0 brought <backend type='passt'/> and <portForward> (libvirt.org/news.html).
        new("libvirtd", "to drive QEMU; port forwarding with passt begins at 9.0", "libvirt-daemon") { Minimum = new(9, 0), Recommended = new(11, 0) },
        new("tini", "to reap guests of a libvirt of Lab's own", "tini"),
        new("virtlogd", "to keep consoles", "libvirt-daemon-log") { Minimum = new(9, 0) },
        new("virsh", "to look at guests beside Lab", "libvirt-clients") { Optional = true },
        new("dnsmasq", "to give addresses on libvirt's networks", "dnsmasq-base"),

        // "unknown version" on Debian 12, and not a word on Debian 13.
        new("passt", "to reach guests without privileges", "passt") { VersionArguments = [] },
        new("ip", "to make and break links", "iproute2") { VersionArguments = ["-V"] },
        new("socat", "to put this host on a lab's segments", "socat") { VersionArguments = ["-V"] },
        new("buildah", "to build container images", "buildah"),
        new("skopeo", "to push container images", "skopeo"),
        new("docker-registry", "to serve container images on a segment", "docker-registry"),
        new("ostree", "to compose trees", "ostree") { Minimum = new(2022, 1) },
        new("mmdebstrap", "to install packages into trees", "mmdebstrap"),
        new("gpg", "to sign commits", "gnupg", "gpgv"),
        new("sfdisk", "to partition images", "fdisk"),
        new("mke2fs", "to fill file systems without mounting them", "e2fsprogs") { VersionArguments = ["-V"], Minimum = new(1, 46) },
        new("debugfs", "to look into disks of guests that are off", "e2fsprogs") { VersionArguments = ["-V"] },
        new("e2fsck", "to look into disks of guests that were cut off", "e2fsprogs") { VersionArguments = ["-V"] },
        new("journalctl", "to read the journals of guests that are off", "systemd") { Optional = true },
        new("xorriso", "to make seed and kickstart media", "xorriso"),
        new("mcopy", "to put boot loaders and their arguments on EFI partitions", "mtools"),
        new("implantisomd5", "to renew the checksum of installer media", "isomd5sum") { VersionArguments = [] },
        new("cpio", "to pack initramfs images", "cpio"),
        new("zstd", "to pack the installer", "zstd"),
        new("dpkg-deb", "to unpack packages", "dpkg"),
        new("ssh", "to reach guests", "openssh-client") { VersionArguments = ["-V"] },
        new("ssh-keygen", "to make keys", "openssh-client") { VersionArguments = [] },
        new("unshare", "to compose trees and keep networks apart", "util-linux"),

        // Root does without, but the root who sets a host up does it for its users.
        new("newuidmap", "to compose trees without privileges", "uidmap") { VersionArguments = [] },
    ];

    /// <summary>What takes the boxes that Lab makes.</summary>
    public static HostTool Vagrant { get; } = new("vagrant", "to try boxes", "vagrant", "vagrant-libvirt");

    /// <summary>What links a program that .NET compiled ahead of time (learn.microsoft.com, "Native AOT deployment", prerequisites).</summary>
    public static HostTool Linker { get; } = new("gcc", "to link the published lab", "gcc", "libc6-dev", "zlib1g-dev");

    /// <summary>What is needed, in words.</summary>
    public string Needed => Minimum is null ? $"any version, {Purpose}" : $"{Minimum} or newer, {Purpose}";

    /// <summary>The version in what the program said: the first dotted number. Null where there is none.</summary>
    public static Version? ReadVersion(string output) =>
        Version.TryParse(DottedNumber().Match(output).Value, out var version) ? version : null;

    /// <summary>Judges the version that was found.</summary>
    public CheckStatus Judge(Version? found) => this switch
    {
        { Minimum: { } minimum } when found is null || found < minimum => CheckStatus.TooOld,
        { Recommended: { } recommended } when found < recommended => CheckStatus.Warning,
        _ => CheckStatus.Ok,
    };

    // At most four numbers, which is what a Version holds.
    [GeneratedRegex(@"[0-9]+(\.[0-9]+){1,3}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DottedNumber();
}
