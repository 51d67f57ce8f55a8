using FluentAssertions;
using Lab.Guests;
using Lab.Remote;
using Lab.Reporting;
using NUnit.Framework;

namespace Lab.Tests.Reporting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class RunRecorderTests
{
    private readonly ManualTime _time = new();
    private readonly RunRecorder _recorder;

    public RunRecorderTests() => _recorder = new RunRecorder("atomic-host", "Upgrade", _time);

    private RunRecord Record => _recorder.ToRecord();

    [Test]
    public async Task A_step_is_timed_and_stands_where_it_was_opened()
    {
        _time.Advance(1);
        await _recorder.StepAsync("outer", async () =>
        {
            _time.Advance(2);
            await _recorder.StepAsync("inner", Takes(3));
            _time.Advance(4);
        });
        await _recorder.StepAsync("next", Takes(5));

        var steps = Record.Run.Steps;
        steps.Select(step => (step.Name, (step.Start - ManualTime.Start).TotalSeconds, step.Duration.TotalSeconds)).Should().Equal(("outer", 1, 9), ("next", 10, 5));
        steps[0].Steps.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "inner", Duration = TimeSpan.FromSeconds(3) });
        Record.Duration.Should().Be(TimeSpan.FromSeconds(15));
    }

    [Test]
    public async Task What_is_seen_belongs_to_the_innermost_step_and_otherwise_to_the_run()
    {
        _recorder.Note("before");
        await _recorder.StepAsync("outer", async () =>
        {
            _recorder.CommandRan(Command("outer"));
            await _recorder.StepAsync("inner", () =>
            {
                _recorder.Booted("node1", SampleRun.Boot(1, 0, [1], null, ready: true));
                _recorder.Measure("fetched", 12, "bytes");
                return Task.CompletedTask;
            });
            _recorder.CommandRan(Command("outer again"));
        });
        _recorder.CommandRan(Command("after"));

        var run = Record.Run;
        run.Notes.Should().Equal("before");
        run.Commands.Should().ContainSingle().Which.Result.Command.Should().Be("after");
        run.Steps[0].Commands.Select(command => command.Result.Command).Should().Equal("outer", "outer again");
        run.Steps[0].Steps[0].Boots.Should().ContainSingle().Which.Guest.Should().Be("node1");
        run.Steps[0].Steps[0].Measurements.Should().Equal(new Measurement("fetched", 12, "bytes"));
    }

    [Test]
    public async Task A_step_gives_what_it_comes_to()
    {
        (await _recorder.StepAsync("ask", () => Task.FromResult(42))).Should().Be(42);
    }

    [Test]
    public async Task Steps_side_by_side_keep_their_own()
    {
        var both = new TaskCompletionSource();
        var begun = 0;
        async Task Work(string name) => await _recorder.StepAsync(name, async () =>
        {
            if (Interlocked.Increment(ref begun) == 2)
            {
                both.SetResult();
            }

            await both.Task;
            _recorder.CommandRan(Command(name));
            await _recorder.StepAsync($"{name} within", () => Task.CompletedTask);
        });

        await Task.WhenAll(Task.Run(() => Work("a")), Task.Run(() => Work("b")));

        Record.Run.Steps.Should().HaveCount(2);
        Record.Run.Steps.Should().OnlyContain(step => step.Commands.Single().Result.Command == step.Name && step.Steps.Single().Name == step.Name + " within");
    }

    [Test]
    public async Task A_flow_of_execution_without_a_step_of_its_own_counts_towards_the_youngest_that_lasts()
    {
        await _recorder.StepAsync("outer", () => _recorder.StepAsync("inner", async () =>
        {
            Task elsewhere;
            using (ExecutionContext.SuppressFlow())
            {
                elsewhere = Task.Run(() => _recorder.CommandRan(Command("from elsewhere")));
            }

            await elsewhere;
        }));

        Record.Run.Steps[0].Steps[0].Commands.Should().ContainSingle();
    }

    [Test]
    public async Task Work_that_outlives_its_step_counts_towards_what_the_step_was_part_of()
    {
        var ended = new TaskCompletionSource();
        Task? late = null;
        async Task Late()
        {
            await ended.Task;
            _recorder.CommandRan(Command("late"));
        }

        await _recorder.StepAsync("outer", async () =>
        {
            await _recorder.StepAsync("inner", () =>
            {
                late = Late();
                return Task.CompletedTask;
            });
            ended.SetResult();
            await late!;
        });

        Record.Run.Steps[0].Commands.Should().ContainSingle().Which.Result.Command.Should().Be("late");
    }

    [Test]
    public async Task Nothing_is_lost_when_many_threads_speak_at_once()
    {
        await Parallel.ForAsync(0, 64, async (number, cancellation) => await _recorder.StepAsync($"step {number}", () =>
        {
            for (var command = 0; command < 50; command++)
            {
                _recorder.CommandRan(Command($"{number}/{command}"));
                _ = _recorder.ToRecord();
            }

            return Task.CompletedTask;
        }));

        Record.Run.Steps.Should().HaveCount(64).And.OnlyContain(step => step.Commands.Count == 50);
    }

    [Test]
    public void A_guests_boots_are_counted_within_the_run_whoever_watched_them()
    {
        foreach (var guest in new[] { "node1", "node2", "node1" })
        {
            _recorder.Booted(guest, SampleRun.Boot(1, 0, [1], null, ready: true));
        }

        Record.Run.Boots.Select(boot => (boot.Guest, boot.Boot.Number)).Should().Equal(("node1", 1), ("node2", 1), ("node1", 2));
    }

    private static readonly object[] Kinds =
    [
        new object[] { new HostException("the disk is full", "Make room."), FailureKind.Infrastructure },
        new object[] { new GuestDeadException("node1", "kernel panic"), FailureKind.Product },
        new object[] { new Lab.Updates.InvalidRefspecException("nothing"), FailureKind.Definition },
        new object[] { new InvalidOperationException("a defect of ours"), FailureKind.Infrastructure },
        new object[] { new OperationCanceledException(), FailureKind.Infrastructure },
    ];

    [TestCaseSource(nameof(Kinds))]
    public async Task A_failure_is_kept_with_its_kind_and_goes_on(Exception thrown, FailureKind kind)
    {
        var step = async () => await _recorder.StepAsync("fails", async () =>
        {
            await Task.Yield();
            throw thrown;
        });

        (await step.Should().ThrowAsync<Exception>()).Which.Should().BeSameAs(thrown);
        Record.Failure.Should().NotBeNull();
        Record.Failure!.Kind.Should().Be(kind);
        Record.Failure.Message.Should().Be(thrown.Message);
        Record.Failure.Remedy.Should().Be((thrown as LabException)?.Remedy);
        Record.Failure.Exception.Should().Be(thrown.GetType().FullName);
    }

    [Test]
    public async Task An_assertion_that_fails_is_the_products_failure()
    {
        await Failing(() => 1.Should().Be(2, "one is to be two"));

        Record.Failure!.Kind.Should().Be(FailureKind.Product);
        Record.Failure.Message.Should().Contain("one is to be two");
    }

    [Test]
    public async Task A_failure_names_the_line_of_the_scenario_that_it_came_from()
    {
        await Failing(() =>
        {
            Lines().Should().BeGreaterThan(0);
            throw new HostException("broken");
        });

        Record.Failure!.Location.Should().EndWith($"RunRecorderTests.cs:{Lines() - 3}");
        static int Lines([System.Runtime.CompilerServices.CallerLineNumber] int line = 0) => line;
    }

    [Test]
    public async Task A_failure_from_elsewhere_names_the_line_where_its_step_begins()
    {
        var step = async () => await _recorder.StepAsync("fails", () => File.ReadAllTextAsync("/no/such/file"), "/labs/web/Upgrade.cs", 12);

        await step.Should().ThrowAsync<DirectoryNotFoundException>();
        Record.Failure!.Location.Should().Be("/labs/web/Upgrade.cs:12");
    }

    [Test]
    public async Task A_failure_that_leaves_several_steps_is_one_failure()
    {
        await Failing(() => _recorder.StepAsync("inner", () =>
        {
            _time.Advance(1);
            throw new HostException("broken");
        }));

        var outer = Record.Run.Steps.Single();
        outer.FailedWithin.Should().BeTrue("the inner step tells more");
        outer.Failure.Should().Be(outer.Steps.Single().Failure);
        outer.Steps.Single().FailedWithin.Should().BeFalse();
    }

    [Test]
    public async Task The_first_failure_decides_the_verdict()
    {
        await Failing(() => throw new GuestDeadException("node1", "kernel panic"));
        _time.Advance(1);
        await Failing(() => throw new HostException("and then the disk was full"));

        Record.Failure!.Kind.Should().Be(FailureKind.Product);
    }

    [Test]
    public void A_failure_outside_of_any_step_fails_the_run()
    {
        _recorder.Fail(new HostException("libvirt is missing"));

        Record.Failure!.Message.Should().Be("libvirt is missing");
        Record.Failure.Location.Should().Contain("RunRecorderTests.cs:");
    }

    [Test]
    public async Task What_no_healthy_guest_writes_fails_the_step_unless_it_was_expected()
    {
        var finding = new ConsoleFinding("kernel panic", true, SampleRun.Line(1, "Kernel panic - not syncing"));
        await _recorder.StepAsync("power cut", () =>
        {
            _recorder.Found("node1", finding, expected: true);
            return Task.CompletedTask;
        });
        Record.Failure.Should().BeNull();

        _recorder.Found("node1", finding, expected: false);

        Record.Failure.Should().BeEquivalentTo(new { Kind = FailureKind.Product, Message = "Guest node1 showed on its console: kernel panic: Kernel panic - not syncing" });
        Record.Findings.Should().HaveCount(2);
    }

    [Test]
    public void Overhead_is_what_neither_boots_nor_commands_nor_waits_account_for()
    {
        _time.Advance(30);
        _recorder.Booted("node1", SampleRun.Boot(1, 10, [4, 6, 10], null, ready: true));
        _recorder.Booted("node2", SampleRun.Boot(1, 12, [4, 6, 10], null, ready: true));
        _time.Advance(20);
        _recorder.CommandRan(Command("upgrade", seconds: 15));
        using (_recorder.GuestTime())
        {
            _time.Advance(5);
        }

        _time.Advance(45);

        Record.GuestTime.Should().Be(TimeSpan.FromSeconds(22 + 15 + 5), "node1 and node2 booted from 10 to 32, the upgrade took 15 and the shutdown 5");
        Record.Overhead.Should().Be(TimeSpan.FromSeconds(100 - 42));
    }

    [Test]
    public async Task What_still_lasts_is_given_the_time_it_took_so_far()
    {
        await _recorder.StepAsync("long", () =>
        {
            using var wait = _recorder.GuestTime();
            _time.Advance(7);

            Record.Run.Steps[0].Duration.Should().Be(TimeSpan.FromSeconds(7));
            Record.GuestTime.Should().Be(TimeSpan.FromSeconds(7));
            return Task.CompletedTask;
        });
    }

    private Func<Task> Takes(double seconds) => () =>
    {
        _time.Advance(seconds);
        return Task.CompletedTask;
    };

    private Task Failing(Action work) => Failing(() =>
    {
        work();
        return Task.CompletedTask;
    });

    private async Task Failing(Func<Task> work)
    {
        var step = async () => await _recorder.StepAsync("fails", work);
        await step.Should().ThrowAsync<Exception>();
    }

    private static RemoteResult Command(string command, double seconds = 0) => new("node1", command, 0, string.Empty, string.Empty, TimeSpan.FromSeconds(seconds));
}
