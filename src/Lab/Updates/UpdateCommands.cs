using Lab.Execution;
using Lab.Remote;

namespace Lab.Updates;

/// <summary>Runs update tools on a guest, and the commands that ostree and rpm-ostree hosts share.</summary>
/// <param name="shell">The guest.</param>
/// <param name="changeTimeout">How long a command may take that fetches or deploys.</param>
internal sealed class UpdateCommands(IRemoteShell shell, TimeSpan changeTimeout)
{
    /// <summary>Runs a command that only asks.</summary>
    public async Task<string> AskAsync(Command command, CancellationToken cancellation) =>
        await shell.SucceedAsync(command.ToString(), timeout: null, cancellation);

    /// <summary>Runs a command that changes the host.</summary>
    public async Task<RemoteResult> ChangeAsync(Command command, CancellationToken cancellation, int accepted = 0)
    {
        var result = await shell.RunAsync(command.ToString(), changeTimeout, cancellation);
        return result.ExitCode == 0 || result.ExitCode == accepted ? result
            : throw UpdateRefusedException.Recognise(result.Guest, result.Command, result.Error) ?? (LabException)new CommandFailedException(result, mustFail: false);
    }

    /// <summary>The deployment that a command left waiting for the next boot.</summary>
    /// <exception cref="UpdateRefusedException">There is none.</exception>
    public Deployment Waiting(Deployment? deployment, Command command) =>
        deployment ?? throw new UpdateRefusedException(shell.Guest, command.ToString(), "it succeeded, but nothing waits for the next boot", "Read the guest's journal of ostree-finalize-staged.");

    /// <summary>The commit that the host runs from.</summary>
    /// <exception cref="UpdateRefusedException">The host did not boot through ostree.</exception>
    public string BootedCommit(HostStatus status) =>
        status.Booted?.Commit ?? throw new UpdateRefusedException(shell.Guest, "ostree admin status", "no deployment is booted", "Boot the guest from a disk with an OSTree deployment.");

    /// <summary>That a rollback leads nowhere.</summary>
    public UpdateRefusedException NothingToGoBackTo(string command) =>
        new(shell.Guest, command, "there is no deployment to go back to", UpdateRefusedException.NothingToGoBackTo);

    /// <summary>Pins a deployment.</summary>
    public Task PinAsync(int index, CancellationToken cancellation) =>
        ChangeAsync(new Command("ostree", "admin", "pin", $"{index}"), cancellation);

    /// <summary>Unpins a deployment.</summary>
    public Task UnpinAsync(int index, CancellationToken cancellation) =>
        ChangeAsync(new Command("ostree", "admin", "pin", "--unpin", $"{index}"), cancellation);

    /// <summary>How the booted deployment's /etc was changed.</summary>
    public async Task<IReadOnlyList<ConfigChange>> ConfigDiffAsync(CancellationToken cancellation) =>
        ConfigChange.ParseAll(await AskAsync(new Command("ostree", "admin", "config-diff"), cancellation));
}
