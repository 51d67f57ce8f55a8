using System.Runtime.InteropServices;

namespace LibvirtSharp.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Libvirt)]
    public static partial StreamHandle virStreamNew(ConnectionHandle connection, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virStreamFree(nint stream);

    [LibraryImport(Libvirt)]
    public static partial int virStreamRecv(StreamHandle stream, Span<byte> buffer, nuint size);

    [LibraryImport(Libvirt)]
    public static partial int virStreamSend(StreamHandle stream, ReadOnlySpan<byte> buffer, nuint size);

    [LibraryImport(Libvirt)]
    public static partial int virStreamFinish(StreamHandle stream);

    [LibraryImport(Libvirt)]
    public static partial int virStreamAbort(StreamHandle stream);

    [LibraryImport(Libvirt)]
    public static partial int virStreamEventAddCallback(
        StreamHandle stream,
        int events,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback,
        nint opaque,
        nint free);

    [LibraryImport(Libvirt)]
    public static partial int virStreamEventUpdateCallback(StreamHandle stream, int events);

    [LibraryImport(Libvirt)]
    public static partial int virStreamEventRemoveCallback(StreamHandle stream);
}
