using Lab.Execution;
using Lab.Remote;

namespace Lab.Updates;

/// <summary>
/// Updates through <c>ostree admin</c>, on trees made of Debian packages. Needs ostree 2024 or later on the host
/// (<c>set-default</c>, <c>status --skip-signatures</c>) and dpkg's database at <see cref="PackageDatabase"/> in its trees.
/// </summary>
public sealed class OstreeUpdater : IHostUpdater
{
    /// <summary>Where a tree keeps dpkg's database, so that a commit tells its packages without being booted.</summary>
    public const string PackageDatabase = "/usr/lib/sysimage/dpkg/status";

    private readonly UpdateCommands commands;

    /// <param name="shell">The host.</param>
    /// <param name="changeTimeout">How long a fetch, a deployment or a rollback may take; 15 minutes by default.</param>
    public OstreeUpdater(IRemoteShell shell, TimeSpan? changeTimeout = null) =>
        commands = new UpdateCommands(shell, changeTimeout ?? TimeSpan.FromMinutes(15));

    /// <inheritdoc/>
    /// <remarks>Signatures are skipped: checking them costs a gpg process a deployment, and the whole status fails where one is missing.</remarks>
    public async Task<HostStatus> StatusAsync(CancellationToken cancellation = default) =>
        OstreeStatusParser.Parse(await commands.AskAsync(new Command("ostree", "admin", "status", "--skip-signatures"), cancellation));

    /// <inheritdoc/>
    public async Task<UpgradeOutcome> UpgradeAsync(CancellationToken cancellation = default)
    {
        var upgrade = new Command("ostree", "admin", "upgrade", "--stage");
        var result = await commands.ChangeAsync(upgrade, cancellation);
        return result.Output.Contains("No update available.", StringComparison.Ordinal)
            ? new UpgradeOutcome(Staged: null)
            : new UpgradeOutcome(commands.Waiting((await StatusAsync(cancellation)).Staged, upgrade));
    }

    /// <inheritdoc/>
    /// <remarks><c>ostree admin switch</c> can't stage; deploying a refspec writes the same origin.</remarks>
    public async Task<Deployment> RebaseAsync(Refspec refspec, CancellationToken cancellation = default)
    {
        var deploy = new Command("ostree", "admin", "deploy", "--stage", $"{refspec}");
        await commands.ChangeAsync(new Command("ostree", "pull", refspec.Remote, refspec.Ref), cancellation);
        await commands.ChangeAsync(deploy, cancellation);
        return commands.Waiting((await StatusAsync(cancellation)).Staged, deploy);
    }

    /// <inheritdoc/>
    public async Task<Deployment> RollbackAsync(CancellationToken cancellation = default)
    {
        // As with rpm-ostree: with nothing behind the booted deployment, a rollback takes back what was put before it.
        var status = await StatusAsync(cancellation);
        var target = status.RollbackTarget ?? (status.Next is { Pending: true, Staged: false } ? status.Booted : null)
            ?? throw commands.NothingToGoBackTo("ostree admin set-default");
        await commands.ChangeAsync(new Command("ostree", "admin", "set-default", $"{status.IndexOf(target)}"), cancellation);
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
        return DpkgStatusParser.Parse(await commands.AskAsync(new Command("ostree", "cat", commit, PackageDatabase), cancellation));
    }

    /// <inheritdoc/>
    public async Task<PackageDifference> PackageDiffAsync(string from, string to, CancellationToken cancellation = default) =>
        (await PackagesAsync(from, cancellation)).DifferenceTo(await PackagesAsync(to, cancellation));
}
