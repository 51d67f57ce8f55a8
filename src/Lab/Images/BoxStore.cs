using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Definitions;
using Lab.Execution;
using Lab.State;
using Lab.Trees;

namespace Lab.Images;

/// <summary>A box that was imported.</summary>
/// <param name="Name">The name by which labs have it, behind <c>box:</c>.</param>
/// <param name="Source">The file that it was.</param>
/// <param name="Imported">When it was taken.</param>
/// <param name="Disks">The digests of its disks, the one that boots first.</param>
public sealed record ImportedBox(string Name, string Source, DateTimeOffset Imported, IReadOnlyList<string> Disks);

/// <summary>The boxes of a home: a note for each, whose disks are kept among the images and, unlike those of others, until the box is deleted.</summary>
/// <param name="home">Where they are.</param>
public sealed partial class BoxStore(LabHome home)
{
    private const string Extension = ".json";

    /// <summary>All, by name.</summary>
    public IReadOnlyList<ImportedBox> List() =>
        [.. Directory.EnumerateFiles(home.Boxes, "*" + Extension).Order(StringComparer.Ordinal).Select(Read).OfType<ImportedBox>()];

    /// <summary>The one of a name; null when there is none.</summary>
    public ImportedBox? Find(string name) => File.Exists(FileOf(name)) ? Read(FileOf(name)) : null;

    /// <summary>Takes a box in, in place of an older one of its name.</summary>
    /// <param name="file">The box.</param>
    /// <param name="name">What labs are to call it.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up; the older one stays.</param>
    /// <exception cref="BoxException">It is no box that can be taken.</exception>
    /// <exception cref="DefinitionException">A disk in it is none that a guest can begin on.</exception>
    public async Task<ImportedBox> ImportAsync(string file, string name, IProgressSink progress, TimeProvider time, CancellationToken cancellation = default)
    {
        using var guard = await LockAsync(home, progress, cancellation);
        Workshop.Sweep(home.Boxes);
        using var workshop = new Workshop(home.Boxes);
        IReadOnlyList<BoxDisk> disks;
        using (var activity = progress.Begin($"unpack {Path.GetFileName(file)}"))
        {
            disks = await new BoxFile(file).UnpackAsync(workshop.Folder, activity, cancellation);
            activity.Done($"{disks.Count} {(disks.Count == 1 ? "disk" : "disks")}");
        }

        var store = new ImageStore(home, progress);
        var digests = new List<string>();
        foreach (var disk in disks)
        {
            // Only the first must boot.
            var digest = ImageStore.DigestOf(new ImageChecksum("sha256", disk.Digest), format: null);
            await store.ImportAsync(disk.File, disk.Name, digest, format: null, SourceLocation.Whole(file), boots: digests.Count == 0, cancellation);
            digests.Add(digest);
        }

        var box = new ImportedBox(name, Path.GetFileName(file), time.GetUtcNow(), digests);
        await WholeFile.WriteAsync(FileOf(name), JsonSerializer.Serialize(box, BoxJson.Default.ImportedBox), cancellation: cancellation);
        return box;
    }

    /// <summary>Forgets a box. Its disks go with the next <c>lab gc</c>, once no guest rests on them.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Delete(string name)
    {
        var found = File.Exists(FileOf(name));
        File.Delete(FileOf(name));
        return found;
    }

    /// <summary>Keeps others, and <c>lab gc</c>, from the disks of a box that is being made or taken.</summary>
    internal static Task<FileLock> LockAsync(LabHome home, IProgressSink progress, CancellationToken cancellation) =>
        FileLock.TakeAsync(home.BoxLock, () => progress.Begin("wait for another lab process that makes or takes a box").Done(), cancellation);

    private string FileOf(string name) => Path.Combine(home.Boxes, name + Extension);

    private static ImportedBox? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), BoxJson.Default.ImportedBox);
        }
        catch (Exception failure) when (failure is JsonException or FileNotFoundException)
        {
            // Just deleted, or from a version of Lab that wrote it otherwise.
            return null;
        }
    }

    [JsonSerializable(typeof(ImportedBox))]
    private sealed partial class BoxJson : JsonSerializerContext;
}
