namespace Lab.Definitions;

/// <summary>A Debian package that a tree installs.</summary>
/// <param name="Location">Where the definition names it.</param>
public abstract record TreePackage(SourceLocation Location);

/// <summary>A package of the tree's sources.</summary>
/// <param name="Name">Its name, by Debian policy 5.6.1.</param>
/// <param name="Location">Where the definition names it.</param>
public sealed record NamedPackage(string Name, SourceLocation Location) : TreePackage(Location);

/// <summary>A package still to be built: a folder that dpkg-deb(1) takes, with <c>DEBIAN/control</c>.</summary>
/// <param name="Folder">The folder's full path.</param>
/// <param name="ContentDigest">SHA-256, in hex, over the names, modes and contents in the folder when it was read.</param>
/// <param name="Location">Where the definition names it.</param>
public sealed record PackageFolder(string Folder, string ContentDigest, SourceLocation Location) : TreePackage(Location);

/// <summary>A package already built, deb(5).</summary>
/// <param name="File">The <c>.deb</c> file's full path.</param>
/// <param name="ContentDigest">SHA-256 of the file, in hex, when it was read.</param>
/// <param name="Location">Where the definition names it.</param>
public sealed record PackageFile(string File, string ContentDigest, SourceLocation Location) : TreePackage(Location);
