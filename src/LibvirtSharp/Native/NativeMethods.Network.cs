using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace LibvirtSharp.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NetworkHandle virNetworkLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NetworkHandle virNetworkDefineXML(ConnectionHandle connection, string xml);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial NetworkHandle virNetworkCreateXML(ConnectionHandle connection, string xml);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkFree(nint network);

    [LibraryImport(Libvirt)]
    [return: MarshalUsing(typeof(BorrowedUtf8))]
    public static partial string? virNetworkGetName(NetworkHandle network);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkGetUUID(NetworkHandle network, Span<byte> uuid);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virNetworkGetXMLDesc(NetworkHandle network, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virNetworkGetBridgeName(NetworkHandle network);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkIsActive(NetworkHandle network);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkIsPersistent(NetworkHandle network);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkCreate(NetworkHandle network);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkDestroy(NetworkHandle network);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkUndefine(NetworkHandle network);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkGetAutostart(NetworkHandle network, out int autostart);

    [LibraryImport(Libvirt)]
    public static partial int virNetworkSetAutostart(NetworkHandle network, int autostart);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virNetworkGetDHCPLeases(NetworkHandle network, string? mac, out NativeDhcpLease** leases, uint flags);

    [LibraryImport(Libvirt)]
    public static partial void virNetworkDHCPLeaseFree(NativeDhcpLease* lease);
}
