using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>
/// An OSTree tree as its file describes it: made from Debian's packages, or from another tree plus changes.
/// Immutable, and already checked.
/// </summary>
public sealed record TreeDefinition
{
    /// <summary>Its name: a lower-case letter, then lower-case letters, digits and <c>-</c>, 31 at most. Unique in its lab.</summary>
    /// <value>The file's name without extension unless set.</value>
    public required string Name { get; init; }

    /// <summary>The OSTree ref that it is published under; null for a tree that is only a base. Several trees may share one, as versions of it.</summary>
    public string? Ref { get; init; }

    /// <summary>The version that its commit carries; not null where <see cref="Ref"/> is not.</summary>
    public string? Version { get; init; }

    /// <summary>The tree that this one changes; null for one made from packages alone.</summary>
    public TreeDefinition? Base { get; init; }

    /// <summary>The suites that packages come from, the first being the main one. Empty where there is a <see cref="Base"/>: it has them.</summary>
    public IReadOnlyList<TreeSource> Sources { get; init; } = [];

    /// <summary>The packages that it adds.</summary>
    public IReadOnlyList<TreePackage> Packages { get; init; } = [];

    /// <summary>The names of its base's packages that it removes.</summary>
    public IReadOnlyList<string> Remove { get; init; } = [];

    /// <summary>The users that it adds.</summary>
    public IReadOnlyList<TreeUser> Users { get; init; } = [];

    /// <summary>The units that it adds, enables, disables or masks.</summary>
    public IReadOnlyList<TreeUnit> Units { get; init; } = [];

    /// <summary>The files that it adds or replaces.</summary>
    public IReadOnlyList<TreeFile> Files { get; init; } = [];

    /// <summary>The kernel arguments that it adds; they follow its base's.</summary>
    public IReadOnlyList<string> KernelArguments { get; init; } = [];

    /// <summary>The suites that its packages come from, wherever in its line of bases they stand.</summary>
    public IReadOnlyList<TreeSource> AllSources => Base?.AllSources ?? Sources;

    /// <summary>The kernel arguments of a host that boots it: its bases', then its own.</summary>
    public IReadOnlyList<string> AllKernelArguments => [.. Base?.AllKernelArguments ?? [], .. KernelArguments];

    /// <summary>The full path of its file.</summary>
    public required string File { get; init; }

    /// <summary>Where its name stands, or where its file begins.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Whether its own part needs no package tool, only files laid over its base.</summary>
    public bool IsOverlay => Base is not null && Packages.Count == 0 && Remove.Count == 0 && Users.Count == 0;

    /// <summary>
    /// SHA-256, in hex, over all that makes the tree: its base's digest, ref, version, packages, users, units, files, kernel arguments,
    /// and the contents behind them. Not over its name, comments, the order of keys, or where it lies on disk.
    /// </summary>
    public string Digest => TreeDigest.Whole(this);

    /// <summary>SHA-256, in hex, over the part that the package tool makes: the base's digest, sources, packages, removals and users.</summary>
    public string PackageDigest => TreeDigest.Packages(this);

    /// <summary>Where a user's home is on a host of this tree, whether the tree brings the user or not.</summary>
    /// <param name="user">The login name.</param>
    public string HomeOf(string user) => Users.FirstOrDefault(known => known.Name == user)?.Home ?? Base?.HomeOf(user) ?? TreeUser.DefaultHome(user);

    /// <summary>Reads and checks a tree file and its bases.</summary>
    /// <param name="path">The tree file.</param>
    /// <exception cref="DefinitionException">Something is wrong; everything that is, is in it.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static TreeDefinition Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = Path.GetFullPath(path);
        var problems = new Problems(file);
        var tree = new TreeCatalog(problems).Open(file);
        problems.ThrowIfAny();
        return tree.Definition!;
    }
}
