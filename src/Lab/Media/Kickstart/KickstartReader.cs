using System.Text;
using Lab.Definitions;
using Lab.Definitions.Yaml;

namespace Lab.Media.Kickstart;

/// <summary>Reads a kickstart line by line. What is wrong goes to the problems; the entries hold all of the text nevertheless.</summary>
internal sealed class KickstartReader(string file, KickstartSyntax syntax, Problems problems)
{
    private const string End = "%end";
    private static readonly string[] _inclusions = ["%include", "%ksappend"];

    private readonly OptionReader _options = new(problems);
    private readonly List<KickstartEntry> _entries = [];

    public IReadOnlyList<KickstartEntry> Read(string text)
    {
        OpenSection? section = null;
        foreach (var (number, line) in Lines(text))
        {
            if (section is not null)
            {
                var first = FirstWord(line);
                if (first == End)
                {
                    section.Text.Append(line);
                    _entries.Add(section.Closed());
                    section = null;
                    continue;
                }

                // A script may hold any line with a percent sign, but not one that is a section's header.
                if (!first.StartsWith('%') || syntax.Find(first) is null)
                {
                    section.Text.Append(line);
                    section.Body.Append(line);
                    continue;
                }

                Unclosed(section);
            }

            section = ReadLine(number, line);
        }

        if (section is not null)
        {
            Unclosed(section);
        }

        return _entries;
    }

    private OpenSection? ReadLine(int number, string line)
    {
        var location = new SourceLocation(file, number, 1 + line.Length - line.TrimStart().Length);
        if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith('#'))
        {
            _entries.Add(new KickstartRemark(new SourceLocation(file, number, 1), line));
            return null;
        }

        var words = KickstartWords.Split(line, location, out var unclosed);
        if (unclosed > 0 || words.Count == 0)
        {
            var open = location with { Column = Math.Max(1, unclosed) };
            if (line.TrimEnd().EndsWith('\\'))
            {
                problems.Add(open, "the backslash has nothing after it", "Remove it: a line cannot go on in the next one.");
            }
            else
            {
                problems.Add(open, "the quote that opens here is never closed", "Close it in the same line.");
            }

            _entries.Add(new KickstartRemark(location, line));
            return null;
        }

        return words[0].Value switch
        {
            var directive when _inclusions.Contains(directive, StringComparer.Ordinal) => Include(location, line, words),
            End => Stray(location, line),
            ['%', ..] => Section(location, line, words),
            _ => Command(location, line, words),
        };
    }

    private OpenSection? Include(SourceLocation location, string line, IReadOnlyList<KickstartWord> words)
    {
        var directive = words[0].Value;
        if (words.Count == 1)
        {
            problems.Add(location, $"`{directive}` names no file", $"Write `{directive} /path` or `{directive} https://server/path`.");
        }
        else if (words.Count > 2)
        {
            problems.Add(words[2].Location, $"`{directive}` names one file", "Write one line a file.");
        }

        _entries.Add(new KickstartInclude(location, line, directive, words.ElementAtOrDefault(1)?.Value ?? string.Empty));
        return null;
    }

    private OpenSection? Stray(SourceLocation location, string line)
    {
        problems.Add(location, "`%end` closes nothing here", "Remove it, or write the header of its section above.");
        _entries.Add(new KickstartRemark(location, line));
        return null;
    }

    private OpenSection Section(SourceLocation location, string line, IReadOnlyList<KickstartWord> words)
    {
        var name = words[0].Value;
        if (syntax.Find(name) is not { } known)
        {
            Unknown(location, name, "section", [.. syntax.Names.Where(other => other.StartsWith('%'))]);
            return new OpenSection(location, name, [], [], line);
        }

        var (options, arguments) = _options.Read(known, words);
        return new OpenSection(location, name, options, arguments, line);
    }

    private OpenSection? Command(SourceLocation location, string line, IReadOnlyList<KickstartWord> words)
    {
        var name = words[0].Value;
        if (syntax.Find(name) is not { } known)
        {
            Unknown(location, name, "command", [.. syntax.Names.Where(other => !other.StartsWith('%'))]);
            _entries.Add(new KickstartRemark(location, line));
            return null;
        }

        var (options, arguments) = _options.Read(known, words);
        _entries.Add(new KickstartCommand(location, line, name, options, arguments));
        return null;
    }

    private void Unknown(SourceLocation location, string name, string what, IReadOnlyList<string> known)
    {
        var others = KickstartSyntax.Knowing(name).Select(KickstartSyntax.NameOf).ToList();
        if (others.Count > 0)
        {
            problems.Add(location, $"`{name}` is no {what} of {KickstartSyntax.NameOf(syntax.Version)}", $"Remove it, or check the file for {string.Join(" or ", others)}.");
            return;
        }

        var meant = Spelling.DidYouMean(name, known);
        problems.Add(
            location,
            $"{KickstartSyntax.NameOf(syntax.Version)} has no {what} `{YamlScalar.Excerpt(name)}`",
            meant.Length > 0 ? meant.TrimEnd() : what == "section" ? $"The sections are {Spelling.Listed(known)}." : "Correct it, or begin the line with `#` to make it a comment.");
    }

    private void Unclosed(OpenSection section)
    {
        problems.Add(section.Location, $"`{YamlScalar.Excerpt(section.Name)}` is never closed", "Write `%end` on a line of its own after it.");
        _entries.Add(section.Closed());
    }

    private static string FirstWord(string line) => line.TrimStart() is ['%', ..] mark ? mark.Split((char[]?)null, 2)[0] : string.Empty;

    // A line's break is part of it, so that nothing is lost.
    private static IEnumerable<(int Number, string Line)> Lines(string text)
    {
        for (var (number, start) = (1, 0); start < text.Length; number++)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var at ? at + 1 : text.Length;
            yield return (number, text[start..end]);
            start = end;
        }
    }

    private sealed class OpenSection(SourceLocation location, string name, IReadOnlyList<KickstartOption> options, IReadOnlyList<string> arguments, string header)
    {
        public SourceLocation Location => location;

        public string Name => name;

        public StringBuilder Text { get; } = new(header);

        public StringBuilder Body { get; } = new();

        public KickstartSection Closed() => new(location, Text.ToString(), name, options, arguments, Body.ToString());
    }
}
