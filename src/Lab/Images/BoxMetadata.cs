using System.Text.Json;
using System.Text.Json.Nodes;

namespace Lab.Images;

/// <summary>
/// A box's <c>metadata.json</c>, for the provider libvirt: of version 1, with one disk in <c>box.img</c>, or of version 2, which lists its
/// disks (https://vagrant-libvirt.github.io/vagrant-libvirt/boxes.html).
/// </summary>
/// <param name="Disks">The paths of its disks in the box, the one that boots first; at least one.</param>
public sealed record BoxMetadata(IReadOnlyList<string> Disks)
{
    /// <summary>The file's name in a box.</summary>
    public const string FileName = "metadata.json";

    /// <summary>The disk's name in a box of version 1.</summary>
    public const string FirstDisk = "box.img";

    private const string Provider = "libvirt";

    /// <summary>Reads it.</summary>
    /// <param name="json">The file's text.</param>
    /// <param name="box">The box, as messages call it.</param>
    /// <exception cref="BoxException">It is not that of a box for libvirt.</exception>
    public static BoxMetadata Parse(string json, string box)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, box);
        }
        catch (JsonException failure)
        {
            throw new BoxException(box, $"its {FileName} is no JSON: {failure.Message.Split(" LineNumber", 2)[0].TrimEnd('.')}");
        }
    }

    /// <summary>The text of a box of version 1.</summary>
    /// <param name="gigabytes">The disk's size, in GiB.</param>
    public static string Version1(long gigabytes) =>
        new JsonObject { ["provider"] = Provider, ["architecture"] = "amd64", ["format"] = "qcow2", ["virtual_size"] = gigabytes }.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";

    private static BoxMetadata Read(JsonElement root, string box)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new BoxException(box, $"its {FileName} is {root.ValueKind.ToString().ToLowerInvariant()}, not an object");
        }

        if (TextOf(root, "provider") is var provider && provider != Provider)
        {
            throw new BoxException(box, provider is null ? $"its {FileName} names no provider" : $"it is for {provider}, not for {Provider}");
        }

        if (!root.TryGetProperty("disks", out var disks) || disks is { ValueKind: JsonValueKind.Array } && disks.GetArrayLength() == 0)
        {
            return TextOf(root, "format") is null or "qcow2" ? new BoxMetadata([FirstDisk]) : throw new BoxException(box, $"its disk is in the format {TextOf(root, "format")}, and a box of version 1 has qcow2");
        }

        if (disks.ValueKind != JsonValueKind.Array)
        {
            throw new BoxException(box, $"`disks` in its {FileName} is no list");
        }

        var paths = disks.EnumerateArray().Select((disk, index) => disk.ValueKind == JsonValueKind.Object && TextOf(disk, "path") is { } path
            ? Plain(path, box)
            : throw new BoxException(box, $"disk {index + 1} in its {FileName} has no path")).ToList();
        return paths.Distinct(StringComparer.Ordinal).Count() == paths.Count ? new BoxMetadata(paths) : throw new BoxException(box, $"its {FileName} lists a disk twice");
    }

    /// <summary>A name in a box as others write it: without <c>./</c>.</summary>
    /// <exception cref="BoxException">It leads out of the box.</exception>
    internal static string Plain(string name, string box)
    {
        var parts = name.Split('/').Where(part => part is not ("" or ".")).ToList();
        return parts.Count == 0 || name[0] == '/' || parts.Contains("..") || name.Any(char.IsControl)
            ? throw new BoxException(box, $"it holds a file whose name leads out of it or is none: \"{JsonEncodedText.Encode(name)}\"")
            : string.Join('/', parts);
    }

    private static string? TextOf(JsonElement of, string key) => of.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
