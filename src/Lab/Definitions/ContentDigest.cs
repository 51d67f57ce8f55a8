using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Lab.Definitions;

/// <summary>SHA-256, in lower-case hex, of what lies on disk or in memory.</summary>
internal static class ContentDigest
{
    public static string OfText(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static string OfFile(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>Over the relative name, mode and content of everything below a folder, for all of that ends up in a package.</summary>
    /// <exception cref="IOException">Something in it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Something in it may not be read.</exception>
    public static string OfFolder(string path)
    {
        var entries = Entries(new DirectoryInfo(path), string.Empty).OrderBy(entry => entry[0], StringComparer.Ordinal);
        return OfText(new JsonArray([.. entries.Select(entry => new JsonArray([.. entry]))]).ToJsonString());
    }

    private static IEnumerable<string[]> Entries(DirectoryInfo folder, string prefix)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var name = prefix + entry.Name;
            if (entry.LinkTarget is { } target)
            {
                // Not followed: a package holds the link, and a link may lead back up.
                yield return [name, "link", target];
            }
            else if (entry is DirectoryInfo inner)
            {
                yield return [name, "folder", Mode(entry)];
                foreach (var nested in Entries(inner, name + "/"))
                {
                    yield return nested;
                }
            }
            else
            {
                yield return [name, "file", Mode(entry), OfFile(entry.FullName)];
            }
        }
    }

    private static string Mode(FileSystemInfo entry) => Convert.ToString((int)entry.UnixFileMode, 8);
}
