using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using LibvirtSharp.Native;

namespace LibvirtSharp;

/// <summary>
/// A console as a stream. The native stream is non-blocking and served by the event loop: a blocking read inside libvirt holds the
/// stream's lock, so that nobody could abort it.
/// </summary>
internal sealed class ConsoleStream : Stream
{
    private const int Readable = 1;
    private const int Writable = 2;
    private const int ErrorOrHangup = 4 | 8;
    private const int WouldBlock = -2;

    private readonly StreamHandle _stream;
    private readonly Channel<byte[]> _received = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly GCHandle<ConsoleStream> _opaque;
    private readonly Lazy<Task> _disposal;
    private ReadOnlyMemory<byte> _unread;
    private volatile bool _ended;
    private TaskCompletionSource _writable = new();

    public unsafe ConsoleStream(StreamHandle stream)
    {
        _stream = stream;
        _disposal = new(AbortAsync);
        _opaque = new(this);
        if (NativeMethods.virStreamEventAddCallback(stream, Readable, &OnEvent, GCHandle<ConsoleStream>.ToIntPtr(_opaque), 0) < 0)
        {
            var failure = LibvirtException.Last();
            _opaque.Dispose();
            _ = NativeMethods.virStreamAbort(stream);
            throw failure;
        }
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (_unread.IsEmpty)
        {
            if (_received.Reader.TryRead(out var received))
            {
                _unread = received;
            }
            else if (!await _received.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _unread.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            // Made anew before the try, so that a wake-up between the two is not lost.
            var writable = _writable = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var sent = await BlockingCall.RunAsync(() => Send(buffer.Span), cancellationToken);
            if (sent == WouldBlock)
            {
                await writable.Task.WaitAsync(cancellationToken);
                continue;
            }

            buffer = buffer[sent..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _disposal.Value;
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposal.Value.GetAwaiter().GetResult();
        }

        base.Dispose(disposing);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnEvent(nint stream, int events, nint opaque) => GCHandle<ConsoleStream>.FromIntPtr(opaque).Target.Serve(events);

    // On the event loop's thread. A non-blocking stream is made to be read here: this takes what has arrived and asks nobody.
    // After an error or a hang-up there may be no further call, so what is left has to be taken at once.
    private void Serve(int events)
    {
        if ((events & Writable) != 0)
        {
            _ = NativeMethods.virStreamEventUpdateCallback(_stream, Readable);
            _writable.TrySetResult();
        }

        var last = (events & ErrorOrHangup) != 0;
        Span<byte> buffer = stackalloc byte[4096];
        int count;
        do
        {
            count = NativeMethods.virStreamRecv(_stream, buffer, (nuint)buffer.Length);
            if (count > 0)
            {
                _received.Writer.TryWrite(buffer[..count].ToArray());
            }
        }
        while (last && count > 0);

        if (last || count is 0 or -1)
        {
            // The event is a state, not an edge: it would be told again and again.
            _ = NativeMethods.virStreamEventRemoveCallback(_stream);
            End();
        }
    }

    private void End()
    {
        _ended = true;
        _received.Writer.TryComplete();
        _writable.TrySetResult();
    }

    private int Send(ReadOnlySpan<byte> data)
    {
        // Not left to libvirt: libvirtd 11.3 crashes on data for a stream that it has ended.
        if (_ended)
        {
            throw Ended(null);
        }

        var sent = NativeMethods.virStreamSend(_stream, data, (nuint)data.Length);
        var failed = sent == WouldBlock ? NativeMethods.virStreamEventUpdateCallback(_stream, Readable | Writable) < 0 : sent < 0;
        return failed ? throw Ended(LibvirtException.Last()) : sent;
    }

    private static IOException Ended(LibvirtException? cause) =>
        new("The console has ended and takes no more input: its domain stopped, another took it over, or the daemon went away.", cause);

    private async Task AbortAsync()
    {
        await BlockingCall.RunAsync(
            () =>
            {
                // Both complain about a stream that has ended already, which is all that is wanted.
                _ = NativeMethods.virStreamEventRemoveCallback(_stream);
                _ = NativeMethods.virStreamAbort(_stream);
            },
            CancellationToken.None);
        await EventLoop.SettleAsync();
        _opaque.Dispose();
        End();
        await BlockingCall.RunAsync(_stream.Dispose, CancellationToken.None);
    }
}
