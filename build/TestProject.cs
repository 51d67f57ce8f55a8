using Lab.Definitions;
using Pipeline;

namespace Lab.Building;

/// <summary>A compiled test project.</summary>
/// <param name="Name">Its name, as --project takes it.</param>
/// <param name="Assembly">The program that runs its tests.</param>
/// <param name="Labs">The folders of labs beside it, which are the categories of their tests.</param>
internal sealed record TestProject(string Name, string Assembly, IReadOnlyList<string> Labs)
{
    // They come last, so that a quick failure is seen soon.
    private static readonly string[] _last = ["Lab.EndToEnd", "Labs"];

    // Their tests take longest by far. They come first, so that neither is left to run alone at the end.
    private static readonly string[] _longest = ["rollback", "faults"];

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

    /// <summary>All of it.</summary>
    public TestPart Whole => new(this, Name, []);

    /// <summary>What of it can be run apart: each lab's tests, and those of none. A project without labs is whole.</summary>
    public IReadOnlyList<TestPart> Parts =>
        Labs.Count == 0 ? [Whole]
        : [.. Labs.Select(lab => new TestPart(this, $"{Name}.{lab}", [$"TestCategory={lab}"])), new TestPart(this, $"{Name}.others", [.. Labs.Select(lab => $"TestCategory!={lab}")])];

    private static TestProject Of(string file, string configuration) => new(
        Path.GetFileNameWithoutExtension(file),
        Checkout.Assembly(file, configuration),
        [.. Directory.EnumerateDirectories(Path.GetDirectoryName(file)!).Where(folder => File.Exists(Path.Combine(folder, LabDefinition.FileName)))
            .Select(folder => Path.GetFileName(folder)).OrderBy(lab => !_longest.Contains(lab, StringComparer.Ordinal)).ThenBy(lab => lab, StringComparer.Ordinal)]);
}

/// <summary>Some tests of a project, which one program runs.</summary>
/// <param name="Project">The project.</param>
/// <param name="Name">What it is called in the log and its result file.</param>
/// <param name="Conditions">Which tests these are, in VSTest's filter language: all must hold.</param>
internal sealed record TestPart(TestProject Project, string Name, IReadOnlyList<string> Conditions);
