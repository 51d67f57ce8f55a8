using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Lab.Execution;
using Lab.State;

namespace Lab.Images;

/// <summary>A file is not a box that can be taken. Nothing was changed.</summary>
/// <param name="file">The file.</param>
/// <param name="message">What is wrong with it, as a clause.</param>
/// <param name="remedy">What to do about it.</param>
/// <param name="inner">The cause, if it was an exception.</param>
public sealed class BoxException(string file, string message, string? remedy = null, Exception? inner = null)
    : LabException(FailureKind.Definition, $"{file}: {message}.", remedy, inner);

/// <summary>A disk that was taken out of a box.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="File">The file that it is in now.</param>
/// <param name="Digest">The file's SHA-256.</param>
internal sealed record BoxDisk(string Name, string File, string Digest);

/// <summary>A box for vagrant-libvirt: a tar archive, packed with gzip, of metadata.json, a Vagrantfile and disks.</summary>
/// <param name="path">The file.</param>
public sealed class BoxFile(string path)
{
    // Room for a long list of disks; one that is larger is not read into memory.
    private const int LargestMetadata = 1 << 20;

    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Writes a box of version 1, for its owner's use.</summary>
    /// <param name="disk">Its disk: a qcow2 image that rests on no other.</param>
    /// <param name="vagrantfile">The Vagrantfile that the box brings.</param>
    /// <param name="activity">Told how far it is.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    internal async Task WriteAsync(string disk, string vagrantfile, IActivity activity, CancellationToken cancellation)
    {
        var size = await new DiskImage(disk).SizeAsync(cancellation);
        await WholeFile.MakeAsync(path, async partial =>
        {
            await using var file = new FileStream(partial, FileMode.Create, FileAccess.Write);
            await using var packed = new GZipStream(file, CompressionLevel.Fastest);
            await using var tar = new TarWriter(packed, TarEntryFormat.Gnu);
            await AddAsync(tar, BoxMetadata.FileName, new MemoryStream(Encoding.UTF8.GetBytes(BoxMetadata.Version1((size.Bytes + (1L << 30) - 1) >> 30))), cancellation);
            await AddAsync(tar, "Vagrantfile", new MemoryStream(Encoding.UTF8.GetBytes(vagrantfile)), cancellation);
            await using var source = File.OpenRead(disk);
            var packing = AddAsync(tar, BoxMetadata.FirstDisk, source, cancellation);
            while (await Task.WhenAny(packing, Task.Delay(ReportEvery, CancellationToken.None)) != packing)
            {
                activity.Report($"packing, {source.Position / 1_000_000} MB", (double)source.Position / source.Length);
            }

            await packing;
        });
    }

    /// <summary>Takes a box's disks out of it.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="activity">Told how far it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The disks, the one that boots first.</returns>
    /// <exception cref="BoxException">It is no box for libvirt, or cut off.</exception>
    internal async Task<IReadOnlyList<BoxDisk>> UnpackAsync(string folder, IActivity activity, CancellationToken cancellation)
    {
        try
        {
            activity.Report("looking through it");
            var metadata = await ReadMetadataAsync(cancellation);
            var found = new Dictionary<string, BoxDisk>(StringComparer.Ordinal);
            await EachAsync(
                async (name, entry) =>
                {
                    if (metadata.Disks.Contains(name, StringComparer.Ordinal))
                    {
                        var file = Path.Combine(folder, $"disk-{found.Count}");
                        await using var copy = new FileStream(file, FileMode.Create, FileAccess.Write);
                        found[name] = new BoxDisk(name, file, await ImageStore.CopyAsync(ContentOf(entry), copy, "sha256", entry.Length, activity, cancellation));
                    }
                },
                cancellation);
            return metadata.Disks.FirstOrDefault(disk => !found.ContainsKey(disk)) is { } missing
                ? throw new BoxException(path, $"it has no {missing}, which its {BoxMetadata.FileName} promises", "It was packed wrongly: ask its maker, or `vagrant package` it again.")
                : [.. metadata.Disks.Select(disk => found[disk])];
        }
        catch (Exception failure) when (failure is EndOfStreamException or InvalidDataException or FormatException)
        {
            throw await IsPackedAsync(cancellation)
                ? new BoxException(path, $"it is damaged or cut off: {failure.Message.TrimEnd('.')}", "Fetch it again, and compare its checksum.", failure)
                : new BoxException(path, "it is not packed with gzip, as boxes are", "A box is `tar cvzf x.box metadata.json Vagrantfile box.img`. A disk image needs no box: a guest's `image` names it.", failure);
        }
    }

    private async Task<BoxMetadata> ReadMetadataAsync(CancellationToken cancellation)
    {
        string? json = null;
        await EachAsync(
            async (name, entry) =>
            {
                if (name == BoxMetadata.FileName)
                {
                    using var reader = new StreamReader(entry.Length <= LargestMetadata ? ContentOf(entry) : throw new BoxException(path, $"its {BoxMetadata.FileName} has {entry.Length} bytes, which is none"));
                    json = await reader.ReadToEndAsync(cancellation);
                }
            },
            cancellation);
        return json is null ? throw new BoxException(path, $"it has no {BoxMetadata.FileName}, so it is no box", "A box is `tar cvzf x.box metadata.json Vagrantfile box.img`.") : BoxMetadata.Parse(json, path);
    }

    // Every entry's name is looked at, whether it is of use or not: a box that tries to lead out of itself is none to trust.
    private async Task EachAsync(Func<string, TarEntry, Task> take, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        await using var tar = new TarReader(unpacked);
        while (await tar.GetNextEntryAsync(cancellationToken: cancellation) is { } entry)
        {
            if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            await take(BoxMetadata.Plain(entry.Name, path), entry);
        }

        // What follows the archive's end is read too: only then does gzip compare its checksum.
        await unpacked.CopyToAsync(Stream.Null, cancellation);
    }

    private Stream ContentOf(TarEntry entry) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile
            ? entry.DataStream ?? Stream.Null
            : throw new BoxException(path, $"its {entry.Name} is no file but a {entry.EntryType}", "It was packed wrongly: its disks and its metadata are files.");

    private async Task<bool> IsPackedAsync(CancellationToken cancellation)
    {
        var head = new byte[2];
        await using var file = File.OpenRead(path);
        return await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) == 2 && head is [0x1f, 0x8b];
    }

    private static Task AddAsync(TarWriter tar, string name, Stream content, CancellationToken cancellation) =>
        tar.WriteEntryAsync(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead }, cancellation);
}
