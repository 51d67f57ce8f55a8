namespace Lab.Trees;

/// <summary>A folder for one piece of work's intermediate files, gone with it.</summary>
internal sealed class Workshop : IDisposable
{
    /// <summary>What such folders are called, so that those of a killed process can be found.</summary>
    public const string Pattern = "work-*";

    private readonly string _folder;

    public Workshop(string parent, UnixFileMode? mode = null)
    {
        _folder = Path.Combine(parent, $"work-{Environment.ProcessId}");
        if (mode is { } permissions)
        {
            Directory.CreateDirectory(_folder, permissions);
        }
        else
        {
            Directory.CreateDirectory(_folder);
        }
    }

    public string Folder => _folder;

    /// <summary>Deletes what killed processes left. To be called under the lock of those who work there.</summary>
    public static void Sweep(string parent)
    {
        foreach (var litter in Directory.EnumerateDirectories(parent, Pattern))
        {
            Directory.Delete(litter, recursive: true);
        }
    }

    public string File(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
