using System.Diagnostics;
using System.Runtime.InteropServices;
using Lab.Execution;
using Lab.State;

namespace Lab.Cli.Tests;

/// <summary>The built <c>lab</c>, run as a user runs it: in a folder, with a home of its own.</summary>
internal sealed class LabUser : IDisposable
{
    private readonly string _top = Directory.CreateTempSubdirectory("lab-cli-").FullName;

    public LabUser() => Folder = Directory.CreateDirectory(Path.Combine(_top, "folder")).FullName;

    /// <summary>The folder that commands run in.</summary>
    public string Folder { get; }

    /// <summary>Where Lab keeps what it makes.</summary>
    public string Home => Path.Combine(_top, "home");

    /// <summary>More of the environment.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes a file below the folder.</summary>
    public void Write(string path, string text)
    {
        var file = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>Runs a command to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] words)
    {
        var command = new Command(Dotnet, [Program, .. words]) { WorkingDirectory = Folder };
        return Variables.Aggregate(command, (with, variable) => with.WithEnvironment(variable.Key, variable.Value)).RunAsync();
    }

    /// <summary>Starts a command that goes on until it is told to end.</summary>
    public RunningLab Start(params string[] words)
    {
        // Whoever runs the tests in the background of a script has SIGINT ignored, and so would what they start.
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal", Dotnet, Program, .. words]) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        return new RunningLab(Process.Start(start)!);
    }

    public void Dispose()
    {
        if (Directory.Exists(Home))
        {
            Directory.Delete(new LabHome(Home).Runtime, recursive: true);
        }

        Directory.Delete(_top, recursive: true);
    }

    // By its path, because a test may empty the search path: three folders above the framework, DOTNET/shared/NAME/VERSION.
    private static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static string Program => typeof(LabProgram).Assembly.Location;

    private IEnumerable<KeyValuePair<string, string?>> Variables => Environment.Append(new("LAB_HOME", Home)).Append(new("LAB_DEBUG", null));
}

/// <summary>A <c>lab</c> that goes on. Disposing ends it if it still runs.</summary>
internal sealed class RunningLab(Process process) : IDisposable
{
    /// <summary>Reads standard output up to a line that holds a text.</summary>
    public Task<string> OutputAsync(string text, CancellationToken cancellation) => UntilAsync(process.StandardOutput, text, cancellation);

    /// <summary>Reads standard error up to a line that holds a text.</summary>
    public Task<string> ErrorAsync(string text, CancellationToken cancellation) => UntilAsync(process.StandardError, text, cancellation);

    /// <summary>Sends it a signal and waits for its end.</summary>
    /// <returns>Its exit code, and what it wrote to standard error since.</returns>
    public async Task<(int ExitCode, string Error)> EndAsync(string? signal, CancellationToken cancellation)
    {
        if (signal is not null)
        {
            await new Command("kill", $"-{signal}", $"{process.Id}").SucceedAsync(cancellation);
        }

        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, error);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static async Task<string> UntilAsync(StreamReader stream, string text, CancellationToken cancellation)
    {
        while (await stream.ReadLineAsync(cancellation) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new AssertionException($"lab ended without saying `{text}`.");
    }
}
