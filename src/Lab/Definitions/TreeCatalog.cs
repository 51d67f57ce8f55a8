using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>A tree file that has been read.</summary>
/// <param name="File">Its full path.</param>
/// <param name="Name">The tree's name; null where the file is not even YAML.</param>
/// <param name="Location">Where the name stands.</param>
/// <param name="Definition">The tree; null where something is wrong with its file.</param>
internal sealed record LoadedTree(string File, string? Name, SourceLocation Location, TreeDefinition? Definition);

/// <summary>Reads tree files, each once however often it is named, and sees that they form no circle and share no name.</summary>
internal sealed class TreeCatalog(Problems problems)
{
    private readonly Dictionary<string, LoadedTree> _loaded = new(StringComparer.Ordinal);

    // The files being read, each the base of the one before.
    private readonly List<string> _chain = [];

    /// <param name="mention">The path of a tree file.</param>
    /// <param name="folder">What the path is relative to.</param>
    /// <exception cref="DefinitionException">There is no such file, or it leads back to itself.</exception>
    public LoadedTree Load(YamlNode mention, string folder)
    {
        var file = Value.ExistingFile(folder)(mention);
        var begin = _chain.IndexOf(file);
        return begin < 0
            ? Open(file)
            : throw mention.Reject(
                $"it leads back to the tree itself: {string.Join(" → ", _chain.Skip(begin).Append(file).Select(SourceLocation.Shorten))}",
                "A tree cannot be built on itself: give one of these files another `base`, or `sources`.");
    }

    public LoadedTree Open(string file)
    {
        if (_loaded.TryGetValue(file, out var known))
        {
            return known;
        }

        _chain.Add(file);
        var tree = new TreeReader(file, this, problems).Read();
        _chain.RemoveAt(_chain.Count - 1);
        if (tree.Name is not null && _loaded.Values.FirstOrDefault(other => other.Name == tree.Name) is { } namesake)
        {
            problems.Add(tree.Location, $"there is another tree `{tree.Name}`, at {namesake.Location}", "Give one of the two another name with `tree: NAME`.");
        }

        _loaded.Add(file, tree);
        return tree;
    }
}
