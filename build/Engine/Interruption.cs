using System.Runtime.InteropServices;

namespace Pipeline;

/// <summary>
/// Turns the first Ctrl-C, SIGTERM or hang-up into a cancelled token, and the second Ctrl-C into the process's end.
/// SIGTERM alone never ends it: CI systems send it soon after SIGINT, while targets still give back what they hold.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>A shell's code for a program that SIGINT ended: 128 + 2.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;

    public Interruption() => _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested && context.Signal == PosixSignal.SIGINT)
        {
            Environment.Exit(ExitCode);
        }

        _source.Cancel();
    }
}
