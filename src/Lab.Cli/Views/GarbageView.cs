using Lab.Guests;

namespace Lab.Cli.Views;

/// <summary>What was removed, or would be, as a table.</summary>
internal static class GarbageView
{
    public static void Write(GarbageReport report, Screen screen)
    {
        // What is removed was told as it went.
        if (report.Found.Count > 0 && !report.Removed)
        {
            screen.Table(
                ["What", "Name", "Why", "Size"],
                report.Found.Select(found => new Span[] { Kind(found.Kind), found.Name, found.Why, found.Bytes is { } bytes ? Bytes.Text(bytes) : string.Empty }));
        }

        foreach (var busy in report.Busy)
        {
            screen.Line(new Span($"Left alone: {busy}", Tone.Warning));
        }

        var sum = Bytes.Text(report.Found.Sum(found => found.Bytes ?? 0));
        screen.Line((report.Found.Count, report.Removed) switch
        {
            (0, _) => "There is nothing to remove.",
            (_, true) => $"Removed {report.Found.Count} things, {sum}.",
            _ => $"Nobody uses {report.Found.Count} things, {sum}. `lab gc` removes them.",
        });
    }

    private static string Kind(GarbageKind kind) => kind switch
    {
        GarbageKind.LabFolder => "lab folder",
        GarbageKind.PartialFile => "partial file",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
