namespace Lab.Hosting;

/// <summary>The host's operating system, from os-release(5).</summary>
/// <param name="Id"><c>ID</c>: <c>debian</c>; <c>linux</c> where the file says nothing, as the manual page has it.</param>
/// <param name="Codename"><c>VERSION_CODENAME</c>: <c>bookworm</c>; null where there is none.</param>
/// <param name="Name"><c>PRETTY_NAME</c>: <c>Debian GNU/Linux 12 (bookworm)</c>.</param>
public sealed record OsRelease(string Id, string? Codename, string Name)
{
    // The manual page's own order; the second is the vendor's copy, there even on a host with an empty /etc.
    private static readonly string[] Files = ["etc/os-release", "usr/lib/os-release"];

    /// <summary>Whether it is Debian itself, the only one whose packages the installer knows.</summary>
    public bool IsDebian => Id == "debian";

    /// <summary>Reads the host's own.</summary>
    /// <param name="root">The folder that the host's file system is at.</param>
    /// <param name="cancellation">Stops reading.</param>
    public static async Task<OsRelease> ReadAsync(string root = "/", CancellationToken cancellation = default)
    {
        var file = Files.Select(path => Path.Combine(root, path)).FirstOrDefault(File.Exists);
        return Parse(file is null ? string.Empty : await File.ReadAllTextAsync(file, cancellation));
    }

    /// <summary>Reads the file's text: shell assignments, one a line, quoted or not.</summary>
    public static OsRelease Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('=', 2) is [var name, var value] && !name.StartsWith('#'))
            {
                values[name] = value.Trim('"', '\'');
            }
        }

        var id = values.GetValueOrDefault("ID", "linux");
        return new OsRelease(id, values.GetValueOrDefault("VERSION_CODENAME"), values.GetValueOrDefault("PRETTY_NAME", id));
    }
}
