namespace Lab.State;

/// <summary>
/// A lock between processes that dies with the process that holds it: flock(2) on an open file, which is how .NET
/// implements <see cref="FileShare.None"/> on Unix. Disposing it gives it back.
/// </summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(100);

    // EWOULDBLOCK (errno(3)), which .NET leaves in the exception: any other failure, a full disk say, is nobody's lock.
    private const int HeldElsewhere = 11;

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, waiting while another process holds it.</summary>
    /// <param name="path">The lock file; made where it is not there, and left behind.</param>
    /// <param name="waiting">Told once when the lock is held by somebody else.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public static async Task<FileLock> TakeAsync(string path, Action? waiting = null, CancellationToken cancellation = default)
    {
        for (var told = false; ; told = true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (!told)
            {
                waiting?.Invoke();
            }

            await Task.Delay(RetryEvery, cancellation);
        }
    }

    /// <summary>Takes the lock, or returns null when another process holds it.</summary>
    /// <param name="path">The lock file; made where it is not there, and left behind.</param>
    /// <exception cref="IOException">The lock file can't be made.</exception>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException failure) when (failure.HResult == HeldElsewhere)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
