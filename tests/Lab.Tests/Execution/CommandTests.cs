using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Execution;
using Lab.Tests.Hosting;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Execution;

public sealed class CommandTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_finished_program_leaves_its_exit_code_output_and_error()
    {
        var result = await Sh("echo out; echo err >&2; exit 3").RunAsync();

        (result.ExitCode, result.Output, result.Error).Should().Be((3, "out\n", "err\n"));
    }

    [Test]
    public async Task A_program_that_a_signal_ends_has_the_exit_code_that_a_shell_gives_it() =>
        (await Sh("kill -TERM $$").RunAsync()).ExitCode.Should().Be(128 + 15);

    [Test]
    public async Task What_must_succeed_and_fails_shows_the_command_its_exit_code_and_the_last_of_its_error()
    {
        var command = Sh("echo out; seq 1 40 >&2; exit 4");

        var failure = (await command.Awaiting(fails => fails.SucceedAsync()).Should().ThrowAsync<HostCommandFailedException>()).Which;

        failure.Kind.Should().Be(FailureKind.Infrastructure);
        failure.Command.Should().Be(command);
        failure.Result.ExitCode.Should().Be(4);
        failure.Message.Should().Be("`sh -c 'echo out; seq 1 40 >&2; exit 4'` exited with code 4.\n" + string.Join('\n', Enumerable.Range(29, 12).Select(line => $"    {line}")));
    }

    [Test]
    public async Task A_failure_without_a_word_of_error_shows_the_output_instead() =>
        (await Sh("echo 'no space'; exit 1").Awaiting(fails => fails.SucceedAsync()).Should().ThrowAsync<HostCommandFailedException>())
        .WithMessage("*exited with code 1.\n    no space");

    [Test]
    public async Task A_program_that_is_not_there_is_named_and_so_is_the_way_to_it()
    {
        var failure = (await new Command("lab-no-such-program").Awaiting(missing => missing.RunAsync()).Should().ThrowAsync<HostException>()).Which;

        failure.Message.Should().StartWith("`lab-no-such-program` could not be started: ");
        failure.Remedy.Should().Contain("lab doctor");
    }

    [Test]
    public async Task Input_reaches_the_program_and_ends() =>
        (await new Command("cat").WithInput("grün\n").SucceedAsync()).Should().Be("grün\n");

    [Test]
    public async Task Without_input_there_is_nothing_to_read() => (await new Command("cat").SucceedAsync()).Should().BeEmpty();

    [Test]
    public async Task Input_can_stay_open_for_as_long_as_the_program_runs()
    {
        // The program ends on its own; with its input at an end, it would end otherwise.
        var result = await Sh("timeout 0.2 cat").HoldingInput().RunAsync();

        result.ExitCode.Should().Be(124);
    }

    [Test]
    public async Task A_program_that_does_not_read_its_input_is_judged_by_its_exit_code()
    {
        var result = await Sh("exec <&-; exit 7").WithInput(new string('x', 1_000_000)).RunAsync();

        result.ExitCode.Should().Be(7);
    }

    [Test]
    public async Task Bytes_come_out_as_they_are()
    {
        using var kept = new MemoryStream();

        var result = await Sh("printf '\\377\\000\\n'").WithOutputTo((stream, cancellation) => stream.CopyToAsync(kept, cancellation)).RunAsync();

        kept.ToArray().Should().Equal(0xff, 0x00, 0x0a);
        result.Output.Should().BeEmpty();
    }

    [Test]
    public async Task Lines_are_told_as_they_come_and_kept_too()
    {
        var told = new List<string>();

        // The program goes on only when its first line has been heard.
        using var folder = new HostFolder();
        var result = await Sh("echo one; until [ -e heard ]; do sleep 0.01; done; echo two").In(folder.Path)
            .WithLines(line =>
            {
                told.Add(line);
                folder.Write("heard", string.Empty);
            })
            .RunAsync();

        told.Should().Equal("one", "two");
        result.Output.Should().Be("one\ntwo\n");
    }

    [Test]
    public async Task It_runs_in_the_folder_and_with_the_variables_it_was_given()
    {
        using var folder = new HostFolder();
        var command = Sh("pwd; printf '%s,%s,%s\\n' \"$LAB_TEST\" \"${HOME-none}\" \"$LC_ALL\"").In(folder.Path).WithEnvironment("LAB_TEST", "a b").WithEnvironment("HOME", null);

        (await command.SucceedAsync()).Should().Be($"{folder.Path}\na b,none,C.UTF-8\n");
    }

    [Test]
    public async Task Cancelling_kills_the_program_and_its_children()
    {
        using var folder = new HostFolder();
        using var cancel = new CancellationTokenSource();
        var started = new TaskCompletionSource<string>();

        var running = Sh("sleep 1000 & echo $!; wait").WithLines(line => started.TrySetResult(line)).RunAsync(cancel.Token);
        var child = await started.Task.WaitAsync(Deadline);
        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => running).Should().ThrowAsync<OperationCanceledException>();
        await Processes.UntilEndedAsync(child, Deadline);
    }

    [Test]
    public async Task A_program_has_a_session_of_its_own_unless_it_must_reach_the_terminal()
    {
        var session = new Command("ps", "-o", "sid=", "-p", $"{Environment.ProcessId}");
        var own = Sh("ps -o sid= -p $$");

        var caller = (await session.SucceedAsync()).Trim();

        (await own.SucceedAsync()).Trim().Should().NotBe(caller);
        (await own.InSession().SucceedAsync()).Trim().Should().Be(caller);
    }

    [Test]
    public async Task What_is_cancelled_before_it_begins_never_runs()
    {
        using var folder = new HostFolder();

        await new Command("touch", folder["ran"]).Awaiting(touch => touch.RunAsync(new CancellationToken(canceled: true))).Should().ThrowAsync<OperationCanceledException>();

        File.Exists(folder["ran"]).Should().BeFalse();
    }

    [Test]
    public async Task Input_that_can_not_be_written_ends_the_program_that_waits_for_it() =>
        await new Command("cat").WithInput((_, _) => throw new InvalidDataException("bad")).RunAsync().WaitAsync(Deadline)
            .Awaiting(running => running).Should().ThrowAsync<InvalidDataException>();

    [Test]
    public async Task Output_that_nobody_takes_any_more_ends_the_program_that_writes_it() =>
        await new Command("yes").WithOutputTo((_, _) => throw new InvalidDataException("bad")).RunAsync().WaitAsync(Deadline)
            .Awaiting(running => running).Should().ThrowAsync<InvalidDataException>();

    [Test]
    public void A_command_reads_as_one_would_type_it() =>
        new Command("ostree", "commit", "--tree=tar=/a b", string.Empty, "it's", "$HOME").ToString()
            .Should().Be("ostree commit '--tree=tar=/a b' '' 'it'\\''s' '$HOME'");

    [Test]
    public void Every_change_is_a_copy()
    {
        var command = new Command("true");

        command.In("/").WithEnvironment("A", "b").WithInput("x").WithLines(_ => { });

        (command.WorkingDirectory, command.Environment.Count, command.Input, command.Line).Should().Be((null, 0, null, null));
    }

    [Property(MaxTest = 40)]
    public Property A_shell_reads_quoted_arguments_back_as_they_were() => Prop.ForAll(Arb.From(Gen.ArrayOf(Argument())), arguments =>
    {
        var line = string.Concat(arguments.Select(argument => ' ' + Command.Quote(argument)));

        // Each argument ends with a byte that none of them holds.
        var output = Sh($"for argument in{line}; do printf '%s\\001' \"$argument\"; done").SucceedAsync().GetAwaiter().GetResult();

        output.Should().Be(string.Concat(arguments.Select(argument => argument + '\u0001')));
    });

    private static Gen<string> Argument() => Gen.ArrayOf(Gen.Frequency(
            (3, Gen.Elements("'", "\"", "\\", "$HOME", "`id`", " ", "\n", "\t", "*", "~", "!", "#", ";", "&", "|", "<", "(", "{a,b}", "-n", "%s")),
            (1, Gen.Choose(0x20, 0xd7ff).Select(code => ((char)code).ToString())),
            (1, Gen.Choose(0x1f300, 0x1f5ff).Select(char.ConvertFromUtf32))))
        .Select(string.Concat);

    private static Command Sh(string script) => new("sh", "-c", script);
}
