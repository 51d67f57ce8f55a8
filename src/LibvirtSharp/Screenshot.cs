namespace LibvirtSharp;

/// <summary>What a domain's screen showed.</summary>
/// <param name="MimeType">The image's format: <c>image/png</c> from a recent QEMU, <c>image/x-portable-pixmap</c> from an older one.</param>
/// <param name="Image">The image, in that format.</param>
public sealed record Screenshot(string MimeType, ReadOnlyMemory<byte> Image);
