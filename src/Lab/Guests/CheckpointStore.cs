using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Definitions;
using Lab.Execution;
using Lab.Images;
using Lab.State;

namespace Lab.Guests;

/// <summary>
/// The checkpoints of a home. Each is a folder of its own, whose description is written last: one without it is what a kill left, and is
/// never used. Whoever changes them holds their lab's lock.
/// </summary>
/// <param name="home">Where they are.</param>
public sealed partial class CheckpointStore(LabHome home)
{
    internal const string Description = "checkpoint.json";

    /// <summary>A lab's checkpoints, oldest first; of each name the latest.</summary>
    public IReadOnlyList<Checkpoint> List(string lab) =>
        // Two of a name are there only while the later one takes the earlier one's place.
        [.. Whole(lab).GroupBy(found => found.Name, StringComparer.Ordinal).Select(versions => versions.MaxBy(version => version.Saved)!).OrderBy(found => found.Saved)];

    /// <summary>A lab's checkpoint of a name; null when there is none.</summary>
    public Checkpoint? Find(string lab, string name) => List(lab).FirstOrDefault(found => found.Name == name);

    /// <summary>The labs that have checkpoints, or had.</summary>
    public IEnumerable<string> Labs() => Directory.EnumerateDirectories(home.Checkpoints).Select(folder => Path.GetFileName(folder));

    /// <summary>Removes a lab's checkpoint of a name, once nobody else works on the lab.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="name">The checkpoint.</param>
    /// <param name="progress">Told where it has to wait.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="HostException">A guest's disk rests on it.</exception>
    public async Task<bool> DeleteAsync(string lab, string name, IProgressSink progress, CancellationToken cancellation = default)
    {
        using var guard = await LabInstance.LockAsync(home, lab, progress, cancellation);
        if (Find(lab, name) is not { } checkpoint)
        {
            return false;
        }

        if (await IsUsedAsync(lab, checkpoint.Folder, cancellation))
        {
            throw new HostException($"Checkpoint {name} of lab {lab} can't be deleted: the lab runs on it, or one of its seats does.", $"`lab down {lab}` first, or `lab down {lab} --seats`.");
        }

        Remove(checkpoint.Folder);
        return true;
    }

    /// <summary>Removes a checkpoint's folder. Without its description it is not used any more, whatever happens to the rest.</summary>
    internal static void Remove(string folder)
    {
        File.Delete(Path.Combine(folder, Description));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Makes a checkpoint that a lab still rests on none any more: its files go once it doesn't.</summary>
    internal static void Forget(Checkpoint checkpoint) => File.Delete(Path.Combine(checkpoint.Folder, Description));

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

    /// <summary>Flushes a checkpoint's files, so that they are whole whatever becomes of this host.</summary>
    internal static Task FlushAsync(Checkpoint checkpoint) =>
        Parallel.ForEachAsync(Directory.EnumerateFiles(checkpoint.Folder, "*", SearchOption.AllDirectories), (file, _) =>
        {
            using var written = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(written);
            return ValueTask.CompletedTask;
        });

    /// <summary>Makes a checkpoint, whose files are flushed, one of its name, in place of an older one.</summary>
    /// <returns>The checkpoint, with what it takes on the disk.</returns>
    internal async Task<Checkpoint> CommitAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        checkpoint = checkpoint with { Bytes = await DiskUse.OfAsync(checkpoint.Folder, cancellation) };
        await WholeFile.WriteAsync(Path.Combine(checkpoint.Folder, Description), JsonSerializer.Serialize(checkpoint, CheckpointJson.Default.Checkpoint), cancellation: cancellation);

        // A version that a disk rests on stays as files, and is no checkpoint any more.
        foreach (var older in Whole(checkpoint.Lab).Where(other => other.Name == checkpoint.Name && other.Folder != checkpoint.Folder).ToList())
        {
            Forget(older);
        }

        foreach (var folder in await LeftoversAsync(checkpoint.Lab, cancellation))
        {
            Remove(folder);
        }

        return checkpoint;
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
            return JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, Description)), CheckpointJson.Default.Checkpoint) is { } found ? found with { Folder = folder } : null;
        }
        catch (Exception failure) when (failure is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            // Being written, or from a version of Lab that wrote it otherwise.
            return null;
        }
    }

    /// <summary>Whether a disk of the lab, or of one of its seats, rests on a checkpoint's.</summary>
    internal async Task<bool> IsUsedAsync(string lab, string folder, CancellationToken cancellation)
    {
        var labs = Directory.EnumerateDirectories(home.Labs).Where(other => Path.GetFileName(other) is var name && (name == lab || Seat.IsOf(lab, name)));

        // Deep enough for guests' disks, and not for the thousands of files in repositories.
        var guests = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 };
        foreach (var disk in labs.SelectMany(other => Directory.EnumerateFiles(other, "*.qcow2", guests)))
        {
            if (await RestsOnAsync(disk, folder, cancellation))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<bool> RestsOnAsync(string disk, string folder, CancellationToken cancellation)
    {
        try
        {
            return (await new DiskImage(disk).ChainAsync(cancellation)).Any(image => image.StartsWith(folder + '/', StringComparison.Ordinal));
        }
        catch (HostCommandFailedException) when (!File.Exists(disk))
        {
            // A seat has its own lock, and has just gone down.
            return false;
        }
    }

    [JsonSerializable(typeof(Checkpoint))]
    private sealed partial class CheckpointJson : JsonSerializerContext;
}
