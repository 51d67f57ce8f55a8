namespace Lab.Hosting;

/// <summary>What to install on a Debian host, and from where.</summary>
/// <param name="Packages">Packages from the host's own release.</param>
/// <param name="Backported">Packages from <paramref name="Suite"/>.</param>
/// <param name="Suite">The backports suite that <paramref name="Backported"/> come from; null where none do.</param>
public sealed record InstallPlan(IReadOnlyList<string> Packages, IReadOnlyList<string> Backported, string? Suite)
{
    private const string Bookworm = "bookworm";
    private const string BookwormBackports = "bookworm-backports";

    /// <summary>
    /// QEMU and libvirt, whole: Debian ties their packages together by exact versions, so they move as one. Each is named,
    /// because <c>--target-release</c> would take all that they stand on from backports too, systemd included.
    /// </summary>
    private static readonly string[] Hypervisor =
    [
        "qemu-system-x86", "qemu-system-common", "qemu-system-data", "seabios", "qemu-utils",
        "libvirt0", "libvirt-common", "libvirt-clients", "libvirt-daemon", "libvirt-daemon-common", "libvirt-daemon-log",
        "libvirt-daemon-driver-qemu", "libvirt-daemon-driver-network", "libvirt-daemon-driver-storage",
    ];

    /// <summary>Units that these packages would start on every host, for all its network to reach, and that labs do without: each runs a registry of its own.</summary>
    public IReadOnlyList<string> Daemons => [.. Packages.Where(package => package == "docker-registry").Select(package => $"{package}.service")];

    /// <summary>Whether there is nothing to install.</summary>
    public bool IsEmpty => Packages.Count + Backported.Count == 0;

    /// <summary>The arguments of apt-get(8) that carry it out.</summary>
    public IReadOnlyList<string> Arguments =>
        ["install", "--yes", "--no-install-recommends", .. Backported.Select(package => $"{package}/{Suite}"), .. Packages];

    /// <summary>What settles a report's findings. On Debian 12 QEMU and libvirt come from its backports, being too old in the release.</summary>
    public static InstallPlan For(HostReport report)
    {
        var lacking = report.LackingPackages;
        return report.Os is { IsDebian: true, Codename: Bookworm } && lacking.Any(IsHypervisor)
            ? new InstallPlan([.. lacking.Where(package => !IsHypervisor(package))], Hypervisor, BookwormBackports)
            : new InstallPlan(lacking, [], null);
    }

    /// <summary>One line that tells a person how to install some packages by hand.</summary>
    internal static string Advise(OsRelease os, IReadOnlyList<string> packages, bool privileged)
    {
        var names = string.Join(' ', packages);
        if (!os.IsDebian)
        {
            return $"Install what Debian calls {names}.";
        }

        var release = os.Codename == Bookworm && packages.Any(IsHypervisor) ? $"-t {BookwormBackports} " : string.Empty;
        return $"{(privileged ? string.Empty : "sudo ")}apt-get install {release}{names}";
    }

    private static bool IsHypervisor(string package) => Hypervisor.Contains(package, StringComparer.Ordinal);
}
