namespace Lab.Trees;

/// <summary>A folder for one composition's intermediate files, gone with it.</summary>
internal sealed class Workshop : IDisposable
{
    /// <summary>What such folders are called, so that those of a killed process can be found.</summary>
    public const string Pattern = "work-*";

    private readonly string _folder;

    public Workshop(string parent)
    {
        _folder = Path.Combine(parent, $"work-{Environment.ProcessId}");
        Directory.CreateDirectory(_folder);
    }

    public string File(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
