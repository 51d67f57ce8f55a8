namespace Lab.Definitions.Yaml;

/// <summary>A piece of YAML and where it stands.</summary>
internal abstract record YamlNode(SourceLocation Location)
{
    /// <summary>What it is, for "expected …, found …".</summary>
    public abstract string Found { get; }

    public DefinitionException Reject(string message, string fix) => new(new Diagnostic(Location, message, fix));

    public DefinitionException Expected(string what, string fix) => Reject($"expected {what}, found {Found}", fix);
}

/// <param name="Location">Where it stands.</param>
/// <param name="Text">Its text, without quotes.</param>
/// <param name="IsPlain">Without quotes and not a block: what YAML takes for a number, a truth value or null if it looks like one.</param>
internal sealed record YamlScalar(SourceLocation Location, string Text, bool IsPlain) : YamlNode(Location)
{
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public bool IsNumber => IsPlain && Grammar.Number.IsMatch(Text);

    public override string Found => this switch
    {
        { IsNull: true } => "nothing",
        // A message ends with a full stop, which is not to look like one more of the number's.
        { IsNumber: true } => Text.EndsWith('.') ? $"the number `{Text}`" : $"the number {Text}",
        { IsPlain: true, Text: "true" or "false" } => $"the truth value {Text}",
        { Text: "" } => "an empty text",
        _ => $"the text `{Excerpt(Text)}`",
    };

    /// <summary>So much of a text as fits into a message of one line.</summary>
    public static string Excerpt(string text)
    {
        var line = string.Concat(text.Trim().TakeWhile(c => c != '\n').Select(c => char.IsControl(c) ? '\uFFFD' : c));
        return line.Length > 60 ? line[..57] + "…" : line.Length < text.Trim().Length ? line + "…" : line;
    }
}

internal sealed record YamlList(SourceLocation Location, IReadOnlyList<YamlNode> Items) : YamlNode(Location)
{
    public override string Found => "a list";
}

/// <summary>A mapping; its keys are unique.</summary>
internal sealed record YamlMapping(SourceLocation Location, IReadOnlyList<YamlEntry> Entries) : YamlNode(Location)
{
    public override string Found => "a mapping";
}

internal sealed record YamlEntry(YamlScalar Key, YamlNode Value);
