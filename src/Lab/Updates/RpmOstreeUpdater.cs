using Lab.Execution;
using Lab.Remote;

namespace Lab.Updates;

/// <summary>Updates through <c>rpm-ostree</c>, on trees made of RPM packages.</summary>
public sealed class RpmOstreeUpdater : IHostUpdater
{
    // rpm-ostree's own code for "unchanged", asked for because its words for it have changed over the years.
    private const int Unchanged = 77;

    private readonly UpdateCommands commands;

    /// <param name="shell">The host.</param>
    /// <param name="changeTimeout">How long a fetch, a deployment or a rollback may take; 15 minutes by default.</param>
    public RpmOstreeUpdater(IRemoteShell shell, TimeSpan? changeTimeout = null) =>
        commands = new UpdateCommands(shell, changeTimeout ?? TimeSpan.FromMinutes(15));

    /// <inheritdoc/>
    public async Task<HostStatus> StatusAsync(CancellationToken cancellation = default) =>
        RpmOstreeStatusParser.Parse(await commands.AskAsync(new Command("rpm-ostree", "status", "--json"), cancellation));

    /// <inheritdoc/>
    public async Task<UpgradeOutcome> UpgradeAsync(CancellationToken cancellation = default)
    {
        var upgrade = new Command("rpm-ostree", "upgrade", "--unchanged-exit-77");
        var result = await commands.ChangeAsync(upgrade, cancellation, accepted: Unchanged);
        return result.ExitCode == Unchanged
            ? new UpgradeOutcome(Staged: null)
            : new UpgradeOutcome(commands.Waiting(Pending(await StatusAsync(cancellation)), upgrade));
    }

    /// <inheritdoc/>
    public async Task<Deployment> RebaseAsync(Refspec refspec, CancellationToken cancellation = default)
    {
        var rebase = new Command("rpm-ostree", "rebase", $"{refspec}");
        await commands.ChangeAsync(rebase, cancellation);
        return commands.Waiting(Pending(await StatusAsync(cancellation)), rebase);
    }

    /// <inheritdoc/>
    public async Task<Deployment> RollbackAsync(CancellationToken cancellation = default)
    {
        await commands.ChangeAsync(new Command("rpm-ostree", "rollback"), cancellation);
        return (await StatusAsync(cancellation)).Next!;
    }

    /// <inheritdoc/>
    public Task PinAsync(int index, CancellationToken cancellation = default) => commands.PinAsync(index, cancellation);

    /// <inheritdoc/>
    public Task UnpinAsync(int index, CancellationToken cancellation = default) => commands.UnpinAsync(index, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ConfigChange>> ConfigDiffAsync(CancellationToken cancellation = default) => commands.ConfigDiffAsync(cancellation);

    /// <inheritdoc/>
    public async Task<PackageSet> PackagesAsync(string? commit = null, CancellationToken cancellation = default)
    {
        commit ??= commands.BootedCommit(await StatusAsync(cancellation));
        return RpmPackageParser.ParseList(await commands.AskAsync(new Command("rpm-ostree", "db", "list", commit), cancellation));
    }

    /// <inheritdoc/>
    public async Task<PackageDifference> PackageDiffAsync(string from, string to, CancellationToken cancellation = default) =>
        RpmPackageParser.ParseDiff(await commands.AskAsync(new Command("rpm-ostree", "db", "diff", "--format=diff", from, to), cancellation));

    // Before 2018 nothing was staged: the new deployment was finalized at once.
    private static Deployment? Pending(HostStatus status) => status.Deployments.FirstOrDefault(deployment => deployment.Pending);
}
