using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lab.Building;

/// <summary>What a bench found, for people and for programs.</summary>
/// <param name="host">What it holds for.</param>
/// <param name="rounds">How many rounds there were.</param>
/// <param name="lines">What was measured.</param>
internal sealed class BenchReport(BenchHost host, int rounds, IReadOnlyList<BenchLine> lines)
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The table's lines, as plain text: medians, with the smallest and the largest.</summary>
    public IEnumerable<string> Table()
    {
        List<string[]> rows =
        [
            ["", "rounds", "Lab [s]", "plain [s]", "ratio", ""],
            .. lines.Select(line => new[] { line.Name, $"{line.Lab.Times.Count}", Seconds(line.Lab.Spread), Seconds(line.Plain.Spread), line.Ratio?.ToString("0.00") ?? "–", line.Note }),
        ];
        yield return $"Medians (smallest–largest) on {host.Processors} processors, guests by {host.Accelerator}; load {host.LoadAtStart:0.0} at the start{(host.WasBusy ? ": BUSY, so trust the ratios only, and those with care" : string.Empty)}.";
        foreach (var row in rows)
        {
            yield return string.Join("  ", row.Select((cell, column) => cell.PadRight(rows.Max(other => other[column].Length)))).TrimEnd();
        }
    }

    /// <summary>Everything, times in seconds.</summary>
    /// <param name="measured">When.</param>
    public string Json(DateTimeOffset measured) => JsonSerializer.Serialize(
        new
        {
            Measured = measured,
            Host = new { host.Processors, host.Kernel, Accelerator = $"{host.Accelerator}", host.Qemu, host.Ostree, host.LoadAtStart },
            Rounds = rounds,
            Lines = lines.Select(line => new { line.Name, Lab = Side(line.Lab), Plain = line.Plain.Spread is null ? null : Side(line.Plain), line.Ratio, line.Note }),
        },
        Readable) + "\n";

    private static object Side(BenchSide side) => new { side.What, Seconds = side.Times.Select(time => Math.Round(time.TotalSeconds, 4)), side.Spread };

    private static string Seconds(BenchSpread? spread)
    {
        var format = spread?.Median < 1 ? "0.000" : "0.0";
        return spread is null ? "–" : $"{spread.Median.ToString(format)} ({spread.Minimum.ToString(format)}–{spread.Maximum.ToString(format)})";
    }
}
