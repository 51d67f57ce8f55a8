using Lab.Execution;

namespace Lab.Images;

/// <summary>Deleted files stay in a file system's free blocks until something else is written there. This takes them out of a disk that is to be given away.</summary>
internal static class FreeSpace
{
    // ext2, 3 and 4 (ext4's documentation, "The Super Block"): s_magic, 0x38 into the superblock, which lies 1024 bytes in.
    private const int MagicOffset = 1024 + 0x38;
    private const ushort Magic = 0xef53;

    /// <summary>Discards the free blocks of every ext4 file system on a GPT disk. Other file systems and partition tables are left as they are.</summary>
    /// <param name="disk">The disk, raw.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostCommandFailedException">A file system is damaged.</exception>
    public static async Task DiscardAsync(string disk, CancellationToken cancellation)
    {
        foreach (var partition in await PartitionsAsync(disk, cancellation))
        {
            if (await IsExt4Async(disk, partition.Offset, cancellation))
            {
                // e2fsck(8): 1 says that it corrected something, a count after a hard stop say.
                var check = new Command("e2fsck", "-f", "-y", "-E", "discard", $"{disk}?offset={partition.Offset}");
                if (await check.RunAsync(cancellation) is { ExitCode: > 1 } failed)
                {
                    throw new HostCommandFailedException(check, failed);
                }
            }
        }
    }

    private static async Task<IReadOnlyList<DiskPartition>> PartitionsAsync(string disk, CancellationToken cancellation)
    {
        var head = new byte[GuidPartitionTable.Size];
        await using var file = File.OpenRead(disk);
        head = head[..await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation)];
        try
        {
            return GuidPartitionTable.Parse(head);
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private static async Task<bool> IsExt4Async(string disk, long offset, CancellationToken cancellation)
    {
        var magic = new byte[2];
        await using var file = File.OpenRead(disk);
        file.Position = offset + MagicOffset;
        return await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellation) == 2 && BitConverter.ToUInt16(magic) == Magic;
    }
}
