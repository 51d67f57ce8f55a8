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

/// <summary>A test that failed.</summary>
/// <param name="Name">Its full name.</param>
/// <param name="Says">What it says of that; empty where it says nothing.</param>
internal sealed record TestFailure(string Name, string Says)
{
    // Enough to tell what happened from the end of a log; all of it stands where the test ran.
    private const int LinesShown = 12;
    private const int WidthShown = 300;

    /// <summary>Reads one off NUnit's <c>test-case</c> element.</summary>
    public static TestFailure Of(XElement test) => new((string)test.Attribute("fullname")!, ((string?)test.Element("failure")?.Element("message") ?? string.Empty).Trim());

    /// <summary>Its name, and the first lines of what it says.</summary>
    public IEnumerable<string> Lines()
    {
        var says = Says.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [$"    {Name}", .. says.Take(LinesShown).Select(line => $"        {(line.Length > WidthShown ? $"{line[..WidthShown]} …" : line)}"), .. says.Length > LinesShown ? ["        …"] : Array.Empty<string>()];
    }
}

/// <summary>What became of a test project, or a part of one.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Counts">Its tests by their end.</param>
/// <param name="Failures">The tests that failed.</param>
/// <param name="Fault">Why it didn't pass as a whole; null where it did.</param>
internal sealed record TestOutcome(string Project, TestCounts Counts, IReadOnlyList<TestFailure> Failures, string? Fault)
{
    private const int FailuresShown = 20;

    /// <summary>The part's name; the project's where that was run whole.</summary>
    public string Part { get; init; } = Project;

    public static TestCounts Total(IReadOnlyList<TestOutcome> outcomes) => new(
        outcomes.Sum(outcome => outcome.Counts.Passed),
        outcomes.Sum(outcome => outcome.Counts.Failed),
        outcomes.Sum(outcome => outcome.Counts.Skipped));

    /// <summary>The projects of which nothing ran, whole or in parts, as faults.</summary>
    public static IReadOnlyList<TestOutcome> Idle(IReadOnlyList<TestOutcome> outcomes) =>
        [.. outcomes.GroupBy(outcome => outcome.Project, StringComparer.Ordinal)
            .Where(parts => parts.All(part => part is { Counts.Ran: 0, Fault: null }))
            .Select(parts => new TestOutcome(parts.Key, new TestCounts(0, 0, 0), [], "ran no test"))];

    /// <summary>Passes judgement on a whole run.</summary>
    /// <exception cref="PipelineException">A project didn't pass, or nothing ran at all.</exception>
    public static void Judge(IReadOnlyList<TestOutcome> outcomes)
    {
        var faulty = outcomes.Where(outcome => outcome.Fault is not null).ToList();
        if (faulty.Count > 0)
        {
            var failures = faulty.SelectMany(outcome => outcome.Failures).Take(FailuresShown).SelectMany(failure => failure.Lines());
            throw new PipelineException(FailureKind.Product, string.Join('\n', [string.Join("; ", faulty.Select(outcome => $"{outcome.Part} {outcome.Fault}")), .. failures]));
        }

        if (Total(outcomes).Ran == 0)
        {
            throw new PipelineException(FailureKind.Definition, "No test matches the filter.", "`--filter` takes 'FullyQualifiedName~Part', 'Category=Name' and the like.");
        }
    }
}
