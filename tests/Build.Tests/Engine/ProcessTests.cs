using Lab.Execution;

namespace Pipeline.Tests.Engine;

/// <summary>A pipeline as a process: exit codes, streams and signals.</summary>
internal sealed class ProcessTests
{
    private static readonly string _sample = Path.Combine(AppContext.BaseDirectory, "Sample.dll");

    [TestCase(0)]
    [TestCase(0, "good")]
    [TestCase(1, "bad")]
    [TestCase(3, "broken")]
    [TestCase(2, "missing")]
    public async Task The_exit_code_says_how_it_went(int expected, params string[] arguments)
    {
        var result = await new Command("dotnet", [_sample, .. arguments]).RunAsync();

        result.ExitCode.Should().Be(expected, because: result.Output + result.Error);
    }

    [Test]
    public async Task A_mistake_is_one_line_on_the_error_stream()
    {
        var result = await new Command("dotnet", _sample, "god").RunAsync();

        result.Output.Should().BeEmpty();
        result.Error.Should().Be("There is no target `god`. Did you mean `Good`? `--help` lists them.\n");
    }

    [TestCase("TERM")]
    [TestCase("INT")]
    [CancelAfter(60_000)]
    public async Task A_signal_interrupts_the_running_target_and_assured_ones_still_run(string signal, CancellationToken cancellation)
    {
        using var program = Start("waits", "givesback");
        await program.ReadOutputUntilAsync("waiting", cancellation);

        await program.SendAsync(signal, cancellation);
        var (exitCode, output) = await program.EndAsync(cancellation);

        exitCode.Should().Be(130);
        output.Should().Contain("gave back").And.MatchRegex("Waits +Aborted").And.MatchRegex("GivesBack +Succeeded");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_second_Ctrl_C_leaves_at_once(CancellationToken cancellation)
    {
        using var program = Start("hearsnothing");
        await program.ReadOutputUntilAsync("waiting", cancellation);

        await program.SendAsync("INT", cancellation);
        await program.ReadOutputUntilAsync("Interrupted", cancellation);
        await program.SendAsync("INT", cancellation);
        var (exitCode, _) = await program.EndAsync(cancellation);

        exitCode.Should().Be(130);
    }

    // Whoever runs the tests in a shell's background has them ignore SIGINT, and every child inherits that.
    private static RunningProgram Start(params string[] arguments) => new("env", ["--default-signal=INT", "dotnet", _sample, .. arguments]);
}
