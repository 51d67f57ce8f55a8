using System.Text.Json;

namespace Lab.Definitions;

/// <summary>
/// The digests of a tree. What is hashed is a JSON text with everything in a fixed order, because JSON leaves no doubt where one
/// value ends and the next begins. A change of this form changes every cache key, so <see cref="Form"/> goes up with it.
/// </summary>
internal static class TreeDigest
{
    private const int Form = 1;

    public static string Whole(TreeDefinition tree) => Hash(new
    {
        form = Form,
        packages = Packages(tree),
        @ref = tree.Ref,
        version = tree.Version,
        units = tree.Units.OrderBy(unit => unit.Name, StringComparer.Ordinal)
            .Select(unit => new { unit.Name, unit.Enabled, unit.Masked, unit.Content }),
        files = tree.Files.OrderBy(file => file.Path, StringComparer.Ordinal).Select(Entry),
        arguments = tree.KernelArguments,
    });

    public static string Packages(TreeDefinition tree) => Hash(new
    {
        form = Form,
        @base = tree.Base?.Digest,
        sources = tree.Sources.Select(source => new { source.Suite, only = Sorted(source.Only) }),
        packages = Sorted(tree.Packages.Select(Entry)),
        remove = Sorted(tree.Remove),
        users = tree.Users.OrderBy(user => user.Name, StringComparer.Ordinal)
            .Select(user => new { user.Name, user.Uid, groups = Sorted(user.Groups), user.Shell, user.Gecos, user.Home }),
    });

    private static string Entry(TreePackage package) => package switch
    {
        NamedPackage named => "name " + named.Name,
        PackageFolder folder => "folder " + folder.ContentDigest,
        PackageFile file => "file " + file.ContentDigest,
        _ => throw new ArgumentOutOfRangeException(nameof(package), package, "This kind of package has no digest."),
    };

    private static object Entry(TreeFile file) => file switch
    {
        InlineFile inline => new { inline.Path, inline.Mode, content = ContentDigest.OfText(inline.Content) },
        CopiedFile copied => new { copied.Path, copied.Mode, content = copied.ContentDigest },
        SymbolicLink link => new { link.Path, link.Target },
        _ => throw new ArgumentOutOfRangeException(nameof(file), file, "This kind of file has no digest."),
    };

    private static IEnumerable<string> Sorted(IEnumerable<string> texts) => texts.Order(StringComparer.Ordinal);

    private static string Hash(object canonical) => ContentDigest.OfText(JsonSerializer.Serialize(canonical));
}
