using Microsoft.Win32.SafeHandles;

namespace LibvirtSharp.Native;

// One type for each of libvirt's objects, so that no call can be given another's pointer.

/// <summary>A <c>virConnectPtr</c>.</summary>
internal sealed class ConnectionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    /// <summary>What libvirt said of other references when this one was given back: 0 for none; null until then.</summary>
    public int? Remaining { get; private set; }

    protected override bool ReleaseHandle()
    {
        Remaining = NativeMethods.virConnectClose(handle);
        return Remaining >= 0;
    }
}

/// <summary>A <c>virDomainPtr</c>.</summary>
internal sealed class DomainHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public DomainHandle(nint domain)
        : this() => SetHandle(domain);

    protected override bool ReleaseHandle() => NativeMethods.virDomainFree(handle) == 0;
}

/// <summary>A <c>virNetworkPtr</c>.</summary>
internal sealed class NetworkHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public NetworkHandle(nint network)
        : this() => SetHandle(network);

    protected override bool ReleaseHandle() => NativeMethods.virNetworkFree(handle) == 0;
}

/// <summary>A <c>virStreamPtr</c>.</summary>
internal sealed class StreamHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => NativeMethods.virStreamFree(handle) == 0;
}
