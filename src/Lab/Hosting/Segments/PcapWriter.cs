using System.Buffers.Binary;

namespace Lab.Hosting;

/// <summary>Writes frames as tcpdump and Wireshark read them: pcap-savefile(5), Ethernet, times in microseconds.</summary>
internal sealed class PcapWriter
{
    private const uint Magic = 0xa1b2c3d4;
    private const int SnapshotLength = 262_144;
    private const int Ethernet = 1;

    private readonly Stream _stream;

    /// <summary>Writes the file's header.</summary>
    public PcapWriter(Stream stream)
    {
        _stream = stream;
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], SnapshotLength);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], Ethernet);
        stream.Write(header);
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="at">When it was seen.</param>
    /// <param name="frame">The frame, without its check sequence.</param>
    public void Write(DateTimeOffset at, ReadOnlySpan<byte> frame)
    {
        Span<byte> header = stackalloc byte[16];
        var sinceEpoch = at - DateTimeOffset.UnixEpoch;
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(sinceEpoch.Ticks / TimeSpan.TicksPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)(sinceEpoch.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], frame.Length);
        _stream.Write(header);
        _stream.Write(frame);
    }
}
