using System.Globalization;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Templates;

namespace Lab.Reporting;

/// <summary>
/// A run for people: one page that needs nothing beside it, in the reader's light or dark, and on paper. It is well-formed XML too,
/// so that anything can read it. Long texts are cut in the middle.
/// </summary>
public static class HtmlReport
{
    private const int OutputLimit = 12 * 1024;
    private const int TextLimit = 192 * 1024;

    /// <summary>Writes a run.</summary>
    /// <returns>An HTML document.</returns>
    public static string Render(RunRecord run) => Template.Render("report.html", new
    {
        title = $"{run.Lab}: {Sentence(run.Scenario)}",
        lab = run.Lab,
        scenario = Sentence(run.Scenario),
        verdict = run.Failure is null ? "passed" : "failed",
        passed = run.Failure is null,
        failure = run.Failure is null ? null : Headline(run, run.Failure),
        facts = Facts(run).ToList(),
        timeline = TimelinePicture.Render(run),
        trees = run.Trees.Select(tree => new { name = tree.ToString(), commit = tree.Commit }).ToList(),
        boots = run.Boots.Select(boot => Boot(run, boot)).ToList(),
        steps = run.Run.Steps.SelectMany(step => Steps(run, step, 0)).ToList(),
        outside = Content(run, run.Run),
        measurements = run.Steps.SelectMany(step => step.Measurements.Select(measured => new { step = step.Name, name = measured.Name, value = Figure(measured) })).ToList(),
        findings = run.Findings.Select(finding => Finding(run, finding)).ToList(),
        consoles = run.Consoles.Select(console => new { name = $"{console.Guest} console", count = Count(console.Lines.Count, "line"), lines = Lines(PageLine.Of(console, run.Run.Start, TextLimit)) }).ToList(),
        attachments = run.Attachments.Select(text => new { name = text.Name, count = Size(text.Text), lines = Lines(PageLine.Of(text.Text, TextLimit)) }).ToList(),
    });

    private static object Headline(RunRecord run, RecordedFailure failure)
    {
        var step = run.Steps.First(step => step.Failure == failure && !step.FailedWithin);
        return new { kind = Kind(failure), step = step == run.Run ? null : step.Name, anchor = Anchor(run, step), message = Lines(PageLine.Of(failure.Message, OutputLimit)), remedy = failure.Remedy, location = failure.Location };
    }

