namespace Pipeline.Tests.Engine;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ConditionTests : IDisposable
{
    private readonly World _world = new();

    public void Dispose() => _world.Dispose();

    [Test]
    public async Task A_dynamic_condition_is_asked_when_the_turn_comes()
    {
        var build = new Conditional();

        await _world.RunAsync(build, "Deploy");

        build.Ran.Should().Equal("Prepare", "Deploy");
    }

    [Test]
    public async Task A_target_whose_condition_fails_is_skipped_with_its_text()
    {
        var build = new Conditional();

        var code = await _world.RunAsync(build, "Cleanup");

        code.Should().Be(0);
        build.Ran.Should().BeEmpty();
        _world.Out.Should().MatchRegex(@"Cleanup +Skipped +only when _isPrepared\n");
    }

    [Test]
    public async Task A_static_condition_is_asked_before_anything_runs()
    {
        var build = new Conditional();

        await _world.RunAsync(build, "Early");

        build.Ran.Should().Equal("Prepare");
        _world.Out.Should().MatchRegex(@"Early +Skipped +only when _isPrepared\n");
    }

    [Test]
    public async Task What_depends_on_a_skipped_target_runs()
    {
        var build = new Conditional();

        await _world.RunAsync(build, "AfterCleanup");

        build.Ran.Should().Equal("AfterCleanup");
    }

    [Test]
    public async Task A_condition_that_throws_fails_its_target()
    {
        var build = new Conditional();

        var code = await _world.RunAsync(build, "Doubtful");

        code.Should().Be(1);
        _world.Out.Should().MatchRegex(@"Doubtful +Failed .* cannot tell\n");
    }

    [Test]
    public async Task A_missing_parameter_refuses_the_run_before_anything_runs()
    {
        var build = new Conditional();

        var code = await _world.RunAsync(build, "Publish");

        code.Should().Be(2);
        build.Ran.Should().BeEmpty();
        _world.Error.Should().Be("Publish requires --api-key; Publish requires Replicas > 0. Give `--api-key <text>` or set LAB_API_KEY.\n");
    }

    [Test]
    public async Task Met_requirements_let_the_run_go()
    {
        var build = new Conditional();

        var code = await _world.RunAsync(build, "Publish", "--api-key", "k", "--replicas", "2");

        code.Should().Be(0);
        build.Ran.Should().Equal("Prepare", "Publish");
    }

    [Test]
    public async Task A_skipped_target_requires_nothing()
    {
        var build = new Conditional();

        var code = await _world.RunAsync(build, "Publish", "--skip", "Publish");

        code.Should().Be(0);
        build.Ran.Should().Equal("Prepare");
    }

    [Test]
    public async Task Skip_leaves_out_the_targets_that_it_names()
    {
        var build = new Skipping();

        await _world.RunAsync(build, "Test", "--skip", "restore");

        build.Ran.Should().Equal("Compile", "Test");
        _world.Out.Should().MatchRegex(@"Restore +Skipped +--skip\n");
    }

    [Test]
    public async Task Skip_without_names_leaves_out_all_that_was_not_asked_for()
    {
        var build = new Skipping();

        await _world.RunAsync(build, "Test", "--skip");

        build.Ran.Should().Equal("Test");
    }

    [Test]
    public async Task Skip_of_an_unknown_target_is_refused()
    {
        var code = await _world.RunAsync(new Skipping(), "Test", "--skip", "Restor");

        code.Should().Be(2);
        _world.Error.Should().StartWith("There is no target `Restor`. Did you mean `Restore`?");
    }

    [Test]
    public async Task Dependencies_of_a_skipped_target_go_with_it_where_it_says_so()
    {
        var build = new Skipping();

        await _world.RunAsync(build, "Pack", "--skip", "Publish");

        build.Ran.Should().Equal("Compile", "Pack");
        _world.Out.Should().MatchRegex(@"Login +Skipped +Publish skipped\n");
    }

    [Test]
    public async Task Dependencies_that_something_else_needs_stay()
    {
        var build = new Skipping();

        await _world.RunAsync(build, "Pack", "Login", "--skip", "Publish");

        build.Ran.Should().Equal("Login", "Compile", "Pack");
    }

    private sealed class Conditional : RecordingBuild
    {
        private bool _isPrepared;

        [Parameter("Key of the registry")]
        public string? ApiKey { get; set; }

        [Parameter("How many")]
        public int Replicas { get; set; }

        private Target Prepare => _ => _.Executes(() =>
        {
            _isPrepared = true;
            Note();
        });

        private Target Deploy => _ => _.DependsOn(Prepare).OnlyWhenDynamic(() => _isPrepared).Executes(() => Note());

        private Target Early => _ => _.DependsOn(Prepare).OnlyWhenStatic(() => _isPrepared).Executes(() => Note());

        private Target Cleanup => _ => _.OnlyWhenDynamic(() => _isPrepared).Executes(() => Note());

        private Target AfterCleanup => _ => _.DependsOn(Cleanup).Executes(() => Note());

        private Target Doubtful => _ => _.OnlyWhenDynamic(() => throw new InvalidOperationException("cannot tell")).Executes(() => Note());

        private Target Publish => _ => _.DependsOn(Prepare).Requires(() => ApiKey).Requires(() => Replicas > 0).Executes(() => Note());
    }

    private sealed class Skipping : RecordingBuild
    {
        private Target Restore => _ => _.Executes(() => Note());

        private Target Compile => _ => _.DependsOn(Restore).OnlyWhenStatic(() => true).Executes(() => Note());

        private Target Test => _ => _.DependsOn(Compile).Executes(() => Note());

        private Target Login => _ => _.Executes(() => Note());

        private Target Publish => _ => _.DependsOn(Login, Build).WhenSkipped(DependencyBehavior.Skip).Executes(() => Note());

        private Target Build => _ => _.Unlisted().Executes(() => Note("Compile"));

        private Target Pack => _ => _.DependsOn(Publish, Build).Executes(() => Note());
    }
}
