using Pipeline;

namespace Lab.Building;

/// <summary>A compiled test project.</summary>
/// <param name="Name">Its name, as --project takes it.</param>
/// <param name="Assembly">The program that runs its tests.</param>
internal sealed record TestProject(string Name, string Assembly)
{
    // They come last, so that a quick failure is seen soon.
    private static readonly string[] _last = ["Lab.EndToEnd", "Labs"];

    /// <summary>Whether its tests boot guests. Such a test takes so long that its end is worth a line.</summary>
    public bool BootsGuests => _last.Contains(Name, StringComparer.Ordinal);

    /// <summary>The test projects of a checkout, quick ones first.</summary>
    /// <param name="root">The checkout's top folder.</param>
    /// <param name="configuration">Which build of them.</param>
    /// <param name="only">Names to choose; empty for all.</param>
    /// <exception cref="PipelineException">A name is none of a test project.</exception>
    public static IReadOnlyList<TestProject> In(string root, string configuration, IReadOnlyList<string> only)
    {
        var all = Directory.EnumerateDirectories(Path.Combine(root, "tests")).Append(Path.Combine(root, "labs"))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj"))
            .Select(file => Of(file, configuration))
            .OrderBy(project => Array.IndexOf(_last, project.Name))
            .ThenBy(project => project.Name, StringComparer.Ordinal)
            .ToList();
        var unknown = only.Where(name => !all.Exists(project => project.Name == name)).ToList();
        return unknown.Count == 0
            ? [.. all.Where(project => only.Count == 0 || only.Contains(project.Name, StringComparer.Ordinal))]
            : throw new PipelineException(FailureKind.Definition, $"There is no test project {string.Join(", ", unknown)}.", $"There are {string.Join(", ", all.Select(project => project.Name))}.");
    }

    private static TestProject Of(string file, string configuration) => new(Path.GetFileNameWithoutExtension(file), Checkout.Assembly(file, configuration));
}
