using Lab;
using Lab.Tests.Definitions;

namespace Pipeline.Tests.Engine;

internal sealed class ReportTests
{
    [Test]
    public async Task Help_shows_targets_and_parameters()
    {
        var build = new Specimen(new StandingClock());
        using var world = new World { Defaults = [build.Test] };

        var code = await world.RunAsync(build, "--help");

        code.Should().Be(0);
        world.Out.ShouldMatchSnapshot("help");
    }

    [Test]
    public async Task Help_is_what_a_build_without_a_default_target_prints()
    {
        using var world = new World();

        await world.RunAsync(new Specimen(world.Clock));

        world.Out.Should().StartWith("./build.sh [target…] [option…]");
    }

    [Test]
    public async Task The_plan_shows_order_and_reasons_and_runs_nothing()
    {
        using var world = new World();
        var build = new Specimen(world.Clock);

        var code = await world.RunAsync(build, "Publish", "Clean", "--plan", "--skip", "Restore");

        code.Should().Be(0);
        build.Ran.Should().BeEmpty();
        world.Out.ShouldMatchSnapshot("plan");
    }

    [Test]
    public async Task The_summary_shows_every_end_and_the_closing_line_is_the_last()
    {
        using var world = new World();

        var code = await world.RunAsync(new Specimen(world.Clock), "Publish", "Clean", "--skip", "Restore");

        code.Should().Be(1);
        world.Out.ShouldMatchSnapshot("summary");
    }

    [Test]
    public async Task The_summary_on_a_terminal_has_borders()
    {
        using var world = new World { IsInteractive = true };

        await world.RunAsync(new Specimen(world.Clock), "Publish", "Clean", "--skip", "Restore");

        world.Out.ShouldMatchSnapshot("summary-terminal");
    }

    private sealed class Specimen(StandingClock clock) : RecordingBuild
    {
        private bool _isTagged;

        [Parameter("What is compiled")]
        public FailureKind Configuration { get; private set; } = FailureKind.Product;

        [Parameter("Which tests run")]
        public string[] TestFilter { get; private set; } = [];

        [Parameter("How long at most")]
        public TimeSpan TimeLimit { get; private set; } = TimeSpan.FromMinutes(5);

        [Parameter("How many at once")]
        public int Workers { get; private set; } = 2;

        [Parameter("Say more")]
        public bool IsVerbose { get; private set; }

        protected override string ClosingLine => "1 passed, 1 failed, 0 skipped";

        private Target Clean => _ => _.Description("Deletes what was built").Before(Restore).Executes(() => clock.Advance(TimeSpan.FromMilliseconds(450)));

        private Target Restore => _ => _.Description("Fetches packages").Executes(() => Note());

        private Target Compile => _ => _.Description("Compiles").DependsOn(Restore).Executes(() => clock.Advance(TimeSpan.FromSeconds(75)));

        public Target Test => _ => _.DependsOn(Compile).Triggers(Notify).Executes(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(83));
            _isTagged = true;
            throw new PipelineException(FailureKind.Product, "One test failed.\n    A_guest_boots", "Mend it [or the test].");
        });

        private Target Notify => _ => _.Executes(() => Note());

        private Target Publish => _ => _.Description("Publishes").DependsOn(Test).OnlyWhenDynamic(() => _isTagged).Executes(() => Note());

        private Target Internals => _ => _.Unlisted().Executes(() => Note());
    }
}
