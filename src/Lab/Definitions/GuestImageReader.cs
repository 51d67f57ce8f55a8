using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Reads which image a guest begins on: a path, <c>box:NAME</c>, or a mapping.</summary>
internal sealed class GuestImageReader(string guest, string folder, Problems problems)
{
    private static readonly (string Algorithm, Func<YamlNode, string> Read)[] _checksums =
    [
        ("sha256", Value.Matching(Grammar.Sha256, "a SHA-256 digest", "Write the 64 hexadecimal digits that `sha256sum` prints.")),
        ("sha512", Value.Matching(Grammar.Sha512, "a SHA-512 digest", "Write the 128 hexadecimal digits that `sha512sum` prints.")),
    ];

    public ImageDefinition? Read(YamlNode node, SourceLocation key) => node is YamlMapping ? Mapping(node, key) : Short(node);

    private ImageDefinition Short(YamlNode node)
    {
        var text = Value.Line(node);
        if (text.StartsWith(BoxImage.Prefix, StringComparison.Ordinal))
        {
            var box = text[BoxImage.Prefix.Length..];
            return Grammar.Name.IsMatch(box) ? new BoxImage(box, node.Location) : throw node.Reject($"`{YamlScalar.Excerpt(box)}` is not the name of a box", $"`lab box list` shows the names. {Value.NameRule}");
        }

        return text.Contains("://", StringComparison.Ordinal)
            ? throw node.Reject("a URL needs the checksum of what it leads to", $"Write `{{ url: {YamlScalar.Excerpt(text)}, sha256: … }}`, with the digest that its publisher gives.")
            : new ImageFile(Value.ExistingFile(folder)(node), Checksum: null, Format: null, node.Location);
    }

    private ImageDefinition? Mapping(YamlNode node, SourceLocation key)
    {
        var map = new YamlMap(node, $"the image of guest `{guest}`", key, problems);
        var file = map.Optional<string?>("file", Value.ExistingFile(folder), null);
        var url = map.Optional<Uri?>("url", Url, null);
        map.RequireAnyOf("file", "url");
        map.AllowOneOf("file", "url");
        ImageChecksum? checksum = null;
        foreach (var (algorithm, read) in _checksums)
        {
            checksum ??= map.Optional<ImageChecksum?>(algorithm, digest => new ImageChecksum(algorithm, read(digest).ToLowerInvariant()), null);
        }

        map.AllowOneOf("sha256", "sha512");
        if (map.Has("url"))
        {
            map.RequireAnyOf("sha256", "sha512");
        }

        var format = map.Optional("format", Format, (ImageFormat?)null);
        map.Close();
        return file is not null ? new ImageFile(file, checksum, format, node.Location)
            : url is not null && checksum is not null ? new ImageDownload(url, checksum, format, node.Location)
            : null;
    }

    private static Uri Url(YamlNode node) =>
        Uri.TryCreate(Value.Line(node), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "file" && url.UserInfo.Length == 0 && url.LocalPath.Length > 1
            ? url
            : throw node.Reject($"`{YamlScalar.Excerpt(Value.Line(node))}` is not the URL of an image", "Write `https://HOST/PATH`, `http` or `file:///PATH`, without a user name.");

    private static ImageFormat? Format(YamlNode node) => Value.Text(node) switch
    {
        "qcow2" => ImageFormat.Qcow2,
        "raw" => ImageFormat.Raw,
        var other => throw node.Reject($"`{YamlScalar.Excerpt(other)}` is not a format that guests begin on", "Write `qcow2` or `raw`, or convert it: `qemu-img convert -O qcow2 FROM TO`."),
    };
}
