namespace LibvirtSharp.Native;

/// <summary>
/// Runs calls that may wait on a daemon, a disk or a guest. Each gets a thread of its own: the pool has as many threads as the
/// machine has cores before it hesitates, so a few slow calls there would hold up every timer and continuation of the process.
/// Cancelling counts until the call goes out. libvirt cannot take one back, and to abandon it half way would let a domain appear
/// after its creator had cleaned up.
/// </summary>
internal static class BlockingCall
{
    private const TaskCreationOptions OwnThread =
        TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach | TaskCreationOptions.RunContinuationsAsynchronously;

    public static Task<T> RunAsync<T>(Func<T> call, CancellationToken cancellation) =>
        Task.Factory.StartNew(call, cancellation, OwnThread, TaskScheduler.Default);

    public static Task RunAsync(Action call, CancellationToken cancellation) =>
        Task.Factory.StartNew(call, cancellation, OwnThread, TaskScheduler.Default);
}
