using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Lab.Guests;

namespace Lab.Tests.Guests;

/// <summary>What guests wrote to their consoles, kept beside the tests. The kernel's own stamps say when; every other line comes 10 ms after the one before.</summary>
internal static partial class ConsoleTranscripts
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);
    private static readonly TimeSpan Unstamped = TimeSpan.FromMilliseconds(10);

    /// <summary>Two boots with an update between them, from power-on to the second login.</summary>
    public static IReadOnlyList<ConsoleLine> Upgrade => Read("debian-13-upgrade");

    public static IReadOnlyList<ConsoleLine> Read(string name, [CallerFilePath] string here = "")
    {
        var lines = new List<ConsoleLine>();
        var (at, kernel) = (Start, Start);
        foreach (var text in File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "Transcripts", name + ".txt")))
        {
            at += Unstamped;
            kernel = text.Contains("] Linux version", StringComparison.Ordinal) ? at : kernel;
            if (Stamp().Match(text) is { Success: true } stamp)
            {
                at = kernel + TimeSpan.FromSeconds(double.Parse(stamp.Groups["seconds"].Value, CultureInfo.InvariantCulture));
            }

            lines.Add(new ConsoleLine(at, text));
        }

        return lines;
    }

    [GeneratedRegex(@"^\[ *(?<seconds>\d+\.\d+)\]", RegexOptions.ExplicitCapture)]
    private static partial Regex Stamp();
}
