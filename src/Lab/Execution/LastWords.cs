namespace Lab.Execution;

/// <summary>What a program said last: mostly why it failed.</summary>
internal static class LastWords
{
    private const int Lines = 12;

    /// <summary>The last lines of a program's error or, where it has none, of its output, indented, each on a line of its own for the end of a message.</summary>
    public static string Of(string error, string output)
    {
        var said = (string.IsNullOrWhiteSpace(error) ? output : error).TrimEnd();
        return said.Length == 0 ? string.Empty : string.Concat(said.Split('\n').TakeLast(Lines).Select(line => $"{Environment.NewLine}    {line.TrimEnd()}"));
    }

    /// <summary>The last line that says something; null where none does.</summary>
    public static string? Line(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault();
}
