namespace Lab.Building;

/// <summary>The folders of a checkout that builds write to.</summary>
internal static class Checkout
{
    private static readonly string[] _compiled = ["src", "tests", "labs"];

    /// <summary>The file that is locked while anything compiles here; build.sh and build.ps1 lock the same one.</summary>
    public static string LockFile(string root) => Path.Combine(Directory.CreateDirectory(Path.Combine(root, "build", "obj")).FullName, "build.lock");

    /// <summary>The program that a project compiles to. All projects have the pipeline's own target framework.</summary>
    /// <param name="project">The project's file.</param>
    /// <param name="configuration">Which build of it.</param>
    public static string Assembly(string project, string configuration) =>
        Path.Combine(Path.GetDirectoryName(project)!, "bin", configuration, $"net{Environment.Version.ToString(2)}", Path.GetFileNameWithoutExtension(project) + ".dll");

    /// <summary>The program that needs no .NET on its host.</summary>
    public static string Published(string root) => Path.Combine(root, "output", "lab", "lab");

    /// <summary>Deletes what was built. The pipeline's own folder stays: it is running from there.</summary>
    public static void Clean(string root)
    {
        var projects = _compiled
            .Select(folder => Path.Combine(root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Select(project => Path.GetDirectoryName(project)!)
            .ToList();
        foreach (var folder in projects.SelectMany(project => new[] { Path.Combine(project, "bin"), Path.Combine(project, "obj") }).Append(Path.Combine(root, "output")))
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
