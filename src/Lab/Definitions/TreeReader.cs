using System.Globalization;
using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Reads a tree file. What is wrong goes to the problems.</summary>
internal sealed class TreeReader(string file, TreeCatalog catalog, Problems problems)
{
    private static readonly Func<YamlNode, string> _package = Value.Matching(
        Grammar.Package,
        "a package's name",
        "Take lower-case letters, digits, `+`, `-` and `.`, without version or architecture; a path to a package contains a `/`.");

    private static readonly Func<YamlNode, string> _kernelArgument =
        Value.Matching(Grammar.KernelArgument, "one kernel argument", "Write one an item; a blank within one stands in double quotes.");

    private readonly string _folder = Path.GetDirectoryName(file)!;

    public LoadedTree Read()
    {
        if (YamlComposer.Load(file, problems) is not { } root)
        {
            return new LoadedTree(file, Name: null, SourceLocation.Whole(file), Definition: null);
        }

        var map = new YamlMap(root, "the tree", root.Location, problems);
        var name = map.Name("tree", Path.GetFileNameWithoutExtension(file), "the file's name");
        var location = map.Has("tree") ? map.Where("tree") : root.Location;
        var reference = map.Optional("ref", Value.Matching(Grammar.Ref, "an OSTree ref", "Take letters, digits, `.`, `_` and `-`, in components joined by `/`."), null);
        var version = map.Optional("version", Value.Line, null);
        var @base = map.Optional("base", node => catalog.Load(node, _folder), null);
        var sources = map.List("sources", Source);
        var packages = map.Set("packages", Package, Identity);
        var remove = map.Set("remove", _package, removed => removed);
        var users = map.Named("users", User);
        var units = map.Named("units", Unit);
        var files = map.Named("files", new TreeFileReader(_folder, problems).Read);
        var arguments = map.List("kernel-arguments", _kernelArgument);
        if (map.Has("ref"))
        {
            map.Require("version", "version: \"1\"", ", which a tree with a `ref` needs");
        }

        CheckOrigin(map, sources);
        CheckRemovals(map, packages, remove);
        CheckUids(map, users);
        TreeFileReader.CheckNesting(map, files);
        map.Close();

        return new LoadedTree(file, name, location, problems.AnyIn(file) ? null : new TreeDefinition
        {
            Name = name,
            Ref = reference,
            Version = version,
            Base = @base?.Definition,
            Sources = sources,
            Packages = packages,
            Remove = remove,
            Users = users,
            Units = units,
            Files = files,
            KernelArguments = arguments,
            File = file,
            Location = location,
        });
    }

    /// <summary>What a container image holds, which is written as a tree is: sources, packages and files.</summary>
    public TreeDefinition Content(YamlMap map, string name, SourceLocation location)
    {
        map.Require("sources", "sources: [{ suite: trixie }]");
        var sources = map.List("sources", Source);
        var files = map.Named("files", new TreeFileReader(_folder, problems, anywhere: true).Read);
        TreeFileReader.CheckNesting(map, files);
        return new TreeDefinition { Name = name, Sources = sources, Packages = map.Set("packages", Package, Identity), Files = files, File = file, Location = location };
    }

    private TreeSource? Source(YamlNode node)
    {
        var map = new YamlMap(node, "a source", node.Location, problems);
        var suite = map.Required("suite", Value.Matching(Grammar.Suite, "a suite's name", "Write it as the archive does: `trixie`, `bookworm-backports`."), "suite: trixie");
        var only = map.Set("only", Value.Matching(Grammar.PackagePattern, "a pattern of package names", "Write a glob, as in `grub*`."), pattern => pattern);
        map.Close();
        return suite is null ? null : new TreeSource(suite, only, node.Location);
    }

    private TreePackage Package(YamlNode node)
    {
        var text = Value.Line(node);
        if (!text.Contains('/', StringComparison.Ordinal))
        {
            return text.EndsWith(".deb", StringComparison.Ordinal)
                ? throw node.Reject($"`{text}` looks like a file, but is read as a package's name", $"Write `./{text}`.")
                : new NamedPackage(_package(node), node.Location);
        }

        var path = Path.GetFullPath(text, _folder);
        if (Directory.Exists(path))
        {
            return File.Exists(Path.Combine(path, "DEBIAN", "control"))
                ? Value.FromDisk(node, () => new PackageFolder(Path.TrimEndingDirectorySeparator(path), ContentDigest.OfFolder(path), node.Location))
                : throw node.Reject($"the folder {SourceLocation.Shorten(path)} has no DEBIAN/control, so it is no package", "Add the file, see deb-control(5), or name another folder.");
        }

        var package = Value.ExistingFile(_folder)(node);
        return package.EndsWith(".deb", StringComparison.Ordinal)
            ? Value.FromDisk(node, () => new PackageFile(package, ContentDigest.OfFile(package), node.Location))
            : throw node.Reject($"{SourceLocation.Shorten(package)} is no package", "Name a folder with DEBIAN/control, or a .deb file.");
    }

