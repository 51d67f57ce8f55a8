using System.Xml.Linq;
using Lab.Building;

namespace Pipeline.Tests.Targets;

internal sealed class TestOutcomeTests
{
    [Test]
    public void What_neither_passed_nor_failed_counts_as_skipped()
    {
        var run = XElement.Parse("""<test-run total="9" passed="4" failed="1" warnings="1" inconclusive="1" skipped="2" />""");

        TestCounts.Of(run).Should().Be(new TestCounts(Passed: 4, Failed: 1, Skipped: 4));
    }

    [Test]
    public void The_total_reads_as_the_closing_line()
    {
        var total = TestOutcome.Total([Outcome("A", new TestCounts(4, 0, 1)), Outcome("B", new TestCounts(5, 2, 0), "2 failed")]);

        total.ToString().Should().Be("9 passed, 2 failed, 1 skipped");
    }

    [Test]
    public void A_run_that_is_good_passes() =>
        FluentActions.Invoking(() => TestOutcome.Judge([Outcome("A", new TestCounts(1, 0, 0)), Outcome("B", new TestCounts(0, 0, 0))])).Should().NotThrow();

    [Test]
    public void A_fault_fails_the_run_with_project_and_tests()
    {
        var outcomes = new[] { Outcome("A", new TestCounts(1, 0, 0)), Outcome("B", new TestCounts(3, 1, 0), "1 failed", new TestFailure("B.Boots", "Expected a login\n\n  but found a panic.")), Outcome("C", new TestCounts(0, 0, 0), "ran no test") };

        var failure = FluentActions.Invoking(() => TestOutcome.Judge(outcomes)).Should().Throw<PipelineException>().Which;

        failure.Message.Should().Be("B 1 failed; C ran no test\n    B.Boots\n        Expected a login\n        but found a panic.");
        failure.Kind.Should().Be(Lab.FailureKind.Product);
    }

    [Test]
    public void A_project_of_which_nothing_ran_whole_or_in_parts_is_at_fault()
    {
        var outcomes = new[]
        {
            Outcome("A", new TestCounts(1, 0, 0)), Outcome("B", new TestCounts(0, 0, 2)), Outcome("C", new TestCounts(0, 0, 0)), Outcome("C", new TestCounts(0, 1, 0), "1 failed"),
            Outcome("D", new TestCounts(0, 0, 0)), Outcome("D", new TestCounts(0, 0, 0)), Outcome("E", new TestCounts(0, 0, 0), "ended with code 7"),
        };

        TestOutcome.Idle(outcomes).Select(outcome => (outcome.Part, outcome.Fault)).Should().Equal(("B", "ran no test"), ("D", "ran no test"));
    }

    [Test]
    public void Only_the_beginning_of_what_a_failed_test_says_is_repeated()
    {
        var failure = new TestFailure("B.Boots", string.Join('\n', [new string('x', 1000), .. Enumerable.Range(1, 50)]));

        failure.Lines().Should().HaveCount(14).And.OnlyContain(line => line.Length < 320).And.EndWith(["        11", "        …"]);
    }

    [Test]
    public void A_filter_that_matches_nothing_at_all_is_the_users_mistake() =>
        FluentActions.Invoking(() => TestOutcome.Judge([Outcome("A", new TestCounts(0, 0, 0))])).Should().Throw<PipelineException>().Which.Kind.Should().Be(Lab.FailureKind.Definition);

    private static TestOutcome Outcome(string project, TestCounts counts, string? fault = null, params TestFailure[] failed) => new(project, counts, failed, fault);
}
