using Lab.Execution;
using Lab.Guests;

namespace Lab.Reporting;

/// <summary>One boot as a picture, as systemd-analyze plot draws it: a row a stage, each where the one before ended.</summary>
internal static class BootPicture
{
    private const double Width = 490;
    private const double Left = 70;
    private const double Row = 22;
    private const double Top = 24;

    /// <summary>Draws a boot.</summary>
    /// <returns>An <c>svg</c> element for an HTML page.</returns>
    public static string Render(RecordedBoot boot)
    {
        var phases = boot.Boot.Phases;
        var canvas = new SvgCanvas(
            $"Boot {boot.Boot.Number} of {boot.Guest}",
            $"{string.Join(", ", phases.Select(phase => $"{BootTable.Word(phase.Phase)} {ConsoleProgress.Elapsed(phase.Duration)}").Append(BootTable.Outcome(boot)))}.");
        var axis = new TimeAxis(boot.Interval, Left, Width - 64);
        var bottom = Top + (Row * phases.Count);
        axis.Draw(canvas, Top - 4, bottom, bottom + 14);
        foreach (var (phase, index) in phases.Select((phase, index) => (phase, index)))
        {
            Draw(canvas, axis, phase, Top + (Row * index));
        }

        var end = axis[boot.Interval.End];
        canvas.Line(end, Top - 4, end, bottom, boot.Boot.Failed ? "gave-up" : "came-up");
        canvas.Text(end, Top - 9, BootTable.Outcome(boot), boot.Boot.Failed ? "label strong end bad" : "label strong end good");
        return canvas.Render(Width, bottom + 22);
    }

    private static void Draw(SvgCanvas canvas, TimeAxis axis, PhaseTiming phase, double y)
    {
        var word = BootTable.Word(phase.Phase);
        var (from, to) = (axis[phase.Start], axis[phase.Start + phase.Duration]);
        canvas.Text(Left - 8, y + 14, word, "label end");
        canvas.Bar(from, y + 2, Math.Max(to - from, 1), Row - 5, $"phase {word}", $"{word} {ConsoleProgress.Elapsed(phase.Duration)}");
        canvas.Text(to + 6, y + 14, ConsoleProgress.Elapsed(phase.Duration), "label faint");
    }
}
