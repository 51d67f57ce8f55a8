using System.Globalization;
using Lab.Cli.Commands;
using Lab.Guests;

namespace Lab.Cli.Views;

/// <summary>What a guest's disk says, as sections. Its texts are the guest's, so that none may steer a terminal.</summary>
internal static class InspectionView
{
    // syslog(3): what is at least an error, and what a warning.
    private const int Error = 3;
    private const int Warning = 4;

    public static void Write(Inspection inspection, Screen screen)
    {
        screen.Line(new Span(Clean(inspection.Verdict), inspection.TriesLeft is null ? Tone.Plain : Tone.Warning));
        foreach (var problem in inspection.Problems)
        {
            screen.Line(new Span(Clean(problem), Tone.Warning));
        }

        Section("Boot loader entries", inspection.Entries.Count, screen);
        if (inspection.Entries.Count > 0)
        {
            screen.Table(
                ["Entry", "Title", "Version", "Deployment", "ostree="],
                inspection.Entries.Select((entry, index) => new Span[]
                {
                    new Span(entry.Next ? $"{index}, next" : $"{index}", entry.Next ? Tone.Good : Tone.Plain),
                    Clean(entry.Title),
                    Clean(entry.Version),
                    entry.Commit is { } commit ? LabViews.Short(commit) : new Span("none", Tone.Bad),
                    Clean(entry.Ostree),
                }));
        }

        Section("grubenv", inspection.Grubenv.Count, screen);
        if (inspection.Grubenv.Count > 0)
        {
            screen.Table(["Variable", "Value"], inspection.Grubenv.Select(variable => new Span[] { Clean(variable.Key), Clean(variable.Value) }));
        }

        Section("Deployments", inspection.Deployments.Count, screen);
        if (inspection.Deployments.Count > 0)
        {
            screen.Table(
                ["Deployment", "Origin", "Version", "State"],
                inspection.Deployments.Select(deployment => new Span[]
                {
                    $"{deployment.StateRoot} {LabViews.Short(deployment.Commit)}.{deployment.Serial}",
                    Clean(deployment.Refspec),
                    Clean(deployment.Version),
                    Clean(string.Join(", ", new[] { deployment.Pinned ? "pinned" : null, deployment.Unlocked is { } how ? $"unlocked: {how}" : null }.OfType<string>())),
                }));
        }

        Section("Journal", inspection.Journal.Count, screen);
        foreach (var entry in inspection.Journal)
        {
            var time = entry.Time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture);
            screen.Line(
                new Span(time, Tone.Faint),
                $" {Clean(entry.Source)}: ",
                new Span(Clean(entry.Message), entry.Priority <= Error ? Tone.Bad : entry.Priority == Warning ? Tone.Warning : Tone.Plain));
        }
    }

    private static void Section(string name, int count, Screen screen)
    {
        screen.Line();
        screen.Line(count == 0 ? $"{name}: none" : $"{name}:");
    }

    private static string Clean(string? text) => string.Join("\n    ", (text ?? string.Empty).Split('\n').Select(ConsoleLog.Clean));
}
