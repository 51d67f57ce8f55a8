using System.Runtime.InteropServices;

namespace LibvirtSharp.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ConnectionHandle virConnectOpen(string uri);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ConnectionHandle virConnectOpenReadOnly(string uri);

    [LibraryImport(Libvirt)]
    public static partial int virConnectClose(nint connection);

    [LibraryImport(Libvirt)]
    public static partial int virConnectSetKeepAlive(ConnectionHandle connection, int interval, uint count);

    [LibraryImport(Libvirt)]
    public static partial int virConnectRegisterCloseCallback(
        ConnectionHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback,
        nint opaque,
        nint free);

    [LibraryImport(Libvirt)]
    public static partial int virConnectUnregisterCloseCallback(
        ConnectionHandle connection,
        delegate* unmanaged[Cdecl]<nint, int, nint, void> callback);

    [LibraryImport(Libvirt)]
    public static partial int virConnectDomainEventRegisterAny(
        ConnectionHandle connection,
        nint domain,
        int eventId,
        void* callback,
        nint opaque,
        nint free);

    [LibraryImport(Libvirt)]
    public static partial int virConnectDomainEventDeregisterAny(ConnectionHandle connection, int callbackId);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virConnectGetURI(ConnectionHandle connection);

    [LibraryImport(Libvirt)]
    public static partial int virConnectGetLibVersion(ConnectionHandle connection, out nuint version);

    [LibraryImport(Libvirt)]
    public static partial int virConnectGetVersion(ConnectionHandle connection, out nuint version);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virConnectGetHostname(ConnectionHandle connection);

    [LibraryImport(Libvirt)]
    public static partial int virNodeGetInfo(ConnectionHandle connection, out NativeNodeInfo info);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virConnectGetCapabilities(ConnectionHandle connection);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virConnectGetDomainCapabilities(
        ConnectionHandle connection,
        string? emulator,
        string? arch,
        string? machine,
        string? virtType,
        uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virConnectListAllDomains(ConnectionHandle connection, out nint* domains, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virConnectListAllNetworks(ConnectionHandle connection, out nint* networks, uint flags);
}
