namespace Pipeline.Tests.Engine;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TargetGraphTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Test]
    public async Task Dependencies_run_first_and_once()
    {
        var build = new Diamond();

        var code = await _world.RunAsync(build, "Top");

        code.Should().Be(0);
        build.Ran.Should().Equal("Bottom", "Left", "Right", "Top");
    }

    [Test]
    public async Task Nothing_runs_that_no_one_needs()
    {
        var build = new Diamond();

        await _world.RunAsync(build, "Left");

        build.Ran.Should().Equal("Bottom", "Left");
    }

    [Test]
    public async Task Several_targets_run_in_the_order_they_were_named()
    {
        var build = new Diamond();

        await _world.RunAsync(build, "Right", "Left");

        build.Ran.Should().Equal("Bottom", "Right", "Left");
    }

    [TestCase("--target", "left")]
    [TestCase("LEFT")]
    [TestCase("bottom,left")]
    public async Task Targets_can_be_named_in_any_case_and_way(params string[] arguments)
    {
        var build = new Diamond();

        await _world.RunAsync(build, arguments);

        build.Ran.Should().Equal("Bottom", "Left");
    }

    [Test]
    public async Task DependentFor_is_the_other_end_of_DependsOn()
    {
        var build = new Diamond();

        await _world.RunAsync(build, "Left", "Extended");

        build.Ran.Should().Equal("Bottom", "Left", "Extension", "Extended");
    }

    [Test]
    public async Task After_and_Before_put_in_order_what_runs_anyway()
    {
        var build = new Ordered();

        await _world.RunAsync(build, "Last", "Middle", "First");

        build.Ran.Should().Equal("First", "Middle", "Last");
    }

    [TestCase("Last", "Last")]
    [TestCase("First", "First")]
    public async Task After_and_Before_bring_nothing_into_the_run(string asked, string ran)
    {
        var build = new Ordered();

        await _world.RunAsync(build, asked);

        build.Ran.Should().Equal(ran);
    }

    [Test]
    public async Task A_triggered_target_runs_later_with_what_it_needs()
    {
        var build = new Triggering();

        await _world.RunAsync(build, "Pack");

        build.Ran.Should().Equal("Pack", "Login", "Publish", "Announce");
    }

    [Test]
    public async Task A_triggered_target_alone_runs_alone()
    {
        var build = new Triggering();

        await _world.RunAsync(build, "Announce");

        build.Ran.Should().Equal("Announce");
    }

    [Test]
    public async Task What_a_skipped_target_triggers_is_skipped()
    {
        var build = new Triggering();

        await _world.RunAsync(build, "Pack", "--skip", "Pack");

        build.Ran.Should().Equal("Login");
        _world.Out.Should().Contain("Pack was skipped").And.Contain("Publish was skipped");
    }

    [Test]
    public async Task A_circle_is_reported_with_its_path_and_nothing_runs()
    {
        var build = new Circular();

        var code = await _world.RunAsync(build, "Start");

        code.Should().Be(2);
        build.Ran.Should().BeEmpty();
        _world.Error.Should().Be(
            "Targets wait for each other in a circle: A depends on B, which runs after C, which is triggered by A. Take one of these links away.\n");
    }

    [Test]
    public async Task A_target_that_waits_for_itself_is_a_circle()
    {
        await _world.RunAsync(new Circular(), "Self");

        _world.Error.Should().StartWith("Targets wait for each other in a circle: Self depends on Self.");
    }

    [Test]
    public async Task A_circle_outside_of_the_run_does_no_harm()
    {
        var build = new Circular();

        var code = await _world.RunAsync(build, "Apart");

        code.Should().Be(0);
        build.Ran.Should().Equal("Apart");
    }

    [Test]
    public async Task An_unknown_target_is_reported_with_the_nearest_one()
    {
        var build = new Diamond();

        var code = await _world.RunAsync(build, "Botom");

        code.Should().Be(2);
        build.Ran.Should().BeEmpty();
        _world.Error.Should().Be("There is no target `Botom`. Did you mean `Bottom`? `--help` lists them.\n");
    }

    [Test]
    public async Task A_reference_to_what_is_no_property_is_reported_with_its_user()
    {
        var code = await _world.RunAsync(new Dangling(), "Holder");

        code.Should().Be(2);
        _world.Error.Should().StartWith("Holder refers to a target that is no property of this build.");
    }

    [Test]
    public async Task Targets_of_a_base_class_are_targets()
    {
        var build = new Derived();

        await _world.RunAsync(build, "Own");

        build.Ran.Should().Equal("Inherited", "Own");
    }

    private sealed class Diamond : RecordingBuild
    {
        private Target Bottom => _ => _.Executes(() => Note());

        private Target Left => _ => _.DependsOn(Bottom).Executes(() => Note());

        private Target Right => _ => _.DependsOn(Bottom).Executes(() => Note());

        private Target Top => _ => _.DependsOn(Left, Right).Executes(() => Note());

        private Target Extended => _ => _.Executes(() => Note());

        private Target Extension => _ => _.DependentFor(Extended).Executes(() => Note());
    }

    private sealed class Ordered : RecordingBuild
    {
        private Target Last => _ => _.After(Middle).Executes(() => Note());

        private Target Middle => _ => _.Executes(() => Note());

        private Target First => _ => _.Before(Middle).Executes(() => Note());
    }

    private sealed class Triggering : RecordingBuild
    {
        private Target Announce => _ => _.TriggeredBy(Publish).Executes(() => Note());

        private Target Publish => _ => _.DependsOn(Login).Executes(() => Note());

        private Target Login => _ => _.Executes(() => Note());

        private Target Pack => _ => _.Triggers(Publish).Executes(() => Note());
    }

    private sealed class Circular : RecordingBuild
    {
        private Target Start => _ => _.DependsOn(A).Executes(() => Note());

        private Target A => _ => _.DependsOn(B).Triggers(C).Executes(() => Note());

        private Target B => _ => _.After(C).Executes(() => Note());

        private Target C => _ => _.Executes(() => Note());

        private Target Self => _ => _.DependsOn(Self);

        private Target Apart => _ => _.Executes(() => Note());
    }

    private sealed class Dangling : RecordingBuild
    {
        private static readonly Target _loose = _ => _;

        private Target Holder => _ => _.DependsOn(_loose).Executes(() => Note());
    }

    private abstract class Base : RecordingBuild
    {
        protected Target Inherited => _ => _.Executes(() => Note());
    }

    private sealed class Derived : Base
    {
        private Target Own => _ => _.DependsOn(Inherited).Executes(() => Note());
    }
}
