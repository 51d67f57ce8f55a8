using System.ComponentModel;
using System.Diagnostics;
using Lab.Execution;

namespace Lab.Cli;

/// <summary>A program that takes this one's place at the terminal: it reads and writes the very same streams.</summary>
internal static class ForegroundProcess
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="command">The program; its own inputs and outputs are not used.</param>
    /// <param name="cancellation">Asks it to end (SIGTERM) and waits until it has.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="HostException">It could not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; it has ended.</exception>
    public static async Task<int> RunAsync(Command command, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments) { WorkingDirectory = command.WorkingDirectory ?? string.Empty };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        await using var end = cancellation.Register(() => _ = new Command("kill", $"{process.Id}").RunAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new HostException($"`{start.FileName}` could not be started: {failure.Message}.", "`lab doctor` says which package holds it.", failure);
        }
    }
}
