namespace Lab.Hosting;

/// <summary>What the doctor found on a host.</summary>
/// <param name="Os">The operating system.</param>
/// <param name="Checks">Every check, in the order in which they are worth reading.</param>
/// <param name="Libvirt">The libvirt daemon that a lab would use.</param>
public sealed record HostReport(OsRelease Os, IReadOnlyList<HostCheck> Checks, LibvirtDaemon Libvirt)
{
    /// <summary>Whether labs run here: nothing is missing or too old. Warnings do not count.</summary>
    public bool Ready => Checks.All(check => check.Status is CheckStatus.Ok or CheckStatus.Warning);

    /// <summary>The Debian packages that would settle every finding that a package can settle; none where all is well.</summary>
    public IReadOnlyList<string> LackingPackages =>
        [.. Checks.Where(check => check.Status != CheckStatus.Ok).SelectMany(check => check.Packages).Distinct(StringComparer.Ordinal)];
}
