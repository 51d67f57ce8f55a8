namespace Lab.Updates;

/// <summary>What came of an upgrade.</summary>
/// <param name="Staged">The deployment that waits for the next boot; null if there was nothing newer.</param>
public sealed record UpgradeOutcome(Deployment? Staged)
{
    /// <summary>The ref has no newer commit than the host.</summary>
    public bool AlreadyCurrent => Staged is null;
}

/// <summary>
/// The updates of one host, in one vocabulary whatever tool does them. Nothing here reboots: a change takes effect at the next boot.
/// </summary>
/// <remarks>
/// Every member throws <see cref="Remote.CommandFailedException"/> if the tool fails, <see cref="StatusFormatException"/> if
/// its output is not understood, and what <see cref="Remote.IRemoteShell.RunAsync"/> throws.
/// </remarks>
public interface IHostUpdater
{
    /// <summary>The deployments in boot order.</summary>
    Task<HostStatus> StatusAsync(CancellationToken cancellation = default);

    /// <summary>Fetches the newest commit of the ref that the host follows and stages it.</summary>
    /// <exception cref="UpdateRefusedException">The commit is unsigned, signed by a stranger, damaged, or older than the booted one.</exception>
    Task<UpgradeOutcome> UpgradeAsync(CancellationToken cancellation = default);

    /// <summary>Fetches the newest commit of another ref and stages it; once booted, the host follows that ref.</summary>
    /// <returns>The staged deployment.</returns>
    /// <exception cref="UpdateRefusedException">The commit is unsigned, signed by a stranger, or damaged.</exception>
    Task<Deployment> RebaseAsync(Refspec refspec, CancellationToken cancellation = default);

    /// <summary>
    /// Makes the rollback deployment the default for the next boot. With none behind the booted deployment it takes back what an
    /// earlier rollback put before it. A staged update is dropped.
    /// </summary>
    /// <returns>The deployment that the next boot takes.</returns>
    /// <exception cref="UpdateRefusedException">There is no deployment to go back to.</exception>
    Task<Deployment> RollbackAsync(CancellationToken cancellation = default);

    /// <summary>Keeps a deployment when later updates clean up. A staged one can't be pinned.</summary>
    /// <param name="index">Its place in <see cref="HostStatus.Deployments"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    Task PinAsync(int index, CancellationToken cancellation = default);

    /// <summary>Takes a pin back; one that is not there is no error.</summary>
    /// <param name="index">Its place in <see cref="HostStatus.Deployments"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    Task UnpinAsync(int index, CancellationToken cancellation = default);

    /// <summary>What was changed in the booted deployment's /etc since the tree delivered it, in the tool's order.</summary>
    Task<IReadOnlyList<ConfigChange>> ConfigDiffAsync(CancellationToken cancellation = default);

    /// <summary>The packages of a commit that the host has.</summary>
    /// <param name="commit">A checksum, its first digits, or a refspec; null means the booted commit.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<PackageSet> PackagesAsync(string? commit = null, CancellationToken cancellation = default);

    /// <summary>How the packages of two commits that the host has differ.</summary>
    /// <param name="from">The earlier: a checksum, its first digits, or a refspec.</param>
    /// <param name="to">The later, likewise.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<PackageDifference> PackageDiffAsync(string from, string to, CancellationToken cancellation = default);
}
