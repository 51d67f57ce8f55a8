using System.Xml.Linq;
using Lab.Execution;

namespace Lab.Building;

/// <summary>One run of test projects, each a program of its own that leaves NUnit's result file behind.</summary>
internal sealed class TestRun : IDisposable
{
    // Microsoft.Testing.Platform's exit codes.
    private const int TestsFailed = 2;
    private const int NoTestsRan = 8;

    private readonly string _kept;
    private readonly string _own;
    private readonly string? _filter;
    private readonly IReadOnlyList<string> _besides;
    private readonly Action<string> _line;

    /// <param name="results">Where the result files are kept, one a project.</param>
    /// <param name="filter">Which tests to run, in VSTest's filter language; null for all.</param>
    /// <param name="besides">The categories of tests that are not run, whatever the filter says.</param>
    /// <param name="line">Told of each line that the tests print.</param>
    public TestRun(string results, string? filter, IReadOnlyList<string> besides, Action<string> line)
    {
        (_kept, _filter, _besides, _line) = (results, filter, besides, line);

        // A folder of its own, so that two runs at once don't read each other's results.
        _own = Directory.CreateDirectory(Path.Combine(results, $".{Environment.ProcessId}")).FullName;
    }

    /// <summary>Runs tests to their end.</summary>
    /// <param name="part">The tests.</param>
    /// <param name="isNamed">Whether each line begins with their name, as where others run beside them.</param>
    /// <param name="cancellation">Ends them.</param>
    public async Task<TestOutcome> RunAsync(TestPart part, bool isNamed, CancellationToken cancellation)
    {
        var project = part.Project;
        var own = Directory.CreateDirectory(Path.Combine(_own, part.Name)).FullName;
        var settings = Path.Combine(own, "nunit.runsettings");
        new XElement("RunSettings", new XElement("NUnit", new XElement("TestOutputXml", own), new XElement("ConsoleOut", 0))).Save(settings);
        IReadOnlyList<string> detail = project.BootsGuests ? ["--output", "Detailed"] : [];
        List<string> conditions = [.. _filter is null ? [] : new[] { $"({_filter})" }, .. part.Conditions, .. _besides.Select(category => $"TestCategory!={category}")];
        IReadOnlyList<string> filter = conditions.Count == 0 ? [] : ["--filter", string.Join('&', conditions)];
        var result = await new Command(
            "dotnet",
            [project.Assembly, "--settings", settings, "--ansi", "off", "--progress", "off", "--show-stdout", "Failed", "--show-stderr", "Failed", .. detail, .. filter])
            .WithLines(line => _line(isNamed ? $"{part.Name}: {line}" : line))
            .RunAsync(cancellation);
        var left = Path.Combine(own, project.Name + ".xml");
        if (!File.Exists(left))
        {
            return new TestOutcome(project.Name, new TestCounts(0, 0, 0), [], $"ended with code {result.ExitCode} and left no results") { Part = part.Name };
        }

        var run = XDocument.Load(left).Root!;
        File.Move(left, Path.Combine(_kept, part.Name + ".xml"), overwrite: true);
        var counts = TestCounts.Of(run);
        var failed = run.Descendants("test-case").Where(test => (string?)test.Attribute("result") == "Failed").Select(TestFailure.Of);
        return new TestOutcome(project.Name, counts, [.. failed], FaultOf(counts, (string?)run.Attribute("result") == "Failed", result.ExitCode)) { Part = part.Name };
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_own, recursive: true);

    private static string? FaultOf(TestCounts counts, bool judgedFailed, int exitCode) =>
        counts.Failed > 0 ? $"{counts.Failed} failed"
        : counts.Ran == 0 && exitCode is 0 or NoTestsRan ? null
        : exitCode is not 0 and not TestsFailed ? $"ended with code {exitCode}"
        : judgedFailed || exitCode == TestsFailed ? "failed outside of a test: in a set-up or tear-down"
        : null;
}
