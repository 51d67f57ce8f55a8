using System.Text;

namespace Lab.State;

/// <summary>Files that appear whole or not at all, whatever happens to the process: written beside their place, flushed, renamed.</summary>
public static class WholeFile
{
    /// <summary>The ending of a file that is still being written. Whatever carries it when no lock is held is litter.</summary>
    public const string Partial = ".partial";

    /// <summary>Writes text (UTF-8, no byte order mark).</summary>
    /// <param name="path">The file; replaced where it is there.</param>
    /// <param name="text">All of its text.</param>
    /// <param name="mode">Its permissions; by default the process's own.</param>
    /// <param name="cancellation">Stops before the rename; the old file stays.</param>
    public static Task WriteAsync(string path, string text, UnixFileMode? mode = null, CancellationToken cancellation = default) =>
        MakeAsync(path, async partial =>
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
            if (mode is { } permissions)
            {
                options.UnixCreateMode = permissions;
            }

            await using var file = new FileStream(partial, options);
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
        });

    /// <summary>Lets <paramref name="make"/> write the file under another name, flushes it to the disk and gives it its own.</summary>
    /// <param name="path">The file; replaced where it is there.</param>
    /// <param name="make">Writes the file at the path it is given.</param>
    public static async Task MakeAsync(string path, Func<string, Task> make)
    {
        var partial = $"{path}.{Environment.ProcessId}{Partial}";
        try
        {
            await make(partial);
            using (var written = File.OpenHandle(partial, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(written);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
