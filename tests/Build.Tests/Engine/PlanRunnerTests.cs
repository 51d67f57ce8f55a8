using Lab;

namespace Pipeline.Tests.Engine;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PlanRunnerTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Test]
    public async Task A_failure_stops_the_run_and_says_why_the_rest_did_not_run()
    {
        var build = new Failing();

        var code = await _world.RunAsync(build, "Bad", "Later");

        code.Should().Be(1);
        build.Ran.Should().Equal("Bad");
        _world.Out.Should().MatchRegex(@"Later +NotRun +Bad failed\n");
    }

    [Test]
    public async Task An_assured_target_runs_after_a_failure()
    {
        var build = new Failing();

        var code = await _world.RunAsync(build, "Bad", "Later", "GiveBack");

        code.Should().Be(1);
        build.Ran.Should().Equal("Bad", "GiveBack");
    }

    [Test]
    public async Task An_assured_target_runs_though_what_it_depends_on_failed()
    {
        var build = new Failing();

        await _world.RunAsync(build, "ReportOnBad");

        build.Ran.Should().Equal("Bad", "ReportOnBad");
    }

    [Test]
    public async Task ProceedAfterFailure_lets_the_others_run_but_not_what_depends_on_it()
    {
        var build = new Failing();

        var code = await _world.RunAsync(build, "Lenient", "NeedsLenient", "Later");

        code.Should().Be(1);
        build.Ran.Should().Equal("Lenient", "Later");
        _world.Out.Should().MatchRegex(@"NeedsLenient +NotRun +Lenient failed\n");
    }

    [TestCase("Product", ExpectedResult = 1)]
    [TestCase("Definition", ExpectedResult = 2)]
    [TestCase("Infrastructure", ExpectedResult = 3)]
    [TestCase("Bad", ExpectedResult = 1)]
    [TestCase("Good", ExpectedResult = 0)]
    public Task<int> The_exit_code_says_whose_failure_it_is(string target) => _world.RunAsync(new Failing(), target);

    [Test]
    public async Task The_first_failure_decides_the_exit_code()
    {
        var code = await _world.RunAsync(new Failing(), "Infrastructure", "AssuredButBad");

        code.Should().Be(3);
        _world.Out.Should().MatchRegex("AssuredButBad +Failed");
    }

    [Test]
    public async Task A_known_failure_is_told_with_its_remedy_and_without_a_stack()
    {
        await _world.RunAsync(new Failing(), "Infrastructure");

        _world.Out.Should().Contain("The disk is full.\n/dev/vda1 has 0 bytes left.\nFree some space.\n").And.NotContain("   at ");
        _world.Out.Should().MatchRegex(@"Infrastructure +Failed +0\.0 s +The disk is full\.\n");
    }

    [Test]
    public async Task A_defect_is_told_with_its_stack()
    {
        await _world.RunAsync(new Failing(), "Bad");

        _world.Out.Should().Contain("System.InvalidOperationException: a defect").And.Contain("   at Pipeline.Tests.Engine.PlanRunnerTests");
    }

    [Test]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure()
    {
        var code = await _world.RunAsync(new Failing(), "TimesOut", "Later");

        code.Should().Be(1);
        _world.Out.Should().MatchRegex(@"TimesOut +Failed +0\.0 s +The request timed out\.\n").And.MatchRegex("Later +NotRun");
    }

    [Test]
    public async Task Every_begin_and_end_is_announced_with_its_duration()
    {
        await _world.RunAsync(new Timed(_world.Clock), "Compile", "Group");

        _world.Out.Should().StartWith("=== Compile\n=== Compile succeeded after 1 min 12 s\n");
        _world.Out.Should().NotContain("=== Group", because: "a target without actions has nothing to announce");
    }

    [Test]
    public async Task Actions_run_in_the_order_they_were_added_whatever_their_form()
    {
        var build = new ManyActions();

        await _world.RunAsync(build, "All");

        build.Ran.Should().Equal("plain", "async", "cancellable");
    }

    [Test]
    public async Task An_interruption_reaches_the_running_target_and_aborts_the_rest_except_the_assured()
    {
        using var interrupted = new CancellationTokenSource();
        var build = new Interruptible(interrupted);

        var code = await _world.RunAsync(build, interrupted.Token, "Waits", "Later", "GiveBack");

        code.Should().Be(130);
        build.Ran.Should().Equal("Waits", "GiveBack");
        build.GiveBackWasCancelled.Should().BeFalse();
        _world.Out.Should().MatchRegex(@"Waits +Aborted +0\.0 s +interrupted\n").And.MatchRegex(@"Later +Aborted +interrupted\n").And.MatchRegex("Total +Aborted");
    }

    [Test]
    public async Task What_fails_while_it_is_interrupted_is_aborted_not_failed()
    {
        using var interrupted = new CancellationTokenSource();

        var code = await _world.RunAsync(new Interruptible(interrupted), interrupted.Token, "ChildDies");

        code.Should().Be(130);
        _world.Out.Should().MatchRegex(@"ChildDies +Aborted +0\.0 s +qemu ended with code 130\n");
    }

    [Test]
    public async Task An_interruption_of_the_last_target_that_ends_well_anyway_is_no_failure()
    {
        using var interrupted = new CancellationTokenSource();

        var code = await _world.RunAsync(new Interruptible(interrupted), interrupted.Token, "Unmoved");

        code.Should().Be(0);
    }

    private sealed class Failing : RecordingBuild
    {
        private Target Good => _ => _.Executes(() => Note());

        private Target Bad => _ => _.Executes(() =>
        {
            Note();
            throw new InvalidOperationException("a defect");
        });

        private Target Later => _ => _.Executes(() => Note());

        private Target GiveBack => _ => _.AssuredAfterFailure().Executes(() => Note());

        private Target ReportOnBad => _ => _.DependsOn(Bad).AssuredAfterFailure().Executes(() => Note());

        private Target Lenient => _ => _.ProceedAfterFailure().Executes(() =>
        {
            Note();
            throw new InvalidOperationException("never mind");
        });

        private Target NeedsLenient => _ => _.DependsOn(Lenient).Executes(() => Note());

        private Target Product => _ => _.Executes(() => throw new PipelineException(FailureKind.Product, "The guest did not boot."));

        private Target Definition => _ => _.Executes(() => throw new PipelineException(FailureKind.Definition, "There is no such guest."));

        private Target Infrastructure => _ => _.Executes(() => throw new HostException("The disk is full.\n/dev/vda1 has 0 bytes left.", "Free some space."));

        private Target AssuredButBad => _ => _.AssuredAfterFailure().Executes(() => throw new PipelineException(FailureKind.Product, "Bad as well."));

        private Target TimesOut => _ => _.Executes(() => throw new TaskCanceledException("The request timed out."));
    }

    private sealed class Timed(StandingClock clock) : RecordingBuild
    {
        private Target Compile => _ => _.Executes(() => clock.Advance(TimeSpan.FromSeconds(72)));

        private Target Group => _ => _.DependsOn(Compile);
    }

    private sealed class ManyActions : RecordingBuild
    {
        private Target All => _ => _
            .Executes(() => Note("plain"))
            .Executes(async () =>
            {
                await Task.Yield();
                Note("async");
            })
            .Executes(async cancellation =>
            {
                await Task.Delay(0, cancellation);
                Note("cancellable");
            });
    }

    private sealed class Interruptible(CancellationTokenSource interrupted) : RecordingBuild
    {
        public bool GiveBackWasCancelled { get; private set; }

        private Target Waits => _ => _.Executes(async cancellation =>
        {
            Note();
            await interrupted.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        });

        private Target Later => _ => _.Executes(() => Note());

        private Target GiveBack => _ => _.AssuredAfterFailure().Executes(cancellation =>
        {
            GiveBackWasCancelled = cancellation.IsCancellationRequested;
            Note();
            return Task.CompletedTask;
        });

        private Target ChildDies => _ => _.Executes(async () =>
        {
            await interrupted.CancelAsync();
            throw new HostException("qemu ended with code 130");
        });

        private Target Unmoved => _ => _.Executes(interrupted.CancelAsync);
    }
}
