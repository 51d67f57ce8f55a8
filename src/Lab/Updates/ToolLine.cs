namespace Lab.Updates;

/// <summary>One line of a tool's output, without the blanks at its end, that knows where it stood.</summary>
internal readonly record struct ToolLine(int Number, string Text)
{
    public bool IsBlank => Text.Length == 0;

    public static IReadOnlyList<ToolLine> Of(string text) =>
        [.. text.Split('\n').Select((line, index) => new ToolLine(index + 1, line.TrimEnd()))];

    public StatusFormatException Unexpected(string expected, Exception? inner = null) => new(expected, Number, Text, inner);
}
