using System.Diagnostics.CodeAnalysis;

namespace Lab.Definitions.Yaml;

/// <summary>
/// Reads a mapping key by key. It remembers which keys it was asked for, so that the code that reads a mapping is also the list
/// of its keys: a new key is one line, and anything else in the file is reported as unknown.
/// </summary>
internal sealed class YamlMap
{
    private readonly IReadOnlyList<YamlEntry> _entries;
    private readonly SourceLocation _owner;
    private readonly string _what;
    private readonly Problems _problems;
    private readonly bool _mistyped;
    private readonly List<string> _known = [];
    private readonly List<(IReadOnlyList<string> Keys, string Message, string Fix)> _missing = [];
    private readonly HashSet<string> _unsound = new(StringComparer.Ordinal);

    /// <param name="node">What should be a mapping; nothing at all counts as an empty one.</param>
    /// <param name="what">What it describes, as messages call it: "guest `node1`".</param>
    /// <param name="owner">Where to point when something is missing.</param>
    /// <param name="problems">Where to report.</param>
    public YamlMap(YamlNode node, string what, SourceLocation owner, Problems problems)
    {
        (_what, _owner, _problems) = (what, owner, problems);
        _entries = (node as YamlMapping)?.Entries ?? [];
        _mistyped = node is not (YamlMapping or YamlScalar { IsNull: true });
        if (_mistyped)
        {
            problems.Add(node.Location, $"{what}: expected a mapping, found {node.Found}", "Write `key: value` lines.");
        }
    }

    public bool Has(string key) => Find(key) is not null;

    /// <summary>Where a key stands; where the mapping is to be blamed if it is not there.</summary>
    public SourceLocation Where(string key) => Find(key)?.Key.Location ?? _owner;

    /// <summary>Whether nothing was wrong with a key that has been read.</summary>
    public bool IsSound(string key) => !_unsound.Contains(key);

    /// <summary>A value that may be left out.</summary>
    /// <returns>What <paramref name="read"/> makes of it; <paramref name="fallback"/> where it is missing or wrong.</returns>
    public T Optional<T>(string key, Func<YamlNode, T> read, T fallback) =>
        Entry(key) is { } entry && Try(key, () => read(entry.Value), out var value) ? value : fallback;

    /// <summary>A value that must be there.</summary>
    /// <returns>What <paramref name="read"/> makes of it; the default of its type where it is missing or wrong.</returns>
    public T? Required<T>(string key, Func<YamlNode, T> read, string example) =>
        Require(key, example) is { } entry && Try(key, () => read(entry.Value), out var value) ? value : default;

    /// <summary>A list. Items that are wrong are reported and left out, as are those that <paramref name="read"/> has reported itself and made null.</summary>
    public IReadOnlyList<T> List<T>(string key, Func<YamlNode, T?> read) =>
        Entry(key) is { } entry ? [.. Items(key, entry.Value, read).Select(item => item.Value)] : [];

    /// <summary>A list without duplicates.</summary>
    /// <param name="key">The key.</param>
    /// <param name="read">As for <see cref="List"/>.</param>
    /// <param name="identity">What must differ between two items, and how messages name it.</param>
    public IReadOnlyList<T> Set<T>(string key, Func<YamlNode, T?> read, Func<T, string> identity)
    {
        if (Entry(key) is not { } entry)
        {
            return [];
        }

        var values = new List<T>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (location, value) in Items(key, entry.Value, read))
        {
            if (lines.TryAdd(identity(value), location.Line))
            {
                values.Add(value);
            }
            else
            {
                Report(key, location, $"`{identity(value)}` is listed twice, first in line {lines[identity(value)]}", "Remove one of the two.");
            }
        }

