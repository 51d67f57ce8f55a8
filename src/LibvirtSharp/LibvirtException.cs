using System.Runtime.InteropServices;
using LibvirtSharp.Native;

namespace LibvirtSharp;

/// <summary>
/// A call failed, in libvirt's own words: <see cref="Exception.Message"/> is the message that <c>virsh</c> would show.
/// <see href="https://libvirt.org/html/libvirt-virterror.html"/> describes the fields.
/// </summary>
public sealed class LibvirtException : Exception
{
    internal LibvirtException(LibvirtErrorCode code, LibvirtErrorDomain domain, string message, LibvirtErrorLevel level = LibvirtErrorLevel.Error)
        : base(message)
    {
        Code = code;
        Domain = domain;
        Level = level;
    }

    /// <summary>What went wrong: the part of an error that programs decide on. A code that has no name here keeps its number.</summary>
    public LibvirtErrorCode Code { get; }

    /// <summary>Which part of libvirt says so.</summary>
    public LibvirtErrorDomain Domain { get; }

    /// <summary>How grave libvirt holds it.</summary>
    public LibvirtErrorLevel Level { get; }

    /// <summary>What libvirt recorded on this thread; only meaningful straight after the call that failed.</summary>
    internal static unsafe LibvirtException Last()
    {
        var error = NativeMethods.virGetLastError();
        return error is null
            ? new LibvirtException(LibvirtErrorCode.InternalError, LibvirtErrorDomain.None, "libvirt reported a failure without recording its cause")
            : new LibvirtException(
                (LibvirtErrorCode)error->Code,
                (LibvirtErrorDomain)error->Domain,
                Marshal.PtrToStringUTF8((nint)error->Message) ?? "libvirt gave no message",
                (LibvirtErrorLevel)error->Level);
    }
}
