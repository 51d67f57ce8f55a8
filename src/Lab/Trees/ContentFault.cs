using Microsoft.AspNetCore.Http;

namespace Lab.Trees;

/// <summary>What can be wrong with a server of updates.</summary>
public abstract record ContentFault
{
    private ContentFault()
    {
    }

    internal abstract void Spoil(HttpContext context);

    /// <summary>It sends little at a time.</summary>
    /// <param name="BytesPerSecond">How much.</param>
    public sealed record Slow(int BytesPerSecond) : ContentFault
    {
        internal override void Spoil(HttpContext context) => context.Response.Body = new SpoiltStream(context.Response.Body) { BytesPerSecond = BytesPerSecond };
    }

    /// <summary>It breaks every connection off.</summary>
    public sealed record Gone : ContentFault
    {
        internal override void Spoil(HttpContext context) => context.Abort();
    }

    /// <summary>It sends the right length and one wrong bit, in everything that is named by its checksum.</summary>
    public sealed record Lying : ContentFault
    {
        internal override void Spoil(HttpContext context)
        {
            if (context.Request.Path.StartsWithSegments("/objects", StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/deltas", StringComparison.Ordinal))
            {
                context.Response.Body = new SpoiltStream(context.Response.Body) { FlipsABit = true };
            }
        }
    }

    private sealed class SpoiltStream(Stream body) : Stream
    {
        private long _written;

        public int? BytesPerSecond { get; init; }

        public bool FlipsABit { get; init; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _written;
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            // A tenth of a second's worth at a time, so that whoever waits sees it trickle.
            var step = BytesPerSecond is { } rate ? Math.Max(1, rate / 10) : int.MaxValue;
            while (buffer.Length > 0)
            {
                var part = buffer[..Math.Min(step, buffer.Length)].ToArray();
                // Past the header of a file object, which is told apart from its content.
                if (FlipsABit && _written == 0)
                {
                    part[^1] ^= 1;
                }

                await body.WriteAsync(part, cancellationToken);
                _written += part.Length;
                buffer = buffer[part.Length..];
                if (BytesPerSecond is not null)
                {
                    await body.FlushAsync(cancellationToken);
                    await Task.Delay(TimeSpan.FromSeconds(0.1), cancellationToken);
                }
            }
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Responses are written asynchronously.");

        public override Task FlushAsync(CancellationToken cancellationToken) => body.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException("Responses are written asynchronously.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
