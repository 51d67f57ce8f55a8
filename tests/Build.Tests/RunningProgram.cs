using System.Diagnostics;
using Lab.Execution;

namespace Pipeline.Tests;

/// <summary>A program under way, whose output is read as it comes and which gets signals. Disposing ends it if it still runs.</summary>
internal sealed class RunningProgram : IDisposable
{
    private readonly Process _process;

    public RunningProgram(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    /// <summary>Reads standard output up to a line that holds a text.</summary>
    public Task ReadOutputUntilAsync(string text, CancellationToken cancellation) => ReadUntilAsync(_process.StandardOutput, text, cancellation);

    /// <summary>Reads standard error up to a line that holds a text.</summary>
    public Task ReadErrorUntilAsync(string text, CancellationToken cancellation) => ReadUntilAsync(_process.StandardError, text, cancellation);

    public async Task SendAsync(string signal, CancellationToken cancellation) => await new Command("kill", $"-{signal}", $"{Id}").SucceedAsync(cancellation);

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code and the output that was not read yet.</returns>
    public async Task<(int ExitCode, string Output)> EndAsync(CancellationToken cancellation)
    {
        var output = await _process.StandardOutput.ReadToEndAsync(cancellation);
        await _process.WaitForExitAsync(cancellation);
        return (_process.ExitCode, output);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static async Task ReadUntilAsync(StreamReader stream, string text, CancellationToken cancellation)
    {
        while (await stream.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The program ended without printing `{text}`.");
    }
}
