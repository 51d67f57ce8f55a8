using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Lab.Cli;

/// <summary>This process's terminal as the terminal of a serial port: every key goes there, Ctrl-C too, and all that it prints comes here.</summary>
internal static class SerialTerminal
{
    // ^], as telnet and virsh have it.
    private const byte Escape = 0x1d;

    /// <summary>Joins the terminal to a serial port until the user types <c>^]</c> or the port closes.</summary>
    public static async Task AttachAsync(Stream port, CancellationToken cancellation)
    {
        var settings = Console.IsInputRedirected ? null : await SttyAsync("-g");
        try
        {
            if (settings is not null)
            {
                await SttyAsync("raw", "-echo");
            }

            // The console's own stream would read whole lines from a terminal.
            await using var keyboard = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            await using var screen = Console.OpenStandardOutput();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var printing = port.CopyToAsync(screen, end.Token);
            var typing = Task.Run(() => TypeAsync(keyboard, port, end.Token), CancellationToken.None);
            await await Task.WhenAny(printing, typing);
            await end.CancelAsync();
        }
        finally
        {
            if (settings is not null)
            {
                await SttyAsync(settings);
                await Console.Error.WriteLineAsync();
            }
        }
    }

    private static async Task TypeAsync(FileStream keyboard, Stream port, CancellationToken cancellation)
    {
        var keys = new byte[256];
        while (await keyboard.ReadAsync(keys, cancellation) is var count and > 0)
        {
            var typed = keys.AsMemory(0, count);
            var escape = typed.Span.IndexOf(Escape);
            await port.WriteAsync(escape < 0 ? typed : typed[..escape], cancellation);
            if (escape >= 0)
            {
                return;
            }
        }

        // Input that ended says nothing about the port: it goes on printing.
        await Task.Delay(Timeout.Infinite, cancellation);
    }

    // stty(1) acts on its standard input, which is the terminal that this process has.
    private static async Task<string> SttyAsync(params string[] arguments)
    {
        using var stty = Process.Start(new ProcessStartInfo("stty", arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await stty.StandardOutput.ReadToEndAsync();
        await stty.WaitForExitAsync();
        return output.Trim();
    }
}
