using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lab.Guests;

/// <summary>A line of a guest's journal.</summary>
/// <param name="Time">When it was written, by the guest's clock.</param>
/// <param name="Source">Who wrote it: a program's name, or <c>kernel</c>; empty where the journal does not tell.</param>
/// <param name="Priority">How grave it is, from 0 to 7 (syslog(3)); 6 where the journal does not tell.</param>
/// <param name="Message">What it says.</param>
public sealed record JournalEntry(DateTimeOffset Time, string Source, int Priority, string Message)
{
    private const int Info = 6;

    /// <summary>Reads what <c>journalctl --output=json</c> prints: an object a line (systemd.io/JOURNAL_EXPORT_FORMATS).</summary>
    /// <exception cref="InvalidDataException">A line is none of the journal's.</exception>
    public static IReadOnlyList<JournalEntry> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ParseLine)];

    private static JournalEntry ParseLine(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var fields = document.RootElement;
            var microseconds = long.Parse(Text(fields, "__REALTIME_TIMESTAMP") ?? string.Empty, NumberStyles.None, CultureInfo.InvariantCulture);
            return new JournalEntry(
                DateTimeOffset.UnixEpoch.AddMicroseconds(microseconds),
                Text(fields, "SYSLOG_IDENTIFIER") ?? Text(fields, "_COMM") ?? string.Empty,
                int.TryParse(Text(fields, "PRIORITY"), NumberStyles.None, CultureInfo.InvariantCulture, out var priority) ? priority : Info,
                Text(fields, "MESSAGE") ?? string.Empty);
        }
        catch (Exception failure) when (failure is JsonException or FormatException or OverflowException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"This is no line of journalctl's JSON: {line}", failure);
        }
    }

    // A field that is given twice is an array of values, and one that is not text an array of its bytes.
    private static string? Text(JsonElement fields, string name) =>
        !fields.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0 ? null
        : value[0].ValueKind == JsonValueKind.String ? value[0].GetString()
        : Encoding.UTF8.GetString([.. value.EnumerateArray().Select(item => item.GetByte())]);
}
