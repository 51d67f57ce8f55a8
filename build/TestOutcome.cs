using System.Xml.Linq;
using Pipeline;

namespace Lab.Building;

/// <summary>How many tests came to which end.</summary>
internal sealed record TestCounts(int Passed, int Failed, int Skipped)
{
    public int Ran => Passed + Failed;

    /// <summary>Reads them off NUnit's <c>test-run</c> element. What neither passed nor failed counts as skipped.</summary>
    public static TestCounts Of(XElement run)
    {
        var (passed, failed) = ((int)run.Attribute("passed")!, (int)run.Attribute("failed")!);
        return new TestCounts(passed, failed, (int)run.Attribute("total")! - passed - failed);
    }

    public override string ToString() => $"{Passed} passed, {Failed} failed, {Skipped} skipped";
}

/// <summary>What became of a test project.</summary>
/// <param name="Project">Its name.</param>
/// <param name="Counts">Its tests by their end.</param>
/// <param name="FailedTests">The full names of those that failed.</param>
/// <param name="Fault">Why the project as a whole didn't pass; null where it did.</param>
internal sealed record TestOutcome(string Project, TestCounts Counts, IReadOnlyList<string> FailedTests, string? Fault)
{
    private const int NamesShown = 20;

    public static TestCounts Total(IReadOnlyList<TestOutcome> outcomes) => new(
        outcomes.Sum(outcome => outcome.Counts.Passed),
        outcomes.Sum(outcome => outcome.Counts.Failed),
        outcomes.Sum(outcome => outcome.Counts.Skipped));

    /// <summary>Passes judgement on a whole run.</summary>
    /// <exception cref="PipelineException">A project didn't pass, or nothing ran at all.</exception>
    public static void Judge(IReadOnlyList<TestOutcome> outcomes)
    {
        var faulty = outcomes.Where(outcome => outcome.Fault is not null).ToList();
        if (faulty.Count > 0)
        {
            var names = faulty.SelectMany(outcome => outcome.FailedTests).Take(NamesShown).Select(name => $"\n    {name}");
            throw new PipelineException(FailureKind.Product, string.Join("; ", faulty.Select(outcome => $"{outcome.Project} {outcome.Fault}")) + string.Concat(names));
        }

        if (Total(outcomes).Ran == 0)
        {
            throw new PipelineException(FailureKind.Definition, "No test matches the filter.", "`--filter` takes 'FullyQualifiedName~Part', 'Category=Name' and the like.");
        }
    }
}
