using System.Runtime.InteropServices;

namespace Lab.Cli.CommandLine;

/// <summary>
/// Turns the first Ctrl-C, SIGTERM or hang-up into a cancelled token, so that commands give back what they hold, and the second Ctrl-C
/// into the process's end.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private int _exitCode;

    public Interruption() => _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];

    public CancellationToken Token => _source.Token;

    /// <summary>A shell's code for a program that this signal ended: 128 plus its number (signal(7)).</summary>
    public int ExitCode => _exitCode;

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_source.IsCancellationRequested)
        {
            if (context.Signal == PosixSignal.SIGINT)
            {
                Environment.Exit(_exitCode);
            }

            return;
        }

        _exitCode = 128 + context.Signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGINT => 2, _ => 15 };
        _source.Cancel();
    }
}
