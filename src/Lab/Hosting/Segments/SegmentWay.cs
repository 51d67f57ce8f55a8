namespace Lab.Hosting;

/// <summary>A way from this process to a TCP port on a lab's segments, until it is disposed.</summary>
public sealed class SegmentWay : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Task _program;

    internal SegmentWay(string socket, CancellationTokenSource end, Task program) => (Socket, _end, _program) = (socket, end, program);

    /// <summary>A Unix socket: every connection to it leads there.</summary>
    public string Socket { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _program;
        if (File.Exists(Socket))
        {
            File.Delete(Socket);
        }

        _end.Dispose();
    }
}
