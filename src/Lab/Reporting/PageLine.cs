using Lab.Guests;

namespace Lab.Reporting;

/// <summary>A line of a longer text as a report shows it.</summary>
/// <param name="Text">The line.</param>
/// <param name="Finding">What the console's judge calls it; null for an ordinary line.</param>
/// <param name="Omission">Whether it is no line of the text, but says what was left out there.</param>
internal sealed record PageLine(string Text, string? Finding = null, bool Omission = false)
{
    /// <summary>A text's lines without terminal control sequences, as many as fit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">How many characters of it may stay.</param>
    public static IReadOnlyList<PageLine> Of(string text, int limit) =>
        Cut([.. text.TrimEnd().Split('\n').Select(line => new PageLine(ConsoleLog.Clean(line)))], limit);

    /// <summary>A console's lines, as many as fit, each after the seconds since the run began.</summary>
    /// <param name="console">The console.</param>
    /// <param name="start">When the run began.</param>
    /// <param name="limit">How many characters of it may stay.</param>
    public static IReadOnlyList<PageLine> Of(ConsoleTranscript console, DateTimeOffset start, int limit)
    {
        var findings = ConsoleJudge.Judge(console.Lines).ToLookup(finding => finding.Line, finding => finding.Name, ReferenceEqualityComparer.Instance);
        return Cut([.. console.Lines.Select(line => new PageLine($"{(line.At - start).TotalSeconds,8:0.0}  {line.Text}", findings[line].FirstOrDefault()))], limit);
    }

    // Beginnings and ends tell most: how it was meant, and how it came out.
    private static List<PageLine> Cut(IReadOnlyList<PageLine> lines, int limit)
    {
        var whole = lines.Select(line => line.Text.Length <= limit / 4 ? line : line with { Text = CutLine(line.Text, limit / 4) }).ToList();
        if (whole.Sum(Length) <= limit)
        {
            return whole;
        }

        var head = Fitting(whole, limit / 2);
        var tail = Fitting(whole.AsEnumerable().Reverse(), limit / 2);
        var omitted = whole[head..^tail];
        return [.. whole[..head], new PageLine($"… {omitted.Count:N0} lines ({omitted.Sum(Length):N0} characters) are left out here; run.json has them …", Omission: true), .. whole[^tail..]];
    }

    private static string CutLine(string text, int limit) =>
        $"{text[..(limit / 2)]} … {text.Length - limit:N0} characters are left out here; run.json has them … {text[^(limit / 2)..]}";

    private static int Fitting(IEnumerable<PageLine> lines, int limit) => lines.TakeWhile(line => (limit -= Length(line)) >= 0).Count();

    private static int Length(PageLine line) => line.Text.Length + 1;
}
