using System.Buffers.Binary;
using System.Threading.Channels;

namespace Lab.Hosting;

/// <summary>
/// What is sent on a segment, copied as tcpdump and Wireshark read it: pcap-savefile(5), Ethernet, times in microseconds. A reader that is slow or gone costs
/// frames of the capture, never of the segment.
/// </summary>
public sealed class SegmentCapture : IAsyncDisposable
{
    private const uint Magic = 0xa1b2c3d4;
    private const int SnapshotLength = 262_144;
    private const int Ethernet = 1;
    private const int MostWaiting = 4096;

    private static readonly TimeSpan LastWrites = TimeSpan.FromSeconds(1);

    private readonly Channel<(DateTimeOffset At, byte[] Frame)> _frames = Channel.CreateBounded<(DateTimeOffset, byte[])>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _end = new();
    private readonly Action<SegmentCapture> _ended;
    private readonly Stream _stream;
    private readonly Task _work;

    internal SegmentCapture(Stream stream, Action<SegmentCapture> ended)
    {
        (_stream, _ended) = (stream, ended);
        _work = WriteAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _ended(this);
        _frames.Writer.TryComplete();
        _end.CancelAfter(LastWrites);
        await _work;
        _end.Dispose();
    }

    /// <summary>Takes a frame, without its check sequence.</summary>
    internal void Take(DateTimeOffset at, ReadOnlySpan<byte> frame) => _frames.Writer.TryWrite((at, frame.ToArray()));

    private async Task WriteAsync()
    {
        try
        {
            await _stream.WriteAsync(FileHeader(), _end.Token);
            await foreach (var (at, frame) in _frames.Reader.ReadAllAsync(_end.Token))
            {
                await _stream.WriteAsync(FrameHeader(at, frame.Length), _end.Token);
                await _stream.WriteAsync(frame, _end.Token);
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody reads it any more.
            _frames.Writer.TryComplete();
        }
    }

    private static byte[] FileHeader()
    {
        var header = new byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), SnapshotLength);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), Ethernet);
        return header;
    }

    private static byte[] FrameHeader(DateTimeOffset at, int length)
    {
        var header = new byte[16];
        var sinceEpoch = at - DateTimeOffset.UnixEpoch;
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)(sinceEpoch.Ticks / TimeSpan.TicksPerSecond));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), (uint)(sinceEpoch.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), length);
        return header;
    }
}
