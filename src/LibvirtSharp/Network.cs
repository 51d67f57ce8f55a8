using System.Net;
using System.Runtime.InteropServices;
using LibvirtSharp.Native;

namespace LibvirtSharp;

/// <summary>
/// A virtual network: a bridge on the host, with DHCP and DNS where its definition asks for them. The object only refers to it;
/// disposing the object does nothing to the network, and <see cref="LibvirtConnection.CloseAsync"/> tells of objects that were not disposed.
/// </summary>
public sealed class Network : IDisposable
{
    private readonly NetworkHandle _handle;

    internal Network(NetworkHandle handle)
    {
        _handle = handle;
        Name = NativeMethods.virNetworkGetName(handle).OrThrow();
        Span<byte> uuid = stackalloc byte[16];
        NativeMethods.virNetworkGetUUID(handle, uuid).OrThrow();
        Uuid = new Guid(uuid, bigEndian: true);
    }

    /// <summary>Its name, unique on its connection.</summary>
    public string Name { get; }

    /// <summary>Its UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>Its definition (<see href="https://libvirt.org/formatnetwork.html"/>).</summary>
    /// <param name="inactive">The one that the next start takes, in place of the one in force.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<string> GetXmlAsync(bool inactive = false, CancellationToken cancellation = default) =>
        RunAsync(network => NativeMethods.virNetworkGetXMLDesc(network, inactive ? 1u : 0).OrThrow(), cancellation);

    /// <summary>The name of its bridge on the host.</summary>
    /// <exception cref="LibvirtException">It has none, as with a pool of host devices.</exception>
    public Task<string> GetBridgeNameAsync(CancellationToken cancellation = default) =>
        RunAsync(network => NativeMethods.virNetworkGetBridgeName(network).OrThrow(), cancellation);

    /// <summary>Whether it is up.</summary>
    public Task<bool> IsActiveAsync(CancellationToken cancellation = default) =>
        RunAsync(network => NativeMethods.virNetworkIsActive(network).OrThrow() == 1, cancellation);

    /// <summary>Whether it has a stored definition, which outlives its stopping.</summary>
    public Task<bool> IsPersistentAsync(CancellationToken cancellation = default) =>
        RunAsync(network => NativeMethods.virNetworkIsPersistent(network).OrThrow() == 1, cancellation);

    /// <summary>Brings it up.</summary>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.OperationInvalid"/>: it is up already.</exception>
    public Task StartAsync(CancellationToken cancellation = default) => RunAsync(NativeMethods.virNetworkCreate, cancellation);

    /// <summary>Takes it down, whoever uses it. A transient network is gone after that.</summary>
    public Task DestroyAsync(CancellationToken cancellation = default) => RunAsync(NativeMethods.virNetworkDestroy, cancellation);

    /// <summary>Forgets its stored definition. A network that is up stays up, as a transient one.</summary>
    public Task UndefineAsync(CancellationToken cancellation = default) => RunAsync(NativeMethods.virNetworkUndefine, cancellation);

    /// <summary>Whether it starts with the daemon.</summary>
    public Task<bool> GetAutostartAsync(CancellationToken cancellation = default) =>
        RunAsync(
            network =>
            {
                NativeMethods.virNetworkGetAutostart(network, out var autostart).OrThrow();
                return autostart == 1;
            },
            cancellation);

    /// <summary>Says whether it starts with the daemon.</summary>
    public Task SetAutostartAsync(bool autostart, CancellationToken cancellation = default) =>
        RunAsync(network => NativeMethods.virNetworkSetAutostart(network, autostart ? 1 : 0), cancellation);

    /// <summary>The addresses that its DHCP server has given out and that have not expired.</summary>
    /// <param name="macAddress">Only those of this interface; null means all.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<IReadOnlyList<DhcpLease>> GetDhcpLeasesAsync(string? macAddress = null, CancellationToken cancellation = default) =>
        RunAsync(IReadOnlyList<DhcpLease> (network) => ReadLeases(network, macAddress), cancellation);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    private static unsafe DhcpLease[] ReadLeases(NetworkHandle network, string? macAddress)
    {
        var count = NativeMethods.virNetworkGetDHCPLeases(network, macAddress, out var found, 0).OrThrow();
        try
        {
            var leases = new DhcpLease[count];
            for (var i = 0; i < count; i++)
            {
                leases[i] = ToLease(found[i]);
            }

            return leases;
        }
        finally
        {
            for (var i = 0; i < count; i++)
            {
                NativeMethods.virNetworkDHCPLeaseFree(found[i]);
            }

            NativeMemory.Free(found);
        }
    }

    private static unsafe DhcpLease ToLease(NativeDhcpLease* lease) =>
        new(
            Marshal.PtrToStringUTF8((nint)lease->Interface) ?? string.Empty,
            Marshal.PtrToStringUTF8((nint)lease->Mac),
            IPAddress.Parse(Marshal.PtrToStringUTF8((nint)lease->Address)!),
            (int)lease->Prefix,
            Marshal.PtrToStringUTF8((nint)lease->HostName),
            Marshal.PtrToStringUTF8((nint)lease->ClientId),
            lease->ExpirySeconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(lease->ExpirySeconds));

    private Task<T> RunAsync<T>(Func<NetworkHandle, T> call, CancellationToken cancellation) =>
        BlockingCall.RunAsync(() => call(_handle), cancellation);

    private Task RunAsync(Func<NetworkHandle, int> call, CancellationToken cancellation) =>
        BlockingCall.RunAsync(() => { call(_handle).OrThrow(); }, cancellation);
}
