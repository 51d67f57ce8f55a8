using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Reads the files that a tree adds, and sees that they lie where it may have files.</summary>
/// <param name="folder">The folder of the definition, which sources are relative to.</param>
/// <param name="problems">Where mistakes go.</param>
/// <param name="anywhere">Whether they may lie anywhere, as in a container's image; in a tree they may not.</param>
internal sealed class TreeFileReader(string folder, Problems problems, bool anywhere = false)
{
    // Links into /usr on every merged-usr system, which Debian is.
    private static readonly string[] _mergedUsr = ["/bin/", "/sbin/", "/lib/", "/lib64/"];

    public TreeFile? Read(YamlEntry entry)
    {
        var path = Destination(entry.Key);
        var map = new YamlMap(entry.Value, $"file `{path}`", entry.Key.Location, problems);
        var mode = map.Optional("mode", Value.Mode, TreeFile.DefaultMode);
        var inline = map.Optional<TreeFile?>("content", node => new InlineFile(path, Value.Text(node), mode, entry.Key.Location), null);
        var copied = map.Optional<TreeFile?>("source", node => Copied(node, path, mode), null);
        var link = map.Optional<TreeFile?>("link", node => new SymbolicLink(path, Value.Line(node), entry.Key.Location), null);
        map.RequireAnyOf("content", "source", "link");
        map.AllowOneOf("content", "source", "link");
        map.AllowOneOf("link", "mode");
        map.Close();
        return inline ?? copied ?? link;
    }

    /// <summary>Reports a file that lies below another file, as if that were a folder.</summary>
    public static void CheckNesting(YamlMap map, IReadOnlyList<TreeFile> files)
    {
        foreach (var file in files)
        {
            if (files.FirstOrDefault(other => file.Path.StartsWith(other.Path + "/", StringComparison.Ordinal)) is { } above)
            {
                map.Report("files", file.Location, $"`{file.Path}` lies below `{above.Path}`, which is a file itself", "Move one of the two.");
            }
        }
    }

    private CopiedFile Copied(YamlNode node, string path, UnixFileMode mode)
    {
        var source = Value.ExistingFile(folder)(node);
        return new CopiedFile(path, source, Value.FromDisk(node, () => ContentDigest.OfFile(source)), mode, node.Location);
    }

    private string Destination(YamlScalar key)
    {
        var path = Value.Line(key);
        if (path[0] != '/')
        {
            throw key.Reject($"`{path}` is not an absolute path", $"Write `/{path}`, or where else in the tree it belongs.");
        }

        var normal = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (normal != path)
        {
            throw key.Reject($"`{path}` is not a plain path", $"Write `{normal}`: no `.`, `..`, `//` or closing `/`.");
        }

        if (_mergedUsr.Any(link => path.StartsWith(link, StringComparison.Ordinal)))
        {
            throw key.Reject($"`{path}` lies behind a link into /usr", $"Write `/usr{path}`.");
        }

        if (anywhere)
        {
            return path;
        }

        if (path.StartsWith("/usr/etc/", StringComparison.Ordinal))
        {
            throw key.Reject($"`{path}` is where OSTree keeps a tree's /etc", $"Write `{path["/usr".Length..]}`.");
        }

        if (path.StartsWith("/usr/local/", StringComparison.Ordinal))
        {
            throw key.Reject($"`{path}` is on the machine, for /usr/local is a link into /var", $"Write `/usr{path["/usr/local".Length..]}`.");
        }

        return path.StartsWith("/usr/", StringComparison.Ordinal) || path.StartsWith("/etc/", StringComparison.Ordinal)
            ? path
            : throw key.Reject(
                $"`{path}` is neither under /usr nor under /etc, which are all that a tree brings: /var is filled on the machine, and the rest is made there",
                "Keep the file under /usr and have a line in /usr/lib/tmpfiles.d copy it at boot, see tmpfiles.d(5), type C.");
    }
}
