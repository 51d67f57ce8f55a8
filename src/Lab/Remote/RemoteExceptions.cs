using Lab.Execution;

namespace Lab.Remote;

// Sorted by what survives: the connection, the guest, or neither.

/// <summary>A command on a guest ended otherwise than it had to. The connection and the guest are fine.</summary>
public sealed class CommandFailedException : LabException
{
    internal CommandFailedException(RemoteResult result, bool mustFail)
        : base(FailureKind.Product, Describe(result, mustFail)) => Result = result;

    /// <summary>What the command left behind.</summary>
    public RemoteResult Result { get; }

    private static string Describe(RemoteResult result, bool mustFail)
    {
        var verdict = mustFail ? "succeeded, and had to fail" : $"exited with code {result.ExitCode}";
        return $"On guest {result.Guest}: `{result.Command}` {verdict} after {result.Duration.TotalSeconds:0.0} s.{LastWords.Of(result.Error, result.Output)}";
    }
}

/// <summary>A command on a guest was still running at its time-out and was ended. The connection and the guest are fine.</summary>
public sealed class RemoteTimeoutException(string guest, string command, TimeSpan timeout, string lastOutput)
    : LabException(FailureKind.Product, $"On guest {guest}: `{command}` was still running after {timeout.TotalSeconds:0} s. Last output: {(lastOutput.Length == 0 ? "none" : lastOutput)}");

/// <summary>The connection to a guest broke or could not be made. The guest itself may be fine.</summary>
public sealed class ConnectionLostException(string guest, string message, string? remedy = null)
    : LabException(FailureKind.Infrastructure, $"Connection to guest {guest}: {message}", remedy);

/// <summary>The guest is gone or beyond use: powered off, crashed, panicked, or in an emergency shell.</summary>
public sealed class GuestDeadException(string guest, string message, FailureKind kind = FailureKind.Product)
    : LabException(kind, $"Guest {guest}: {message}");
