using System.Text.Json;
using Lab.Definitions;

namespace Lab.Images;

/// <summary>What <c>qemu-img info --output=json</c> (qemu-img(1); QEMU's QAPI, ImageInfo) says of an image.</summary>
/// <param name="Format">QEMU's name of its format.</param>
/// <param name="Size">The disk's size.</param>
/// <param name="Below">The file that it rests on, or that holds its data; null where it is whole.</param>
/// <param name="IsEncrypted">Whether nothing can be read without a key.</param>
internal sealed record ImageInfo(string Format, ByteSize Size, string? Below, bool IsEncrypted)
{
    public static ImageInfo Parse(string json)
    {
        using var info = JsonDocument.Parse(json);
        var root = info.RootElement;
        var data = root.TryGetProperty("format-specific", out var specific) && specific.TryGetProperty("data", out var inner) && inner.TryGetProperty("data-file", out var outside) ? outside.GetString() : null;
        return new ImageInfo(
            root.GetProperty("format").GetString()!,
            new ByteSize(root.GetProperty("virtual-size").GetInt64()),
            root.TryGetProperty("backing-filename", out var backing) ? backing.GetString() : data,
            root.TryGetProperty("encrypted", out var encrypted) && encrypted.GetBoolean());
    }
}
