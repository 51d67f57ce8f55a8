using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lab.Definitions.Yaml;

/// <summary>
/// Composes the one document of a file from the parser's events. YamlDotNet's own composer is not used: it stops at the first
/// duplicate key, and puts an alias where its anchor stands.
/// </summary>
internal sealed class YamlComposer
{
    // A definition is four levels deep; a file made to be deep must not end in a stack overflow.
    private const int MaximumDepth = 32;

    private readonly SourceText _source;
    private readonly Problems _problems;
    private readonly Parser _parser;
    private readonly Dictionary<AnchorName, YamlNode> _anchors = [];

    private YamlComposer(SourceText source, Problems problems)
    {
        _source = source;
        _problems = problems;
        _parser = new Parser(new StringReader(source.Text));
    }

    /// <summary>Reads a file's document; null where there is none to be had, the reason being among the problems.</summary>
    public static YamlNode? Load(string file, Problems problems)
    {
        try
        {
            return Compose(SourceText.Load(file), problems);
        }
        catch (DefinitionException failure)
        {
            foreach (var diagnostic in failure.Diagnostics)
            {
                problems.Add(diagnostic);
            }

            return null;
        }
    }

    private static YamlNode? Compose(SourceText source, Problems problems)
    {
        var composer = new YamlComposer(source, problems);
        try
        {
            return composer.Document();
        }
        catch (YamlException failure)
        {
            throw new DefinitionException(YamlSyntax.Explain(failure, source));
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet 16.3 loses its state over a bracket that spans a key: "a: [b" and "c: d]" on two lines.
            throw new DefinitionException(YamlSyntax.Explain(composer._parser.Current, source));
        }
    }

    private YamlNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            _problems.Add(_source.At(0), "the file is empty", "Write the definition, or name another file.");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = Node(0);
        _parser.Consume<DocumentEnd>();
        if (_parser.TryConsume<DocumentStart>(out var second))
        {
            _problems.Add(At(second), "a second document begins here", "A file holds one definition: remove the `---`, or move what follows into a file of its own.");
        }

        return root;
    }

    private YamlNode Node(int depth)
    {
        if (depth > MaximumDepth)
        {
            throw Reject(_parser.Current!, $"nested more than {MaximumDepth} levels deep", "No definition is: see the brackets.");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw Reject(alias, $"`*{alias.Value}` refers to no anchor above it", $"Write `&{alias.Value}` before the value meant, further up, or quote a text that begins with `*`.");
        }

        var start = _parser.Consume<NodeEvent>();
        if (!start.Tag.IsEmpty)
        {
            _problems.Add(At(start), $"the tag `{start.Tag}` means nothing here", "Remove it; a text that looks like a number is put in quotes.");
        }

        YamlNode node = start switch
        {
            SequenceStart => List(start, depth),
            MappingStart => Mapping(start, depth),
            _ => Scalar((Scalar)start),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor] = node;
        }

        return node;
    }

    private YamlScalar Scalar(Scalar scalar)
    {
        // Escapes in double quotes can spell what the file itself may not hold.
        if (scalar.Value.Contains('\0', StringComparison.Ordinal))
        {
            _problems.Add(At(scalar), "the text holds a NUL character, which no file, name or path can", @"Remove the `\0`.");
        }

        return new YamlScalar(At(scalar), scalar.Value.Replace("\0", string.Empty, StringComparison.Ordinal), scalar.Style == ScalarStyle.Plain);
    }

    private YamlList List(NodeEvent start, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return new YamlList(At(start), items);
    }

    private YamlMapping Mapping(NodeEvent start, int depth)
    {
        var entries = new List<YamlEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var location = At(_parser.Current!);
            var key = Node(depth + 1);
            var value = Node(depth + 1);
            if (key is not YamlScalar { IsNull: false } name)
            {
                // An absent key stands nowhere; its value does.
                _problems.Add(key is YamlScalar ? value.Location : location, $"expected a key, found {key.Found}", "A key is a word before `: `.");
            }
            else if (name is { IsPlain: true, Text: "<<" })
            {
                _problems.Add(location, "merge keys (`<<`) are not understood", "Write the keys out, or give single values an anchor (`&name`) and use it (`*name`).");
            }
            else if (!lines.TryAdd(name.Text, location.Line))
            {
                _problems.Add(location, $"`{YamlScalar.Excerpt(name.Text)}` is given twice, first in line {lines[name.Text]}", "Remove or rename one of the two.");
            }
            else
            {
                entries.Add(new YamlEntry(name with { Location = location }, value));
            }
        }

        return new YamlMapping(At(start), entries);
    }

    private SourceLocation At(ParsingEvent parsed) => _source.At(parsed.Start.Index);

    private DefinitionException Reject(ParsingEvent parsed, string message, string fix) => new(new Diagnostic(At(parsed), message, fix));
}
