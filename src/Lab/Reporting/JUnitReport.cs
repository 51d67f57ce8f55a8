using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Lab.Templates;

namespace Lab.Reporting;

/// <summary>
/// A run for CI servers, in the format that Ant's JUnit task began and that Jenkins, GitLab and others read
/// (https://github.com/jenkinsci/xunit-plugin, junit-10.xsd): a suite a run, a case a step. The product's failures are failures;
/// errors are the lab's own (type infrastructure) and the user's (type definition).
/// </summary>
public static class JUnitReport
{
    private const int OutputLimit = 32 * 1024;

    /// <summary>Writes a run.</summary>
    /// <returns>An XML document.</returns>
    public static string Render(RunRecord run)
    {
        var cases = run.Run.Steps.ToList();
        if (run.Run.Failure is not null)
        {
            cases.Add(run.Run with { Name = "outside of any step", Steps = [] });
        }

        var suite = new XElement(
            "testsuite",
            new XAttribute("name", Text($"{run.Lab}.{run.Scenario}")),
            new XAttribute("tests", cases.Count),
            new XAttribute("failures", cases.Count(step => step.Failure?.Kind == FailureKind.Product)),
            new XAttribute("errors", cases.Count(step => step.Failure is { Kind: not FailureKind.Product })),
            new XAttribute("skipped", 0),
            new XAttribute("time", Seconds(run.Duration)),
            new XAttribute("timestamp", run.Run.Start.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)),
            new XElement("properties", Properties(run).Select(property => new XElement("property", new XAttribute("name", Text(property.Name)), new XAttribute("value", Text(property.Value))))),
            cases.Select(step => Case(run, step)));
        if (run.Run.Failure is null && Output(run.Run with { Steps = [] }) is { Length: > 0 } output)
        {
            suite.Add(new XElement("system-out", output));
        }

        return Serialise(new XElement("testsuites", suite.Attributes().Where(attribute => attribute.Name.LocalName is "name" or "tests" or "failures" or "errors" or "time"), suite));
    }

    private static IEnumerable<Fact> Properties(RunRecord run)
    {
        if (run.Accelerator is { } accelerator)
        {
            yield return new Fact("accelerator", accelerator.Kind.ToString().ToUpperInvariant());
            yield return new Fact("accelerator reason", accelerator.Reason);
            yield return new Fact("QEMU", accelerator.QemuVersion);
        }

        foreach (var fact in run.Facts)
        {
            yield return fact;
        }

        foreach (var tree in run.Trees)
        {
            yield return new Fact($"commit {tree}", tree.Commit);
        }

        yield return new Fact("overhead", $"{Seconds(run.Overhead)} s");
        foreach (var boot in run.Boots)
        {
            yield return new Fact($"{boot.Guest} boot {boot.Boot.Number}", string.Join(", ", new[] { run.NameOf(boot.Boot.Commit), BootTable.Counter(boot.Boot) is { } counter ? $"boot_counter {counter}" : null, BootTable.Outcome(boot) }.OfType<string>()));
        }

        foreach (var measurement in run.Steps.SelectMany(step => step.Measurements))
        {
            yield return new Fact(measurement.Name, string.Create(CultureInfo.InvariantCulture, $"{measurement.Value} {measurement.Unit}"));
        }
    }

    private static XElement Case(RunRecord run, StepRecord step)
    {
        var element = new XElement(
            "testcase",
            new XAttribute("name", Text(step.Name)),
            new XAttribute("classname", Text($"{run.Lab}.{run.Scenario}")),
            new XAttribute("time", Seconds(step.Duration)));
        if (step.Failure is { } failure)
        {
            element.Add(new XElement(
                failure.Kind == FailureKind.Product ? "failure" : "error",
                new XAttribute("type", failure.Kind.ToString().ToLowerInvariant()),
                new XAttribute("message", Text(failure.Message.Split('\n')[0])),
                Text(string.Join('\n', new[] { failure.Message, failure.Remedy, failure.Location, failure.Trace }.OfType<string>()))));
        }

        if (Output(step) is { Length: > 0 } output)
        {
            element.Add(new XElement("system-out", output));
        }

        return element;
    }

    // Commands as one would have seen them at a terminal.
    private static string Output(StepRecord step)
    {
        var output = new StringBuilder();
        foreach (var within in step.WithAllWithin)
        {
            foreach (var note in within.Notes)
            {
                output.Append(note).Append('\n');
            }

            foreach (var finding in within.Findings)
            {
                output.Append($"{finding.Guest} console: {finding.Finding.Name}: {finding.Finding.Line.Text}\n");
            }

            foreach (var (_, result) in within.Commands)
            {
                output.Append($"{result.Guest}# {result.Command}\n{result.Output}{LineEnd(result.Output)}{result.Error}{LineEnd(result.Error)}[exit code {result.ExitCode}, {Seconds(result.Duration)} s]\n");
            }
        }

        return output.Length == 0 ? string.Empty : Text(string.Join('\n', PageLine.Of(output.ToString(), OutputLimit).Select(line => line.Text)) + "\n");
    }

    private static string LineEnd(string text) => text.Length == 0 || text.EndsWith('\n') ? string.Empty : "\n";

    private static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Text(string text) => MarkupEncoder.Carriable(text);

    private static string Serialise(XElement root)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            root.Save(writer);
        }

        return $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n";
    }
}
