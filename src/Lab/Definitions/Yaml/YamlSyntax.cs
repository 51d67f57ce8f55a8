using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lab.Definitions.Yaml;

/// <summary>Puts the YAML parser's complaints into words that say what to do.</summary>
internal static class YamlSyntax
{
    private const string UnclosedQuote = "the quote that opens here is never closed";

    // What the parser says, what that means for people, and the cure.
    private static readonly (string Said, string Message, string Fix)[] _meanings =
    [
        ("found invalid mapping", "a second `: ` within one value, or a key indented deeper than its siblings", "Quote the value if it holds `: `; else align the key with those it belongs to."),
        ("cannot start any token", "this character cannot begin a value", "Put the value in quotes."),
        ("unexpected end of stream", UnclosedQuote, "Close it; a quote within quotes is doubled ('') or escaped (\\\")."),
        ("found wrong indentation", UnclosedQuote, "Close it; if the text does go on in the next line, indent that line."),
        ("unknown escape character", "unknown escape in double quotes", @"Write `\\` for a backslash, or use single quotes, in which it stands for itself."),
        ("did not find expected node content", "expected a value here", "See that every `[` and `{` is closed and that no comma or quote is missing."),
        ("did not find expected ',' or", "expected `,` or the closing bracket here", "See that every `[` and `{` is closed and that no comma is missing."),
        ("did not find expected '-' indicator", "expected the next item of the list, `- …`, or its end", "Align the line with the list's items, or with the key above the list."),
        ("did not find expected key", "expected a key here", "Align the line with the keys it belongs to, and put `: ` behind the key."),
        ("entries are not allowed in this context", "a list cannot begin on the line of its key", "Begin it on the next line, or write `[first, second]`."),
        ("expected <document start>", "expected the end of the file here", "See the line before: its indentation or a quote may be wrong."),
    ];

    /// <summary>For input that the parser stumbles over without a word of its own.</summary>
    public static Diagnostic Explain(ParsingEvent? last, SourceText source) => new(
        source.At(last?.End.Index ?? 0),
        "not YAML after this",
        "See that every `[`, `{` and quote is closed, and the indentation of the next line.");

    public static Diagnostic Explain(YamlException failure, SourceText source)
    {
        var location = source.At(failure.Start.Index);
        var tab = Enumerable.Range(location.Line, source.LineCount - location.Line + 1).FirstOrDefault(line => IndentingTab(source.Line(line)) >= 0);
        if (tab != 0 && failure.Message.Contains(" tab ", StringComparison.Ordinal))
        {
            return new Diagnostic(
                new SourceLocation(source.File, tab, IndentingTab(source.Line(tab)) + 1),
                "a tab indents this line",
                "YAML is indented with spaces only: replace the tab.");
        }

        return _meanings.FirstOrDefault(meaning => failure.Message.Contains(meaning.Said, StringComparison.Ordinal)) is { Said: not null } known
            ? new Diagnostic(location, known.Message, known.Fix)
            : new Diagnostic(location, $"not YAML: {failure.Message.TrimEnd('.')}", "See the indentation, quotes and brackets here.");
    }

    private static int IndentingTab(string line)
    {
        var text = line.AsSpan().IndexOfAnyExcept(' ', '\t');
        return line.AsSpan(0, text < 0 ? line.Length : text).IndexOf('\t');
    }
}