        return values.AsReadOnly();
    }

    /// <summary>A mapping of names to things of one kind.</summary>
    /// <param name="key">The key.</param>
    /// <param name="read">Makes a thing of its entry; null where it has reported it itself.</param>
    public IReadOnlyList<T> Named<T>(string key, Func<YamlEntry, T?> read)
        where T : class
    {
        if (Entry(key) is not { } entry)
        {
            return [];
        }

        if (entry.Value is not YamlMapping mapping)
        {
            Report(key, entry.Value.Location, $"expected a mapping, found {entry.Value.Found}", "Write one `name: …` a line below the key, indented.");
            return [];
        }

        return [.. mapping.Entries.Select(named => Try(key, () => read(named), out var value) ? value : null).OfType<T>()];
    }

    /// <summary>A name that has a default: the name of the file or folder itself.</summary>
    public string Name(string key, string fallback, string whence)
    {
        var name = Optional(key, Value.Name, fallback);
        if (!Has(key) && !Grammar.Name.IsMatch(fallback))
        {
            Report(key, _owner, $"it is not given, and {whence}, `{fallback}`, is not a name", $"Add `{key}: NAME`. {Value.NameRule}");
        }

        return name;
    }

    /// <summary>A key that must be there and hold something other than an empty list or mapping.</summary>
    /// <param name="key">The key.</param>
    /// <param name="example">What to add where it is missing.</param>
    /// <param name="why">Why it must be there, where that is not plain; goes on from "has no `key`".</param>
    /// <returns>Its entry, or null.</returns>
    public YamlEntry? Require(string key, string example, string why = "")
    {
        var entry = Entry(key);
        if (entry is null)
        {
            _missing.Add(([key], $"{_what} has no `{key}`{why}", $"Add `{example}`."));
        }
        else if (entry.Value is YamlList { Items.Count: 0 } or YamlMapping { Entries.Count: 0 })
        {
            Report(key, entry.Value.Location, "it is empty", $"Write `{example}`.");
        }

        return entry;
    }

    /// <summary>At least one of some keys must be there.</summary>
    public void RequireAnyOf(params IReadOnlyList<string> keys)
    {
        if (!keys.Any(Has))
        {
            _missing.Add((keys, $"{_what} has none of {Spelling.Listed(keys)}", "Give one of them."));
        }
    }

    /// <summary>Reports every key of some beyond the first that is there.</summary>
    public void AllowOneOf(params IReadOnlyList<string> keys)
    {
        var given = keys.Where(Has).ToList();
        foreach (var surplus in given.Skip(1))
        {
            Report(surplus, Where(surplus), $"it cannot be given together with `{given[0]}`", "Remove one of the two.");
        }
    }

    /// <summary>Reports something about the value of a key.</summary>
    public void Report(string key, SourceLocation location, string message, string fix)
    {
        _unsound.Add(key);
        _problems.Add(location, $"`{key}` of {_what}: {message}", fix);
    }

    /// <summary>Reports the keys that nothing has asked for, and those that are missing. To be called when all have been read.</summary>
    public void Close()
    {
        var meant = new List<string?>();
        foreach (var key in _entries.Select(entry => entry.Key).Where(key => !_known.Contains(key.Text, StringComparer.Ordinal)))
        {
            meant.Add(Spelling.Nearest(key.Text, _known));
            _problems.Add(key.Location, $"{_what} has no key `{YamlScalar.Excerpt(key.Text)}`", $"{Spelling.DidYouMean(key.Text, _known)}The keys are {Spelling.Listed(_known)}.");
        }

        // A slip in a key is one mistake: the key that was meant is not missing besides. Nor is anything where there is no mapping.
        foreach (var (_, message, fix) in _missing.Where(missing => !_mistyped && !missing.Keys.Any(meant.Contains)))
        {
            _problems.Add(_owner, message, fix);
        }
    }

    private YamlEntry? Find(string key) => _entries.FirstOrDefault(entry => entry.Key.Text == key);

    private YamlEntry? Entry(string key)
    {
        if (!_known.Contains(key, StringComparer.Ordinal))
        {
            _known.Add(key);
        }

        return Find(key);
    }

    private IEnumerable<(SourceLocation Location, T Value)> Items<T>(string key, YamlNode node, Func<YamlNode, T?> read)
    {
        if (node is not YamlList list)
        {
            Report(key, node.Location, $"expected a list, found {node.Found}", node is YamlScalar { IsNull: false } scalar ? $"Write `[{YamlScalar.Excerpt(scalar.Text)}]`." : "Write `[first, second]`, or one `- item` a line.");
            yield break;
        }

        foreach (var item in list.Items)
        {
            if (Try(key, () => read(item), out var value) && value is not null)
            {
                yield return (item.Location, value);
            }
        }
    }

    private bool Try<T>(string key, Func<T> read, [MaybeNullWhen(false)] out T value)
    {
        try
        {
            value = read();
            return true;
        }
        catch (DefinitionException failure)
        {
            foreach (var diagnostic in failure.Diagnostics)
            {
                Report(key, diagnostic.Location, diagnostic.Message, diagnostic.Fix);
            }

            value = default;
            return false;
        }
    }
}
