using System.Text.RegularExpressions;

namespace Lab.Updates;

/// <summary>
/// Reads what <c>rpm-ostree status</c> printed through the years, and tells the forms apart by itself: the table of 2015,
/// the blocks since 2016, and <c>--json</c>. The format is <c>src/app/rpmostree-builtin-status.cxx</c>.
/// No form marks the rollback: it is the deployment after the booted one.
/// </summary>
public static partial class RpmOstreeStatusParser
{
    /// <summary>Reads the whole output.</summary>
    /// <exception cref="StatusFormatException">It is of none of the three forms, or a line has no place in its form.</exception>
    public static HostStatus Parse(string text)
    {
        if (text.AsSpan().TrimStart() is ['{', ..])
        {
            return ParseJson(text);
        }

        var lines = ToolLine.Of(text);
        return TableHeader().IsMatch(lines.FirstOrDefault(line => !line.IsBlank).Text ?? string.Empty) ? ParseTable(lines) : ParseBlocks(lines);
    }

    private static string? WithoutScheme(string? origin) =>
        origin?.StartsWith("ostree://", StringComparison.Ordinal) == true ? origin["ostree://".Length..] : origin;

    private static DateTimeOffset? ParseTimestamp(ToolLine line, string text) =>
        text.Contains("invalid timestamp", StringComparison.Ordinal) ? null
        : DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss'Z'"], null, System.Globalization.DateTimeStyles.AssumeUniversal, out var timestamp) ? timestamp
        : throw line.Unexpected("a time such as 2015-05-30 04:10:40 or 2021-03-31T00:11:31Z");

    [GeneratedRegex(@"\A[0-9a-f]+\z")]
    private static partial Regex Hexadecimal();
}
