using FluentAssertions;
using Lab.Execution;
using Lab.Remote;
using Lab.Tests.Execution;
using NUnit.Framework;

namespace Lab.Tests.Remote;

/// <summary>The line that a guest's shell is given, in shells of this host: standard input is what sshd closes when the caller is gone.</summary>
[TestFixture("sh")]
[TestFixture("bash")]
internal sealed class GuardedCommandTests(string shell)
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Test]
    public async Task It_leaves_the_commands_exit_code_and_outputs_and_nothing_else()
    {
        var result = await Guarded("echo out; echo err >&2; exit 3").HoldingInput().RunAsync().WaitAsync(Deadline);

        (result.ExitCode, result.Output, result.Error).Should().Be((3, "out\n", "err\n"));
    }

    [Test]
    public async Task A_commands_end_by_a_signal_is_told_as_a_shell_does() =>
        (await Guarded("kill -s KILL $$").HoldingInput().RunAsync().WaitAsync(Deadline)).ExitCode.Should().Be(128 + 9);

    [Test]
    public async Task A_command_has_nothing_to_read_while_standard_input_is_open() =>
        (await Guarded("cat; echo read").HoldingInput().SucceedAsync().WaitAsync(Deadline)).Should().Be("read\n");

    [Test]
    public async Task A_command_still_hears_an_interrupt() =>
        (await Guarded("trap 'echo heard; exit' INT; kill -s INT $$; exit 1").HoldingInput().SucceedAsync().WaitAsync(Deadline)).Should().Be("heard\n");

    [Test]
    public async Task At_its_time_out_a_command_is_ended_with_its_children()
    {
        var child = string.Empty;

        var result = await Guarded("sleep 1000 & echo $!; wait", TimeSpan.FromSeconds(0.5)).WithLines(line => child = line).HoldingInput().RunAsync().WaitAsync(Deadline);

        result.ExitCode.Should().Be(124);
        await Processes.UntilEndedAsync(child, Deadline);
    }

    [Test]
    public async Task A_command_is_ended_with_its_children_when_standard_input_ends()
    {
        var child = new TaskCompletionSource<string>();
        var line = Guarded("sleep 1000 & echo $!; wait").WithLines(said => child.TrySetResult(said));

        await line.WithInput((_, _) => child.Task).RunAsync().WaitAsync(Deadline);

        await Processes.UntilEndedAsync(await child.Task, Deadline);
    }

    // However the two meet: the signal may come while timeout(1) is only starting.
    [Test]
    [Repeat(5)]
    public async Task A_command_whose_standard_input_has_ended_before_it_began_is_ended_all_the_same() =>
        (await Guarded("sleep 1000").RunAsync().WaitAsync(Deadline)).ExitCode.Should().NotBe(0);

    [Test]
    public async Task A_command_that_will_not_end_is_killed()
    {
        var (started, words) = (new TaskCompletionSource(), 0);
        // Its second word, because timeout(1) hears no signal until it knows its child.
        var line = Guarded("trap '' TERM; while :; do echo word; sleep 1; done").WithLines(_ =>
        {
            if (++words == 2)
            {
                started.SetResult();
            }
        });

        (await line.WithInput((_, _) => started.Task).RunAsync().WaitAsync(Deadline)).ExitCode.Should().Be(128 + 9);
    }

    private Command Guarded(string command, TimeSpan? limit = null) => new(shell, "-c", SshShell.Guarded(command, limit ?? Never));
}
