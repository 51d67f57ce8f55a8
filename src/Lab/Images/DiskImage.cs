using System.Globalization;
using System.Text.Json;
using Lab.Definitions;
using Lab.Execution;
using Lab.State;

namespace Lab.Images;

/// <summary>
/// A qcow2 disk, with all that it rests on, read and written by QEMU's own tools: they know the chain of overlays, and their locks keep them
/// away from a disk that a machine has open. Needs neither a mount nor privileges.
/// </summary>
/// <param name="file">The topmost overlay.</param>
public sealed class DiskImage(string file)
{
    /// <summary>Makes an empty overlay, which holds what is written from then on, over a disk that nobody writes any more.</summary>
    /// <param name="below">The disk that it rests on.</param>
    /// <param name="overlay">The overlay; replaced where it is there.</param>
    /// <param name="size">Its size, where it is to be larger than what it rests on.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="HostCommandFailedException">qemu-img failed.</exception>
    public static Task OverlayAsync(string below, string overlay, ByteSize? size = null, CancellationToken cancellation = default)
    {
        string[] bytes = size is { } larger ? [larger.Bytes.ToString(CultureInfo.InvariantCulture)] : [];
        return WholeFile.MakeAsync(overlay, partial => new Command("qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", below, partial, .. bytes]).SucceedAsync(cancellation));
    }

    /// <summary>Its size in a guest's eyes.</summary>
    /// <exception cref="HostCommandFailedException">It is no qcow2 image.</exception>
    public async Task<ByteSize> SizeAsync(CancellationToken cancellation = default) =>
        ImageInfo.Parse(await new Command("qemu-img", "info", "-U", "-f", "qcow2", "--output=json", file).SucceedAsync(cancellation)).Size;

    /// <summary>The images that it rests on, itself first, by absolute path.</summary>
    /// <exception cref="HostCommandFailedException">A file of the chain is gone, or is no image.</exception>
    public async Task<IReadOnlyList<string>> ChainAsync(CancellationToken cancellation = default)
    {
        // qemu-img(1), info. -U, because a running guest holds its own.
        using var chain = JsonDocument.Parse(await new Command("qemu-img", "info", "-U", "--backing-chain", "--output=json", file).SucceedAsync(cancellation));
        return [.. chain.RootElement.EnumerateArray().Select(image => Path.GetFullPath(image.GetProperty("filename").GetString()!))];
    }

    /// <summary>Copies it, with every overlay between it and the lowest disk folded into one, so that the copy needs that disk only. No machine may have it open.</summary>
    /// <param name="copy">The copy; replaced where it is there.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostCommandFailedException">It can't be read, or the copy can't be written.</exception>
    public async Task FoldAsync(string copy, CancellationToken cancellation = default)
    {
        var chain = await ChainAsync(cancellation);
        await new Command("cp", "--reflink=auto", "--sparse=always", "--", file, copy).SucceedAsync(cancellation);
        if (chain.Count > 2)
        {
            // qemu-img(1), rebase: compares what it leaves out with what lies below and takes over what differs.
            await new Command("qemu-img", "rebase", "-q", "-f", "qcow2", "-F", "qcow2", "-b", chain[^1], copy).SucceedAsync(cancellation);
        }
    }

    /// <summary>Its partitions.</summary>
    /// <param name="work">A folder for what is read on the way.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">It has no partition table.</exception>
    /// <exception cref="HostCommandFailedException">It can't be read; a machine has it open, or a file of its chain is gone.</exception>
    public async Task<IReadOnlyList<DiskPartition>> PartitionsAsync(string work, CancellationToken cancellation = default) =>
        GuidPartitionTable.Parse(await ReadAsync(0, GuidPartitionTable.Size, work, cancellation));

    /// <summary>Copies a part of it into a sparse file that only its owner reads.</summary>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="destination">The file; replaced where it is there.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostCommandFailedException">It can't be read.</exception>
    public async Task CopyAsync(long offset, long length, string destination, CancellationToken cancellation = default)
    {
        await using (var copy = new FileStream(destination, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            copy.SetLength(length);
        }

        // qemu-img(1), convert: what is not allocated in the chain is not written, so that the copy is as small as its contents.
        var source = $"driver=raw,offset={offset},size={length},file.driver=qcow2,file.file.driver=file,file.file.filename={file.Replace(",", ",,", StringComparison.Ordinal)}";
        await new Command("qemu-img", "convert", "--image-opts", "-n", "--target-is-zero", "-O", "raw", source, destination).SucceedAsync(cancellation);
    }

    /// <summary>Reads a part of it.</summary>
    /// <param name="offset">Where the part begins, in bytes.</param>
    /// <param name="length">Its length in bytes, a multiple of 512.</param>
    /// <param name="work">A folder for what is read on the way.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostCommandFailedException">It can't be read.</exception>
    public async Task<byte[]> ReadAsync(long offset, int length, string work, CancellationToken cancellation = default)
    {
        var part = Path.Combine(work, "part.raw");
        await CopyAsync(offset, length, part, cancellation);
        return await File.ReadAllBytesAsync(part, cancellation);
    }

    /// <summary>Overwrites a part of it, in its topmost overlay only.</summary>
    /// <param name="offset">Where the part begins, in bytes, a multiple of 512.</param>
    /// <param name="bytes">What to write, a multiple of 512 bytes.</param>
    /// <param name="work">A folder for what is written on the way.</param>
    /// <param name="cancellation">Gives up before the write.</param>
    /// <exception cref="HostCommandFailedException">It can't be written; a machine has it open.</exception>
    public async Task WriteAsync(long offset, ReadOnlyMemory<byte> bytes, string work, CancellationToken cancellation = default)
    {
        const string part = "part.raw";
        await File.WriteAllBytesAsync(Path.Combine(work, part), bytes, cancellation);

        // The command's words are split at spaces, so that no path may stand in it.
        await new Command("qemu-io", "-f", "qcow2", "-c", $"write -s {part} {offset} {bytes.Length}", Path.GetFullPath(file)).In(work).SucceedAsync(cancellation);
    }
}
