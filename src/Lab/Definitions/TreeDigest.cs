using System.Text.Json.Nodes;

namespace Lab.Definitions;

/// <summary>
/// The digests of a tree. What is hashed is a JSON text with everything in a fixed order, because JSON leaves no doubt where one
/// value ends and the next begins. A change of this form changes every cache key, so <see cref="Form"/> goes up with it.
/// </summary>
internal static class TreeDigest
{
    private const int Form = 1;

    public static string Whole(TreeDefinition tree) => Hash(new JsonObject
    {
        ["form"] = Form,
        ["packages"] = Packages(tree),
        ["ref"] = tree.Ref,
        ["version"] = tree.Version,
        ["units"] = List(tree.Units.OrderBy(unit => unit.Name, StringComparer.Ordinal)
            .Select(unit => new JsonObject { ["Name"] = unit.Name, ["Enabled"] = unit.Enabled, ["Masked"] = unit.Masked, ["Content"] = unit.Content })),
        ["files"] = List(tree.Files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(Entry)),
        ["arguments"] = new JsonArray([.. tree.KernelArguments]),
    });

    public static string Packages(TreeDefinition tree) => Hash(new JsonObject
    {
        ["form"] = Form,
        ["base"] = tree.Base?.Digest,
        ["sources"] = List(tree.Sources.Select(source => new JsonObject { ["Suite"] = source.Suite, ["only"] = Sorted(source.Only) })),
        ["packages"] = Sorted(tree.Packages.Select(Entry)),
        ["remove"] = Sorted(tree.Remove),
        ["users"] = List(tree.Users.OrderBy(user => user.Name, StringComparer.Ordinal)
            .Select(user => new JsonObject { ["Name"] = user.Name, ["Uid"] = user.Uid, ["groups"] = Sorted(user.Groups), ["Shell"] = user.Shell, ["Gecos"] = user.Gecos, ["Home"] = user.Home })),
    });

    private static string Entry(TreePackage package) => package switch
    {
        NamedPackage named => "name " + named.Name,
        PackageFolder folder => "folder " + folder.ContentDigest,
        PackageFile file => "file " + file.ContentDigest,
        _ => throw new ArgumentOutOfRangeException(nameof(package), package, "This kind of package has no digest."),
    };

    private static JsonObject Entry(TreeFile file) => file switch
    {
        InlineFile inline => new() { ["Path"] = inline.Path, ["Mode"] = (int)inline.Mode, ["content"] = ContentDigest.OfText(inline.Content) },
        CopiedFile copied => new() { ["Path"] = copied.Path, ["Mode"] = (int)copied.Mode, ["content"] = copied.ContentDigest },
        SymbolicLink link => new() { ["Path"] = link.Path, ["Target"] = link.Target },
        _ => throw new ArgumentOutOfRangeException(nameof(file), file, "This kind of file has no digest."),
    };

    private static JsonArray Sorted(IEnumerable<string> texts) => new([.. texts.Order(StringComparer.Ordinal)]);

    private static JsonArray List(IEnumerable<JsonObject> objects) => new([.. objects]);

    private static string Hash(JsonObject canonical) => ContentDigest.OfText(canonical.ToJsonString());
}