    private static string Identity(TreePackage package) => package switch
    {
        NamedPackage named => named.Name,
        PackageFolder folder => SourceLocation.Shorten(folder.Folder),
        PackageFile built => SourceLocation.Shorten(built.File),
        _ => throw new ArgumentOutOfRangeException(nameof(package), package, "This kind of package has no identity."),
    };

    private TreeUser User(YamlEntry entry)
    {
        var name = Value.User(entry.Key);
        if (name == "root")
        {
            throw entry.Key.Reject("every tree has root already", "Give the user another name.");
        }

        var map = new YamlMap(entry.Value, $"user `{name}`", entry.Key.Location, problems);
        var user = new TreeUser
        {
            Name = name,
            Uid = map.Optional<int?>("uid", node => Value.Integer(1, 65533)(node), null),
            Groups = map.Set("groups", Value.User, group => group),
            Shell = map.Optional("shell", Value.AccountPath, TreeUser.DefaultShell),
            Gecos = map.Optional("gecos", Gecos, string.Empty),
            Home = map.Optional("home", Value.AccountPath, TreeUser.DefaultHome(name)),
            Location = entry.Key.Location,
        };
        map.Close();
        return user;
    }

    private static string Gecos(YamlNode node)
    {
        var text = Value.Line(node);
        return text.Contains(':', StringComparison.Ordinal) ? throw node.Reject("a colon ends the field in passwd(5)", "Leave it out.") : text;
    }

    private TreeUnit Unit(YamlEntry entry)
    {
        var name = Value.Unit(entry.Key);
        var map = new YamlMap(entry.Value, $"unit `{name}`", entry.Key.Location, problems);
        var enabled = map.Optional<bool?>("enabled", node => Value.Flag(node), null);
        var masked = map.Optional("masked", Value.Flag, fallback: false);
        var content = map.Optional("content", Value.Text, null);
        var source = map.Optional("source", node => SourceText.Load(Value.ExistingFile(_folder)(node)).Text, null);
        map.RequireAnyOf("enabled", "masked", "content", "source");
        map.AllowOneOf("content", "source");
        if (masked)
        {
            map.AllowOneOf("masked", "enabled");
            map.AllowOneOf("masked", "content");
            map.AllowOneOf("masked", "source");
        }

        map.Close();
        return new TreeUnit { Name = name, Enabled = enabled, Masked = masked, Content = content ?? source, Location = entry.Key.Location };
    }

    // A tree is made from packages or from another tree, and each way has keys of its own.
    private static void CheckOrigin(YamlMap map, IReadOnlyList<TreeSource> sources)
    {
        if (map.Has("base"))
        {
            map.AllowOneOf("base", "sources");
            return;
        }

        map.RequireAnyOf("base", "sources");
        if (map.Has("sources"))
        {
            map.Require("sources", "sources: [{ suite: trixie }]");
        }

        if (sources.Count > 0 && map.IsSound("sources") && sources.All(source => source.Only.Count > 0))
        {
            map.Report("sources", map.Where("sources"), "each of them is limited by `only`, so nothing provides the system itself", "Add a source without `only`.");
        }
    }

    private static void CheckRemovals(YamlMap map, IReadOnlyList<TreePackage> packages, IReadOnlyList<string> remove)
    {
        if (map.Has("remove") && !map.Has("base"))
        {
            map.Report("remove", map.Where("remove"), "there is no base to remove packages from", "Remove the key, or add `base: FILE`.");
        }

        foreach (var named in packages.OfType<NamedPackage>().Where(named => remove.Contains(named.Name, StringComparer.Ordinal)))
        {
            map.Report("packages", named.Location, $"`{named.Name}` is under `remove` too", "Remove it from one of the two.");
        }
    }

    private static void CheckUids(YamlMap map, IReadOnlyList<TreeUser> users)
    {
        foreach (var same in users.Where(user => user.Uid is not null).GroupBy(user => user.Uid))
        {
            foreach (var user in same.Skip(1))
            {
                map.Report("users", user.Location, string.Create(CultureInfo.InvariantCulture, $"`{user.Name}` has the uid {same.Key} of `{same.First().Name}` in line {same.First().Location.Line}"), "Give it another uid, or none: then the system chooses.");
            }
        }
    }
}
