using System.Runtime.InteropServices;
using LibvirtSharp.Native;

namespace LibvirtSharp;

public sealed partial class LibvirtConnection
{
    /// <summary>Every network that fits; the caller disposes each.</summary>
    /// <param name="filters">Which; filters of one kind widen the choice, filters of different kinds narrow it. All by default.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<IReadOnlyList<Network>> ListNetworksAsync(NetworkFilters filters = NetworkFilters.None, CancellationToken cancellation = default) =>
        RunAsync(IReadOnlyList<Network> (connection) => ListNetworks(connection, filters), cancellation);

    /// <summary>The network of this name, or null.</summary>
    public Task<Network?> FindNetworkAsync(string name, CancellationToken cancellation = default) =>
        RunAsync(
            connection => NativeMethods.virNetworkLookupByName(connection, name).OrNull(LibvirtErrorCode.NoNetwork) is { } network ? new Network(network) : null,
            cancellation);

    /// <summary>Stores a network's definition without starting it, or replaces the one with the same name and UUID.</summary>
    /// <param name="xml">The definition (<see href="https://libvirt.org/formatnetwork.html"/>).</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<Network> DefineNetworkAsync(string xml, CancellationToken cancellation = default) =>
        RunAsync(connection => new Network(NativeMethods.virNetworkDefineXML(connection, xml).OrThrow()), cancellation);

    /// <summary>Starts a transient network: one whose definition is gone when it stops.</summary>
    /// <param name="xml">The definition (<see href="https://libvirt.org/formatnetwork.html"/>).</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<Network> CreateNetworkAsync(string xml, CancellationToken cancellation = default) =>
        RunAsync(connection => new Network(NativeMethods.virNetworkCreateXML(connection, xml).OrThrow()), cancellation);

    private static unsafe Network[] ListNetworks(ConnectionHandle connection, NetworkFilters filters)
    {
        var count = NativeMethods.virConnectListAllNetworks(connection, out var found, (uint)filters).OrThrow();
        try
        {
            var networks = new Network[count];
            for (var i = 0; i < count; i++)
            {
                networks[i] = new Network(new NetworkHandle(found[i]));
            }

            return networks;
        }
        finally
        {
            NativeMemory.Free(found);
        }
    }
}
