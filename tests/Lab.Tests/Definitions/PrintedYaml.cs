using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Lab.Tests.Definitions;

/// <summary>YAML to be printed. The same value is printed in many styles, none of which may make a difference to who reads it.</summary>
internal abstract partial record PrintedYaml
{
    public static PrintedYaml Text(string text) => new Scalar(text, Quotable: true);

    public static PrintedYaml Bare(object value) => new Scalar(Convert.ToString(value, CultureInfo.InvariantCulture)!, Quotable: false);

    public static PrintedYaml List(IEnumerable<PrintedYaml> items) => new Sequence([.. items]);

    public static PrintedYaml List(IEnumerable<string> items) => List(items.Select(Text));

    /// <summary>A mapping without the keys whose value is null.</summary>
    public static PrintedYaml Map(IEnumerable<(string Key, PrintedYaml? Value)> entries) => new Mapping([.. entries.Where(entry => entry.Value is not null)!]);

    public static PrintedYaml Map(params (string Key, PrintedYaml? Value)[] entries) => Map(entries.AsEnumerable());

    /// <param name="seed">Chooses the style: order of keys, block or flow, quotes, comments, blank lines.</param>
    public string Print(int seed) => new Printer(new Random(seed)).Document(this);

    private sealed record Scalar(string Value, bool Quotable) : PrintedYaml;

    private sealed record Sequence(IReadOnlyList<PrintedYaml> Items) : PrintedYaml;

    private sealed record Mapping(IReadOnlyList<(string Key, PrintedYaml Value)> Entries) : PrintedYaml;

    private sealed partial class Printer(Random style)
    {
        private readonly StringBuilder _text = new();

        public string Document(PrintedYaml root)
        {
            if (style.Next(4) == 0)
            {
                _text.Append("---\n");
            }

            Block(root, 0);
            return _text.ToString();
        }

        // The cursor stands at the beginning of a line before and after.
        private void Block(PrintedYaml node, int indent)
        {
            if (node is Mapping { Entries.Count: > 0 } mapping)
            {
                foreach (var (key, value) in Shuffled(mapping.Entries))
                {
                    Comment(indent);
                    Indent(indent).Append(Quoted(key)).Append(':');
                    Nested(value, indent);
                }
            }
            else if (node is Sequence { Items.Count: > 0 } sequence)
            {
                foreach (var item in sequence.Items)
                {
                    Comment(indent);
                    Indent(indent).Append('-');
                    Nested(item, indent);
                }
            }
            else
            {
                Indent(indent).Append(Flow(node)).Append('\n');
            }
        }

        private void Nested(PrintedYaml value, int indent)
        {
            if (value is Scalar { Quotable: true } text && LiteralText().IsMatch(text.Value) && style.Next(2) == 0)
            {
                _text.Append(" |\n");
                foreach (var line in text.Value[..^1].Split('\n'))
                {
                    Indent(line.Length == 0 ? 0 : indent + 2).Append(line).Append('\n');
                }
            }
            else if (value is Scalar or Mapping { Entries.Count: 0 } or Sequence { Items.Count: 0 } || style.Next(3) == 0)
            {
                _text.Append(' ').Append(Flow(value)).Append(style.Next(4) == 0 ? " # so\n" : "\n");
            }
            else
            {
                _text.Append(style.Next(4) == 0 ? " # thus:\n" : "\n");
                Block(value, indent + 1 + style.Next(4));
            }
        }

        private string Flow(PrintedYaml node) => node switch
        {
            Scalar { Quotable: false } bare => bare.Value,
            Scalar scalar => Quoted(scalar.Value),
            Sequence sequence => $"[{string.Join(", ", sequence.Items.Select(Flow))}]",
            Mapping mapping => $"{{ {string.Join(", ", Shuffled(mapping.Entries).Select(entry => $"{Quoted(entry.Key)}: {Flow(entry.Value)}"))} }}",
            _ => throw new ArgumentOutOfRangeException(nameof(node)),
        };

        private string Quoted(string text) => style.Next(3) switch
        {
            0 when PlainText().IsMatch(text) => text,
            1 when !text.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff') => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
            _ => $"\"{string.Concat(text.Select(Escaped))}\"",
        };

        private static string Escaped(char c) => c switch
        {
            '"' or '\\' => $"\\{c}",
            >= ' ' and <= '~' => c.ToString(),
            _ when char.IsSurrogate(c) => c.ToString(),
            _ => $"\\u{(int)c:x4}",
        };

        private void Comment(int indent)
        {
            switch (style.Next(8))
            {
                case 0:
                    Indent(indent).Append("# tree: none, \"really\n");
                    break;
                case 1:
                    _text.Append('\n');
                    break;
                default:
                    break;
            }
        }

        private StringBuilder Indent(int indent) => _text.Append(' ', indent);

        private List<T> Shuffled<T>(IEnumerable<T> entries) => [.. entries.OrderBy(_ => style.Next())];

        [GeneratedRegex(@"\A(?!(null|true|false)\z)[a-z][a-z0-9./-]*\z")]
        private static partial Regex PlainText();

        // No leading blanks, which would need an indentation indicator, and one line break at the end, which is what `|` keeps.
        [GeneratedRegex(@"\A[!-~][ -~]*(\n[!-~][ -~]*|\n)*(?<!\n)\n\z")]
        private static partial Regex LiteralText();
    }
}
