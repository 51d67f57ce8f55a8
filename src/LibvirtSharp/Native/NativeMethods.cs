using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// Every signature is blittable or has a generated marshaller, so the runtime's own marshalling can only hide mistakes.
[assembly: DisableRuntimeMarshalling]
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace LibvirtSharp.Native;

/// <summary>
/// libvirt's C interface under its own names, an object a file. A <c>string</c> that comes back is the caller's and is freed
/// by its marshaller, unless it says <see cref="BorrowedUtf8"/>.
/// </summary>
internal static unsafe partial class NativeMethods
{
    private const string Libvirt = "libvirt.so.0";
    private const string LibvirtQemu = "libvirt-qemu.so.0";

    [LibraryImport(Libvirt)]
    public static partial int virInitialize();

    [LibraryImport(Libvirt)]
    public static partial NativeError* virGetLastError();

    [LibraryImport(Libvirt)]
    public static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, NativeError*, void> handler);

    [LibraryImport(Libvirt)]
    public static partial int virEventRegisterDefaultImpl();

    [LibraryImport(Libvirt)]
    public static partial int virEventRunDefaultImpl();

    [LibraryImport(Libvirt)]
    public static partial int virEventAddTimeout(
        int milliseconds,
        delegate* unmanaged[Cdecl]<int, nint, void> callback,
        nint opaque,
        delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Libvirt)]
    public static partial int virEventRemoveTimeout(int timer);
}
