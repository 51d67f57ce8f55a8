namespace Lab.Definitions;

/// <summary>A disk that people have already, on which a guest is to begin in place of a tree's.</summary>
/// <param name="Location">Where it stands.</param>
public abstract record ImageDefinition(SourceLocation Location)
{
    /// <summary>What people call it: a file's name, or <c>box:NAME</c>.</summary>
    public abstract string Name { get; }
}

/// <summary>An image in a file.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Checksum">What it must be; null takes it as it is.</param>
/// <param name="Format">What it holds; null finds out.</param>
/// <param name="Location">Where it stands.</param>
public sealed record ImageFile(string Path, ImageChecksum? Checksum, ImageFormat? Format, SourceLocation Location) : ImageDefinition(Location)
{
    /// <inheritdoc/>
    public override string Name => System.IO.Path.GetFileName(Path);
}

/// <summary>An image elsewhere.</summary>
/// <param name="Url">Its address: http, https or file.</param>
/// <param name="Checksum">What it must be.</param>
/// <param name="Format">What it holds; null finds out.</param>
/// <param name="Location">Where it stands.</param>
public sealed record ImageDownload(Uri Url, ImageChecksum Checksum, ImageFormat? Format, SourceLocation Location) : ImageDefinition(Location)
{
    /// <inheritdoc/>
    public override string Name => System.IO.Path.GetFileName(Url.LocalPath);
}

/// <summary>An imported box.</summary>
/// <param name="Box">The name it was given.</param>
/// <param name="Location">Where it stands.</param>
public sealed record BoxImage(string Box, SourceLocation Location) : ImageDefinition(Location)
{
    /// <summary>What stands before a box's name in a lab file.</summary>
    public const string Prefix = "box:";

    /// <inheritdoc/>
    public override string Name => Prefix + Box;
}

/// <summary>A digest that a file must have.</summary>
/// <param name="Algorithm">sha256 or sha512, as sha256sum(1) and sha512sum(1) make them.</param>
/// <param name="Hex">The digest, in lower-case hexadecimal digits.</param>
public sealed record ImageChecksum(string Algorithm, string Hex)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm} {Hex}";
}

/// <summary>How an image's file holds the disk.</summary>
public enum ImageFormat
{
    /// <summary>QEMU's own, by content and not by the file's ending.</summary>
    Qcow2,

    /// <summary>The disk's bytes.</summary>
    Raw,
}
