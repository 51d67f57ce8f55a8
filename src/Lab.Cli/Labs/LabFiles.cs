using Lab.Definitions;

namespace Lab.Cli.Labs;

/// <summary>The lab files that can be meant in a folder: its own, and those in <c>labs/</c> there or in any folder above.</summary>
/// <param name="folder">The folder.</param>
internal sealed class LabFiles(string folder)
{
    private const string LabsFolder = "labs";

    /// <summary>The folder's own lab file; null where it has none.</summary>
    public string? Here => Existing(Path.Combine(folder, LabDefinition.FileName));

    /// <summary>The names by which labs can be found here.</summary>
    public IEnumerable<string> Names => LabsFolders()
        .SelectMany(labs => Directory.EnumerateDirectories(labs))
        .Where(lab => File.Exists(Path.Combine(lab, LabDefinition.FileName)))
        .Select(lab => Path.GetFileName(lab))
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);

    /// <summary>Whether a word can only be meant as a path.</summary>
    public static bool IsPath(string word) => word.Contains('/', StringComparison.Ordinal) || word is "." or ".." || Path.GetExtension(word) is ".yaml" or ".yml";

    /// <summary>The lab file that a word means: a path to it or to its folder, or the name of a folder in <c>labs/</c>; null where it means none.</summary>
    public string? Find(string word)
    {
        var path = Path.GetFullPath(word, folder);
        return IsPath(word)
            ? Directory.Exists(path) ? Path.Combine(path, LabDefinition.FileName) : path
            : Existing(Path.Combine(path, LabDefinition.FileName)) ?? LabsFolders().Select(labs => Existing(Path.Combine(labs, word, LabDefinition.FileName))).FirstOrDefault(file => file is not null);
    }

    private static string? Existing(string file) => File.Exists(file) ? file : null;

    private IEnumerable<string> LabsFolders()
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Path.Combine(at, LabsFolder) is var labs && Directory.Exists(labs))
            {
                yield return labs;
            }
        }
    }
}
