using System.Diagnostics;
using Lab.Execution;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>The <c>lab</c> program, run as a user runs it.</summary>
/// <param name="home">The home it works in.</param>
internal sealed class LabCli(LabHome home)
{
    /// <summary>The environment variable that names the published program, which `./build.sh Test` tries; without it the checkout's is run.</summary>
    private const string PublishedVariable = "LAB_PROGRAM";

    /// <summary>Whether to run the checkout's program whatever else there is: one that is published makes no installers. False by default.</summary>
    public bool FromCheckout { get; init; }

    /// <summary>Runs it to its end, whatever its exit code.</summary>
    public Task<CommandResult> RunAsync(params string[] words) => ToRun(words).RunAsync();

    /// <summary>Runs it to its end, which must be a good one, and returns what it showed.</summary>
    public Task<string> SucceedAsync(params string[] words) => ToRun(words).SucceedAsync();

    /// <summary>Takes a lab and its seats down, where they are up.</summary>
    public async Task DownWithSeatsAsync(string lab)
    {
        await RunAsync("down", lab, "--seats");
        await SucceedAsync("down", lab);
    }

    /// <summary>The program and its arguments.</summary>
    public Command ToRun(params string[] words)
    {
        var (program, arguments) = Line(words);
        return new Command(program, arguments).WithEnvironment("LAB_HOME", home.Root);
    }

    /// <summary>Starts it, to be watched or killed on its way.</summary>
    public StartedLab Start(params string[] words)
    {
        var (program, arguments) = Line(words);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["LAB_HOME"] = home.Root;
        return new StartedLab(Process.Start(start)!);
    }

    private (string Program, string[] Arguments) Line(string[] words) =>
        !FromCheckout && Environment.GetEnvironmentVariable(PublishedVariable) is { } published ? (published, words) : ("dotnet", [Path.Combine(AppContext.BaseDirectory, "Lab.Cli.dll"), .. words]);
}

/// <summary>A <c>lab</c> that runs.</summary>
internal sealed class StartedLab : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    public StartedLab(Process process) =>
        (_process, _output, _error) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    /// <summary>Waits until it has ended, and returns its exit code and all that it said.</summary>
    public async Task<(int ExitCode, string Said)> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return (_process.ExitCode, await _output + await _error);
    }

    /// <summary>Kills it (SIGKILL), and nothing that it started, as soon as something is seen.</summary>
    /// <param name="seen">What to look for.</param>
    public async Task KillWhenAsync(Func<Task<bool>> seen)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2));
        while (!await seen())
        {
            if (_process.HasExited)
            {
                Assert.Fail($"lab ended before it could be killed: {await _output}{await _error}");
            }

            await timer.WaitForNextTickAsync();
        }

        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose() => _process.Dispose();
}
