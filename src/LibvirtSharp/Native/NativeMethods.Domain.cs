using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace LibvirtSharp.Native;

internal static unsafe partial class NativeMethods
{
    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial DomainHandle virDomainLookupByName(ConnectionHandle connection, string name);

    [LibraryImport(Libvirt)]
    public static partial DomainHandle virDomainLookupByUUID(ConnectionHandle connection, ReadOnlySpan<byte> uuid);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial DomainHandle virDomainDefineXMLFlags(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial DomainHandle virDomainCreateXML(ConnectionHandle connection, string xml, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainFree(nint domain);

    [LibraryImport(Libvirt)]
    [return: MarshalUsing(typeof(BorrowedUtf8))]
    public static partial string? virDomainGetName(DomainHandle domain);

    // For event callbacks, which are lent a domain that they must not free.
    [LibraryImport(Libvirt)]
    [return: MarshalUsing(typeof(BorrowedUtf8))]
    public static partial string? virDomainGetName(nint domain);

    [LibraryImport(Libvirt)]
    public static partial int virDomainGetUUID(DomainHandle domain, Span<byte> uuid);

    [LibraryImport(Libvirt)]
    public static partial int virDomainGetUUID(nint domain, Span<byte> uuid);

    [LibraryImport(Libvirt)]
    public static partial uint virDomainGetID(DomainHandle domain);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virDomainGetXMLDesc(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainGetState(DomainHandle domain, out int state, out int reason, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainIsActive(DomainHandle domain);

    [LibraryImport(Libvirt)]
    public static partial int virDomainIsPersistent(DomainHandle domain);

    [LibraryImport(Libvirt)]
    public static partial int virDomainCreateWithFlags(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainShutdownFlags(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainReboot(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainReset(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainDestroyFlags(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainSuspend(DomainHandle domain);

    [LibraryImport(Libvirt)]
    public static partial int virDomainResume(DomainHandle domain);

    [LibraryImport(Libvirt)]
    public static partial int virDomainUndefineFlags(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainGetAutostart(DomainHandle domain, out int autostart);

    [LibraryImport(Libvirt)]
    public static partial int virDomainSetAutostart(DomainHandle domain, int autostart);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainSetMetadata(DomainHandle domain, int type, string? metadata, string key, string uri, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virDomainGetMetadata(DomainHandle domain, int type, string uri, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainUpdateDeviceFlags(DomainHandle domain, string xml, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainSaveFlags(DomainHandle domain, string path, string? xml, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainRestoreFlags(ConnectionHandle connection, string path, string? xml, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainSaveParams(DomainHandle domain, nint parameters, int count, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainRestoreParams(ConnectionHandle connection, nint parameters, int count, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virTypedParamsAddInt(ref nint parameters, ref int count, ref int capacity, string name, int value);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virTypedParamsAddString(ref nint parameters, ref int count, ref int capacity, string name, string value);

    [LibraryImport(Libvirt)]
    public static partial void virTypedParamsFree(nint parameters, int count);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virDomainSaveImageGetXMLDesc(ConnectionHandle connection, string path, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainManagedSave(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainHasManagedSaveImage(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainManagedSaveRemove(DomainHandle domain, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainSendKey(
        DomainHandle domain,
        uint codeSet,
        uint holdMilliseconds,
        ReadOnlySpan<uint> keyCodes,
        int count,
        uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainOpenConsole(DomainHandle domain, string? device, StreamHandle stream, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial string? virDomainScreenshot(DomainHandle domain, StreamHandle stream, uint screen, uint flags);

    [LibraryImport(Libvirt)]
    public static partial int virDomainGetInfo(DomainHandle domain, out NativeDomainInfo info);

    [LibraryImport(Libvirt)]
    public static partial int virDomainMemoryStats(DomainHandle domain, Span<NativeMemoryStat> stats, uint count, uint flags);

    [LibraryImport(Libvirt, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainBlockStats(DomainHandle domain, string disk, out NativeBlockStats stats, nuint size);

    [LibraryImport(Libvirt)]
    public static partial int virDomainInterfaceAddresses(
        DomainHandle domain,
        out NativeDomainInterface** interfaces,
        uint source,
        uint flags);

    [LibraryImport(Libvirt)]
    public static partial void virDomainInterfaceFree(NativeDomainInterface* item);

    [LibraryImport(LibvirtQemu, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int virDomainQemuMonitorCommandWithFiles(
        DomainHandle domain,
        string command,
        uint fileCount,
        ReadOnlySpan<int> files,
        nint returnedCount,
        nint returnedFiles,
        out string? result,
        uint flags);
}
