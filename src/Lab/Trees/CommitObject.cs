using System.Buffers.Binary;

namespace Lab.Trees;

/// <summary>
/// A commit as OSTree stores it (<c>OSTREE_COMMIT_GVARIANT_FORMAT</c> in its ostree-core.h): a GVariant tuple <c>(a{sv}aya(say)sstayay)</c> of metadata,
/// parent, related objects, subject, body, timestamp, and the checksums of its tree. Read here, since to start the program takes longer than all else
/// that is asked when nothing has changed.
/// </summary>
internal static class CommitObject
{
    // The tuple's parts of no fixed length, but for the last, each have their end at the end of the whole, the first part's last (the GVariant
    // specification, "Framing Offsets"). The fifth is the body.
    private const int Body = 5;

    /// <summary>When it was made; whole seconds.</summary>
    /// <exception cref="HostException">These bytes are no commit.</exception>
    public static DateTimeOffset Timestamp(ReadOnlySpan<byte> commit)
    {
        var width = commit.Length <= byte.MaxValue ? 1 : commit.Length <= ushort.MaxValue ? 2 : 4;
        if (commit.Length < Body * width)
        {
            throw Damaged();
        }

        var end = commit.Slice(commit.Length - (Body * width), width);
        var body = width switch
        {
            1 => end[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(end),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(end),
        };

        // A number of eight bytes stands at a multiple of eight. OSTree writes it big-endian.
        var at = (body + 7L) & ~7L;
        var seconds = at + sizeof(ulong) <= commit.Length ? BinaryPrimitives.ReadUInt64BigEndian(commit[(int)at..]) : ulong.MaxValue;
        return seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : throw Damaged();
    }

    private static HostException Damaged() => new("A commit is damaged: it has no timestamp.", "`ostree fsck` says which. Remove that repository; it is made again.");
}
