using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LibvirtSharp.Native;

/// <summary>
/// libvirt's event loop: one a process, registered before the first connection opens, run by one thread for as long as the process
/// lives. Everything that libvirt tells on its own account arrives on that thread, so a callback only posts what it was told.
/// </summary>
internal static unsafe class EventLoop
{
    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Starts the loop, the first time.</summary>
    public static void EnsureStarted() => _ = Started.Value;

    /// <summary>
    /// Ends when every callback that was under way has returned, and when everything that was removed from the loop before has been
    /// freed. A timer's free function is called for just that, on the loop's own thread and in order, so a timer that never fires is
    /// added and removed.
    /// </summary>
    public static Task SettleAsync()
    {
        var settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var opaque = new GCHandle<TaskCompletionSource>(settled);
        const int never = -1;
        var timer = NativeMethods.virEventAddTimeout(never, &OnTimeout, GCHandle<TaskCompletionSource>.ToIntPtr(opaque), &OnFreed).OrThrow();
        NativeMethods.virEventRemoveTimeout(timer).OrThrow();
        return settled.Task;
    }

    private static bool Start()
    {
        NativeMethods.virInitialize().OrThrow();

        // Unless told otherwise libvirt prints every error to standard error by itself.
        NativeMethods.virSetErrorFunc(0, &OnError);
        NativeMethods.virEventRegisterDefaultImpl().OrThrow();
        new Thread(Run) { IsBackground = true, Name = "libvirt events" }.Start();
        return true;
    }

    private static void Run()
    {
        while (true)
        {
            // A process whose loop has stopped would wait for ever on what it never hears: end it, loudly.
            NativeMethods.virEventRunDefaultImpl().OrThrow();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnError(nint userData, NativeError* error)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTimeout(int timer, nint opaque)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFreed(nint opaque)
    {
        using var settled = GCHandle<TaskCompletionSource>.FromIntPtr(opaque);
        settled.Target.TrySetResult();
    }
}
