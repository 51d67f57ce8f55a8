using System.Globalization;
using System.Text.Json;
using Lab.Images;
using Lab.State;

namespace Lab.Guests;

/// <summary>
/// The checkpoints of a home. Each is a folder of its own, whose description is written last: one without it is what a kill left, and is
/// never used. Whoever changes them holds their lab's lock.
/// </summary>
/// <param name="home">Where they are.</param>
public sealed class CheckpointStore(LabHome home)
{
    private const string Description = "checkpoint.json";

    /// <summary>A lab's checkpoints, oldest first; of each name the latest.</summary>
    public IReadOnlyList<Checkpoint> List(string lab) =>
        [.. Whole(lab).GroupBy(found => found.Name, StringComparer.Ordinal).Select(versions => versions.MaxBy(version => version.Saved)!).OrderBy(found => found.Saved)];

    /// <summary>A lab's checkpoint of a name; null when there is none.</summary>
    public Checkpoint? Find(string lab, string name) => List(lab).FirstOrDefault(found => found.Name == name);

    /// <summary>The labs that have checkpoints, or had.</summary>
    public IEnumerable<string> Labs() => Directory.EnumerateDirectories(home.Checkpoints).Select(folder => Path.GetFileName(folder));

    /// <summary>Removes a checkpoint.</summary>
    /// <exception cref="HostException">A guest's disk rests on it.</exception>
    public async Task DeleteAsync(Checkpoint checkpoint, CancellationToken cancellation = default)
    {
        if (await IsUsedAsync(checkpoint.Lab, checkpoint.Folder, cancellation))
        {
            throw new HostException($"Checkpoint {checkpoint.Name} of lab {checkpoint.Lab} can't be deleted: the lab runs on it.", $"`lab down {checkpoint.Lab}` first.");
        }

        // Without its description it is not used any more, whatever happens to the rest.
        File.Delete(Path.Combine(checkpoint.Folder, Description));
        Directory.Delete(checkpoint.Folder, recursive: true);
    }

    /// <summary>Folders that no checkpoint needs: half-written ones, and older versions that no disk rests on.</summary>
    public async Task<IReadOnlyList<string>> LeftoversAsync(string lab, CancellationToken cancellation = default)
    {
        var kept = List(lab).Select(checkpoint => checkpoint.Folder).ToHashSet(StringComparer.Ordinal);
        var leftovers = new List<string>();
        foreach (var folder in Folders(lab).Where(folder => !kept.Contains(folder)))
        {
            if (!await IsUsedAsync(lab, folder, cancellation))
            {
                leftovers.Add(folder);
            }
        }

        return leftovers;
    }

    /// <summary>A new folder for a checkpoint's files.</summary>
    internal Checkpoint Begin(Checkpoint checkpoint)
    {
        var folder = Path.Combine(home.Checkpoints, checkpoint.Lab, string.Create(CultureInfo.InvariantCulture, $"{checkpoint.Name}@{checkpoint.Saved:yyyyMMdd'T'HHmmss.fff}"));
        Directory.CreateDirectory(folder);
        return checkpoint with { Folder = folder };
    }

    /// <summary>Flushes a checkpoint's files and makes it one, in place of an older one of its name.</summary>
    internal async Task CommitAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        await Parallel.ForEachAsync(Directory.EnumerateFiles(checkpoint.Folder), cancellation, (file, _) =>
        {
            using var written = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(written);
            return ValueTask.CompletedTask;
        });
        await WholeFile.WriteAsync(Path.Combine(checkpoint.Folder, Description), JsonSerializer.Serialize(checkpoint), cancellation: cancellation);
        foreach (var folder in await LeftoversAsync(checkpoint.Lab, cancellation))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private IEnumerable<Checkpoint> Whole(string lab)
    {
        foreach (var folder in Folders(lab))
        {
            if (Read(folder) is { } checkpoint)
            {
                yield return checkpoint;
            }
        }
    }

    private IReadOnlyList<string> Folders(string lab)
    {
        var folder = Path.Combine(home.Checkpoints, lab);
        return Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)] : [];
    }

    private static Checkpoint? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<Checkpoint>(File.ReadAllText(Path.Combine(folder, Description))) is { } found ? found with { Folder = folder } : null;
        }
        catch (Exception failure) when (failure is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            // Being written, or from a version of Lab that wrote it otherwise.
            return null;
        }
    }

    /// <summary>Whether a disk of the lab rests on a checkpoint's.</summary>
    internal async Task<bool> IsUsedAsync(string lab, string folder, CancellationToken cancellation)
    {
        var disks = GuestPlan.LabFolder(home, lab);
        foreach (var disk in Directory.Exists(disks) ? Directory.EnumerateFiles(disks, "*.qcow2", SearchOption.AllDirectories) : [])
        {
            if ((await new DiskImage(disk).ChainAsync(cancellation)).Any(image => image.StartsWith(folder + '/', StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }
}
