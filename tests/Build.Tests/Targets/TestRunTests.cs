using Lab.Building;

namespace Pipeline.Tests.Targets;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TestRunTests : IDisposable
{
    private readonly string _results = Directory.CreateTempSubdirectory("results-").FullName;
    private readonly List<string> _lines = [];

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(SpecimenTests.Failing, null);
        Directory.Delete(_results, recursive: true);
    }

    [Test]
    public async Task Passed_tests_are_counted_and_the_result_file_is_kept()
    {
        var outcome = await RunAsync();

        outcome.Fault.Should().BeNull();
        outcome.Counts.Should().Be(new TestCounts(Passed: 2, Failed: 0, Skipped: 0));
        Directory.EnumerateFileSystemEntries(_results).Select(Path.GetFileName).Should().Equal("Build.Tests.xml");
        _lines.Should().Contain(line => line.Contains("Test run summary: Passed!", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_failed_test_is_a_fault_with_its_name_and_what_it_says()
    {
        var outcome = await RunAsync("test");

        outcome.Fault.Should().Be("1 failed");
        outcome.Counts.Should().Be(new TestCounts(Passed: 1, Failed: 1, Skipped: 0));
        outcome.Failures.Should().ContainSingle().Which.Should().Match<TestFailure>(failure => failure.Name == "Pipeline.Tests.Targets.SpecimenTests.First" && failure.Says.Length > 0);
    }

    [Test]
    public async Task A_failed_tear_down_is_a_fault_though_every_test_passed()
    {
        var outcome = await RunAsync("tear-down");

        outcome.Fault.Should().Be("failed outside of a test: in a set-up or tear-down");
        outcome.Counts.Failed.Should().Be(0);
    }

    [Test]
    public async Task A_program_that_dies_is_a_fault_with_its_exit_code()
    {
        var outcome = await RunAsync("process");

        outcome.Fault.Should().Be("ended with code 7 and left no results");
    }

    [Test]
    public async Task A_filter_that_matches_nothing_here_is_no_fault_of_the_project()
    {
        using var run = new TestRun(_results, "FullyQualifiedName~NothingIsNamedThis", besides: [], _lines.Add);

        var outcome = await run.RunAsync(ThisProject().Whole, isNamed: false, CancellationToken.None);

        outcome.Fault.Should().BeNull();
        outcome.Counts.Should().Be(new TestCounts(0, 0, 0));
    }

    [Test]
    public async Task What_has_a_target_of_its_own_is_left_out_whatever_the_filter_says()
    {
        using var run = new TestRun(_results, "FullyQualifiedName~SpecimenTests", besides: [SpecimenTests.Category, "Another"], _lines.Add);

        (await run.RunAsync(ThisProject().Whole, isNamed: false, CancellationToken.None)).Counts.Should().Be(new TestCounts(0, 0, 0));
    }

    [Test]
    public async Task Parts_of_a_project_are_run_apart_and_each_leaves_its_results()
    {
        using var run = new TestRun(_results, "FullyQualifiedName~SpecimenTests", besides: [], _lines.Add);
        var outcomes = new List<TestOutcome>();
        foreach (var part in ThisProject(SpecimenTests.Category, "nothing").Parts)
        {
            outcomes.Add(await run.RunAsync(part, isNamed: false, CancellationToken.None));
        }

        outcomes.Select(outcome => (outcome.Part, outcome.Counts.Passed, outcome.Fault)).Should().Equal(
            ($"Build.Tests.{SpecimenTests.Category}", 2, null), ("Build.Tests.nothing", 0, null), ("Build.Tests.others", 0, null));
    }

    private static TestProject ThisProject(params string[] labs) => new("Build.Tests", Path.Combine(AppContext.BaseDirectory, "Build.Tests.dll"), labs);

    [Test]
    public async Task Lines_of_a_project_that_runs_beside_another_say_whose_they_are()
    {
        using var run = new TestRun(_results, "FullyQualifiedName~SpecimenTests", besides: [], _lines.Add);
        await run.RunAsync(ThisProject().Whole, isNamed: true, CancellationToken.None);
        _lines.Should().NotBeEmpty().And.OnlyContain(line => line.StartsWith($"{ThisProject().Name}: ", StringComparison.Ordinal));
    }

    private async Task<TestOutcome> RunAsync(string? failing = null)
    {
        Environment.SetEnvironmentVariable(SpecimenTests.Failing, failing);
        using var run = new TestRun(_results, "FullyQualifiedName~SpecimenTests", besides: [], _lines.Add);
        return await run.RunAsync(ThisProject().Whole, isNamed: false, CancellationToken.None);
    }
}
