namespace Lab.Remote;

/// <summary>What a finished command on a guest left behind.</summary>
/// <param name="Guest">The guest it ran on.</param>
/// <param name="Command">The shell line as it was sent.</param>
/// <param name="ExitCode">Its exit code; 128 + n after signal n.</param>
/// <param name="Output">Standard output, whole.</param>
/// <param name="Error">Standard error, whole.</param>
/// <param name="Duration">Wall-clock time seen from the host.</param>
public sealed record RemoteResult(string Guest, string Command, int ExitCode, string Output, string Error, TimeSpan Duration);

/// <summary>A place on a guest where commands run as root, one POSIX shell line at a time.</summary>
public interface IRemoteShell
{
    /// <summary>The guest's name, as messages show it.</summary>
    string Guest { get; }

    /// <summary>Runs a shell line and returns what it left, whatever its exit code.</summary>
    /// <param name="command">One line for <c>sh -c</c>; the caller quotes (<see cref="Execution.Command.Quote"/>).</param>
    /// <param name="timeout">How long it may take; null means the shell's own default.</param>
    /// <param name="cancellation">Gives up; the connection survives.</param>
    /// <exception cref="ConnectionLostException">The connection broke; whether the command ran is unknown.</exception>
    /// <exception cref="RemoteTimeoutException">The command was still running at its time-out; the connection is fine.</exception>
    Task<RemoteResult> RunAsync(string command, TimeSpan? timeout = null, CancellationToken cancellation = default);
}

/// <summary>The verbs that scenarios read like.</summary>
public static class RemoteShellVerbs
{
    /// <summary>Runs a shell line that must succeed and returns its standard output without the last line break.</summary>
    /// <exception cref="CommandFailedException">It exited with another code than 0.</exception>
    public static async Task<string> SucceedAsync(this IRemoteShell shell, string command, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var result = await shell.RunAsync(command, timeout, cancellation);
        return result.ExitCode == 0 ? result.Output.TrimEnd('\n') : throw new CommandFailedException(result, mustFail: false);
    }

    /// <summary>Runs a shell line that must fail and returns what it left.</summary>
    /// <exception cref="CommandFailedException">It exited with code 0.</exception>
    public static async Task<RemoteResult> FailAsync(this IRemoteShell shell, string command, TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var result = await shell.RunAsync(command, timeout, cancellation);
        return result.ExitCode != 0 ? result : throw new CommandFailedException(result, mustFail: true);
    }
}
