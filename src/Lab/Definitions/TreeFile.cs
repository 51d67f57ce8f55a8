namespace Lab.Definitions;

/// <summary>A file that a tree holds besides its packages' own. Owned by root.</summary>
/// <param name="Path">Where it lies in the tree: absolute, normalised, under <c>/usr</c> or <c>/etc</c>.</param>
/// <param name="Location">Where the definition names it.</param>
public abstract record TreeFile(string Path, SourceLocation Location)
{
    internal const UnixFileMode DefaultMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
}

/// <summary>A file whose text stands in the definition.</summary>
/// <param name="Path">Where it lies in the tree.</param>
/// <param name="Content">Its text; written as UTF-8, as it is.</param>
/// <param name="Mode">Its mode, 0644 by default.</param>
/// <param name="Location">Where the definition names it.</param>
public sealed record InlineFile(string Path, string Content, UnixFileMode Mode, SourceLocation Location) : TreeFile(Path, Location);

/// <summary>A file copied from the host.</summary>
/// <param name="Path">Where it lies in the tree.</param>
/// <param name="Source">The full path of the file it is copied from.</param>
/// <param name="ContentDigest">SHA-256 of the source, in hex, when it was read.</param>
/// <param name="Mode">Its mode in the tree, 0644 by default, whatever the source's is.</param>
/// <param name="Location">Where the definition names the source.</param>
public sealed record CopiedFile(string Path, string Source, string ContentDigest, UnixFileMode Mode, SourceLocation Location) : TreeFile(Path, Location);

/// <summary>A symbolic link.</summary>
/// <param name="Path">Where it lies in the tree.</param>
/// <param name="Target">What it holds: an absolute path, or one relative to the link's own folder.</param>
/// <param name="Location">Where the definition names it.</param>
public sealed record SymbolicLink(string Path, string Target, SourceLocation Location) : TreeFile(Path, Location);