    private static IEnumerable<object> Facts(RunRecord run)
    {
        yield return Fact("Began", run.Run.Start.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        yield return Fact("Took", ConsoleProgress.Elapsed(run.Duration));
        yield return Fact("Overhead", ConsoleProgress.Elapsed(run.Overhead), $"the lab's own time; guests took {ConsoleProgress.Elapsed(run.GuestTime)}");
        yield return Fact("Seen", $"{Count(run.Boots.Count(), "boot")}, {Count(run.Commands.Count(), "command")}");
        if (run.Accelerator is { } accelerator)
        {
            yield return Fact("Accelerator", accelerator.Kind == AcceleratorKind.Kvm ? "KVM" : "emulation (TCG)", accelerator.Reason);
            yield return Fact("Deadlines", string.Create(CultureInfo.InvariantCulture, $"× {accelerator.TimeFactor:0.0}"), "as measured on this host");
            yield return Fact("QEMU", accelerator.QemuVersion);
        }

        foreach (var fact in run.Facts)
        {
            yield return Fact(fact.Name, fact.Value);
        }
    }

    private static object Fact(string name, string value, string? detail = null) => new { name, value, detail };

    private static object Failure(RecordedFailure failure) => new
    {
        kind = Kind(failure),
        message = Lines(PageLine.Of(failure.Message, OutputLimit)),
        remedy = failure.Remedy,
        location = failure.Location,
        exception = failure.Exception,
        trace = Lines(failure.Trace is null ? [] : PageLine.Of(failure.Trace, OutputLimit)),
    };

    private static object Boot(RunRecord run, RecordedBoot boot) => new
    {
        guest = boot.Guest,
        number = boot.Boot.Number,
        name = run.NameOf(boot.Boot.Commit) ?? "deployment unknown",
        picture = BootPicture.Render(boot),
        facts = new[]
            {
                ("commit", boot.Boot.Commit),
                ("GRUB entry", boot.Boot.Entry),
                ("boot_counter", BootTable.Counter(boot.Boot)),
                ("health checks", Health(boot.Boot)),
                ("boot id", boot.Boot.BootId),
                ("ostree=", boot.Boot.OstreeArgument),
                ("began", Offset(run, boot.Interval.Start)),
            }
            .Where(fact => fact.Item2 is not null)
            .Select(fact => new { name = fact.Item1, value = fact.Item2 })
            .ToList(),
    };

    private static string? Health(BootRecord boot) => boot.Green is null ? null
        : string.Join(", ", boot.Checks.Select(check => $"{check.Script} {(check.ExitCode == 0 ? "passed" : $"failed ({check.ExitCode}{(check.Required ? string.Empty : ", wanted only")})")}").Prepend(boot.Green == true ? "green" : "red"));

    private static IEnumerable<object> Steps(RunRecord run, StepRecord step, int depth)
    {
        yield return new
        {
            name = step.Name,
            anchor = Anchor(run, step),
            depth = Math.Min(depth, 4),
            duration = ConsoleProgress.Elapsed(step.Duration),
            began = Offset(run, step.Start),
            failed = step.Failure is not null,
            failure = step.Failure is null || step.FailedWithin ? null : Failure(step.Failure),
            content = Content(run, step),
        };
        foreach (var within in step.Steps.SelectMany(within => Steps(run, within, depth + 1)))
        {
            yield return within;
        }
    }

    private static object Content(RunRecord run, StepRecord step) => new
    {
        any = step.Notes.Count + step.Boots.Count + step.Commands.Count + step.Findings.Count > 0,
        idle = step.Steps.Count == 0,
        notes = step.Notes,
        boots = step.Boots.Select(boot => new { guest = boot.Guest, number = boot.Boot.Number, name = run.NameOf(boot.Boot.Commit) ?? "deployment unknown", outcome = BootTable.Outcome(boot) }).ToList(),
        findings = step.Findings.Select(finding => Finding(run, finding)).ToList(),
        commands = step.Commands.Select(command => new
        {
            guest = command.Result.Guest,
            line = command.Result.Command.Split('\n')[0],
            whole = command.Result.Command.Contains('\n', StringComparison.Ordinal) ? Lines(PageLine.Of(command.Result.Command, OutputLimit)) : null,
            code = command.Result.ExitCode.ToString(CultureInfo.InvariantCulture),
            failed = command.Result.ExitCode != 0,
            duration = ConsoleProgress.Elapsed(command.Result.Duration),
            output = Lines(Shown(command.Result.Output)),
            error = Lines(Shown(command.Result.Error)),
            silent = command.Result.Output.Length + command.Result.Error.Length == 0,
        }).ToList(),
    };

    private static object Finding(RunRecord run, RecordedFinding finding) => new
    {
        guest = finding.Guest,
        name = finding.Finding.Name,
        at = Offset(run, finding.Finding.Line.At),
        line = finding.Finding.Line.Text,
        expected = finding.Expected,
    };

    private static IReadOnlyList<PageLine> Shown(string text) => text.Length == 0 ? [] : PageLine.Of(text, OutputLimit);

    private static List<object> Lines(IReadOnlyList<PageLine> lines) => [.. lines.Select(line => new { text = line.Text, finding = line.Finding, omission = line.Omission })];

    private static string Kind(RecordedFailure failure) => failure.Kind.ToString().ToLowerInvariant();

    private static string Anchor(RunRecord run, StepRecord step) => $"step-{run.Steps.ToList().IndexOf(step)}";

    // Scenarios in C# are named as words run together; a test named as a sentence has underscores.
    private static string Sentence(string name) => name.Replace('_', ' ');

    private static string Offset(RunRecord run, DateTimeOffset moment) => $"at {ConsoleProgress.Elapsed(moment - run.Run.Start)}";

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count:N0} {what}s";

    private static string Size(string text) => Count(text.TrimEnd().Split('\n').Length, "line");

    private static string Figure(Measurement measured) => measured.Unit == "bytes" && measured.Value >= 1024 * 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{measured.Value / 1024 / 1024:0.0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{measured.Value:#,0.###} {measured.Unit}");
}
