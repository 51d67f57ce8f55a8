using System.Runtime.InteropServices;

namespace LibvirtSharp.Native;

/// <summary>
/// Turns libvirt's ways to say 'failed' into an exception. libvirt keeps its last error for each thread: this must follow the
/// call on the same thread, with no await between.
/// </summary>
internal static class NativeResult
{
    public static int OrThrow(this int result) => result >= 0 ? result : throw LibvirtException.Last();

    public static string OrThrow(this string? text) => text ?? throw LibvirtException.Last();

    public static T OrThrow<T>(this T handle)
        where T : SafeHandle => handle.IsInvalid ? throw LibvirtException.Last() : handle;

    /// <summary>The object, or null where libvirt said exactly that it does not exist.</summary>
    public static T? OrNull<T>(this T handle, LibvirtErrorCode absent)
        where T : SafeHandle
    {
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var failure = LibvirtException.Last();
        return failure.Code == absent ? null : throw failure;
    }
}
