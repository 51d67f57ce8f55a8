using System.Runtime.CompilerServices;
using Lab.Execution;
using Lab.State;

namespace Pipeline.Tests;

/// <summary>build.sh, in a folder of its own with a `dotnet` that only notes what it is asked.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BuildScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("buildsh-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task The_pipeline_is_built_and_then_run_with_all_arguments()
    {
        Prepare("echo ran: \"$@\"");

        var result = await RunAsync("Test", "--filter", "a b");

        result.ExitCode.Should().Be(0, because: result.Error);
        result.Output.Should().Be("ran: build/bin/Debug/net10.0/Build.dll Test --filter a b\n");
    }

    [Test]
    public async Task The_pipelines_exit_code_is_the_scripts()
    {
        Prepare("exit 3");

        (await RunAsync()).ExitCode.Should().Be(3);
    }

    [Test]
    public async Task A_pipeline_that_does_not_compile_is_shown_with_its_errors()
    {
        Prepare("echo ran", build: "echo 'Build.cs(1,1): error CS0103'; exit 1");

        var result = await RunAsync();

        result.ExitCode.Should().Be(1);
        result.Output.Should().BeEmpty();
        result.Error.Should().Be("Build.cs(1,1): error CS0103\nThe pipeline itself does not compile: see above.\n");
    }

    [Test]
    public async Task Without_a_fitting_sdk_one_line_says_what_to_do()
    {
        Prepare("echo ran");
        Directory.Delete(Path.Combine(_folder, "sdk"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(_folder, "global.json"), """{ "sdk": { "version": "99.0.100", "rollForward": "disable" } }""");

        var result = await RunAsync();

        result.ExitCode.Should().Be(3);
        result.Output.Should().BeEmpty();
        result.Error.Should().MatchRegex(@"^The \.NET 10 SDK is missing\. .*dotnet-sdk-10\.0.*\n$");
    }

    [Test]
    public async Task The_checkout_is_locked_while_the_pipeline_is_built_and_free_when_it_runs()
    {
        Prepare("flock --nonblock build/obj/build.lock echo free", build: "! flock --nonblock build/obj/build.lock true");

        var result = await RunAsync();

        result.ExitCode.Should().Be(0, because: result.Error);
        result.Output.Should().Be("free\n");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_second_build_waits_for_the_first(CancellationToken cancellation)
    {
        Prepare("echo ran");
        Directory.CreateDirectory(Path.Combine(_folder, "build", "obj"));
        using var program = StartWhileLocked(out var taken);
        await program.ReadErrorUntilAsync("Another build runs in this checkout", cancellation);

        taken.Dispose();
        var (exitCode, output) = await program.EndAsync(cancellation);

        exitCode.Should().Be(0);
        output.Should().Be("ran\n");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Signals_reach_the_pipeline(CancellationToken cancellation)
    {
        Prepare("trap 'echo ended well; exit 42' TERM; echo ready; while :; do read -r -t 1 < <(:) || :; done");
        using var program = Start();
        await program.ReadOutputUntilAsync("ready", cancellation);

        await program.SendAsync("TERM", cancellation);
        var (exitCode, output) = await program.EndAsync(cancellation);

        exitCode.Should().Be(42);
        output.Should().Be("ended well\n");
    }

    private string Script => Path.Combine(_folder, "build.sh");

    private string SearchPath => Path.Combine(_folder, "sdk") + ":" + Environment.GetEnvironmentVariable("PATH");

    private RunningProgram StartWhileLocked(out FileLock taken)
    {
        taken = FileLock.TryTake(Path.Combine(_folder, "build", "obj", "build.lock"))!;
        return Start();
    }

    private void Prepare(string run, string build = ":", [CallerFilePath] string test = "")
    {
        File.Copy(Path.Combine(Path.GetDirectoryName(test)!, "..", "..", "build.sh"), Script);
        var sdk = Directory.CreateDirectory(Path.Combine(_folder, "sdk")).FullName;
        var dotnet = Path.Combine(sdk, "dotnet");
        File.WriteAllText(dotnet, $"""
            #!/usr/bin/env bash
            case $1 in
                --version) echo 10.0.100 ;;
                build) {build} ;;
                *) {run} ;;
            esac
            """);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<CommandResult> RunAsync(params string[] arguments) =>
        new Command("bash", [Script, .. arguments]).WithEnvironment("PATH", SearchPath).RunAsync();

    private RunningProgram Start() => new("bash", [Script], new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = SearchPath });
}
