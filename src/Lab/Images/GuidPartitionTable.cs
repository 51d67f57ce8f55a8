using System.Buffers.Binary;
using System.Text;

namespace Lab.Images;

/// <summary>A partition of a disk.</summary>
/// <param name="Name">Its name in the table; empty where it has none.</param>
/// <param name="Type">What it is for.</param>
/// <param name="Offset">Where it begins, in bytes from the disk's start.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record DiskPartition(string Name, Guid Type, long Offset, long Length)
{
    /// <summary>The partition of a name.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static DiskPartition Named(string name, IReadOnlyList<DiskPartition> partitions) =>
        partitions.FirstOrDefault(partition => partition.Name == name)
        ?? throw new InvalidDataException($"The disk has no partition named {name}. It has: {string.Join(", ", partitions.Select(partition => partition.Name))}.");
}

/// <summary>
/// Reads a disk's GUID partition table (UEFI specification, section 5.3): the header is the second sector, and the entries
/// stand where it says. Sectors have 512 bytes.
/// </summary>
public static class GuidPartitionTable
{
    /// <summary>As much of a disk's start, in bytes, as holds the table of an ordinary disk: two sectors and 128 entries.</summary>
    public const int Size = SectorSize * 2 + 128 * EntrySize;

    private const int SectorSize = 512;
    private const int EntrySize = 128;
    private const int NameOffset = 56;
    private const int NameLength = 72;

    /// <summary>Reads the table.</summary>
    /// <param name="start">The disk's first <see cref="Size"/> bytes.</param>
    /// <returns>The partitions in the table's order.</returns>
    /// <exception cref="InvalidDataException">There is no table, or it describes what can't be.</exception>
    public static IReadOnlyList<DiskPartition> Parse(ReadOnlySpan<byte> start)
    {
        if (start.Length < Size || !start.Slice(SectorSize, 8).SequenceEqual("EFI PART"u8))
        {
            throw new InvalidDataException("The disk has no GUID partition table: its second sector does not begin with \"EFI PART\".");
        }

        var header = start[SectorSize..];
        var (first, count, size) = (Number(header, 72), BinaryPrimitives.ReadUInt32LittleEndian(header[80..]), BinaryPrimitives.ReadUInt32LittleEndian(header[84..]));
        if (first != 2 || size != EntrySize || count > (Size - 2 * SectorSize) / EntrySize)
        {
            throw new InvalidDataException($"The disk's GUID partition table is of another form than is known here: {count} entries of {size} bytes from sector {first} on, where at most 128 entries of {EntrySize} bytes from sector 2 on were expected.");
        }

        var partitions = new List<DiskPartition>();
        for (var index = 0; index < count; index++)
        {
            var entry = start.Slice(2 * SectorSize + index * EntrySize, EntrySize);
            var type = new Guid(entry[..16]);
            if (type != Guid.Empty)
            {
                partitions.Add(Read(entry, type, index + 1));
            }
        }

        return partitions;
    }

    private static DiskPartition Read(ReadOnlySpan<byte> entry, Guid type, int number)
    {
        var (first, last) = (Number(entry, 32), Number(entry, 40));
        if (first < 1 || last < first || last >= long.MaxValue / SectorSize)
        {
            throw new InvalidDataException($"Partition {number} of the disk can't be: it goes from sector {first} to {last}.");
        }

        var name = Encoding.Unicode.GetString(entry.Slice(NameOffset, NameLength));
        return new DiskPartition(name.Split('\0')[0], type, first * SectorSize, (last - first + 1) * SectorSize);
    }

    private static long Number(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt64LittleEndian(bytes[offset..]);
}
