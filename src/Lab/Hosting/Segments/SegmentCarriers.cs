using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Numerics;
using System.Text.Json;
using System.Xml.Linq;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Execution;
using LibvirtSharp;

namespace Lab.Hosting;

/// <summary>The networks of this host that segments can be carried by.</summary>
internal static class SegmentCarriers
{
    /// <summary>Sees whether what is to carry a lab's segments is there, and is the network that the lab takes it for.</summary>
    /// <exception cref="DefinitionException">It is not.</exception>
    public static async Task CheckAsync(LabDefinition lab, LibvirtConnection libvirt, CancellationToken cancellation = default)
    {
        foreach (var segment in lab.Segments.Where(segment => segment.Carrier is not null))
        {
            RefuseAnotherNetwork(segment, segment.Carrier!.Kind == SegmentCarrierKind.Network ? await NetworkAsync(segment, libvirt, cancellation) : await BridgeAsync(segment, cancellation));
        }
    }

    // https://libvirt.org/formatnetwork.html
    private static async Task<IReadOnlyList<(IPAddress Address, int Prefix)>> NetworkAsync(SegmentDefinition segment, LibvirtConnection libvirt, CancellationToken cancellation)
    {
        var name = segment.Carrier!.Name;
        using var network = await libvirt.FindNetworkAsync(name, cancellation);
        if (network is null)
        {
            throw Refuse(segment, $"libvirt has no network `{name}`", Offer(name, await NamesAsync(libvirt, cancellation), "It has none. `virsh net-define` makes one; an ordinary user's libvirt can't have any."));
        }

        if (!await network.IsActiveAsync(cancellation))
        {
            throw Refuse(segment, $"libvirt's network `{name}` is down", $"`virsh net-start {name}` brings it up.");
        }

        return
        [
            .. from ip in XElement.Parse(await network.GetXmlAsync(cancellation: cancellation)).Elements("ip")
               let address = (string?)ip.Attribute("address") ?? string.Empty
               where Value.IsAddress(address)
               select (IPAddress.Parse(address), (int?)ip.Attribute("prefix") ?? BitOperations.PopCount(BitConverter.ToUInt32(IPAddress.Parse((string?)ip.Attribute("netmask") ?? "255.255.255.0").GetAddressBytes()))),
        ];
    }

    private static async Task<IReadOnlyList<string>> NamesAsync(LibvirtConnection libvirt, CancellationToken cancellation)
    {
        var names = new List<string>();
        foreach (var network in await libvirt.ListNetworksAsync(cancellation: cancellation))
        {
            using (network)
            {
                names.Add(network.Name);
            }
        }

        return names;
    }

    private static async Task<IReadOnlyList<(IPAddress Address, int Prefix)>> BridgeAsync(SegmentDefinition segment, CancellationToken cancellation)
    {
        var name = segment.Carrier!.Name;
        var device = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(device => device.Name == name);
        var bridges = await BridgesAsync(cancellation);
        if (device is null || !bridges.Contains(name))
        {
            throw Refuse(
                segment,
                device is null ? $"this host has no bridge `{name}`" : $"this host's `{name}` is no bridge",
                Offer(name, bridges, "It has none. `ip link add NAME type bridge` makes one."));
        }

        return
        [
            .. device.GetIPProperties().UnicastAddresses
                .Where(unicast => unicast.Address.AddressFamily == AddressFamily.InterNetwork)
                .Select(unicast => (unicast.Address, unicast.PrefixLength)),
        ];
    }

    // ip-link(8). Asked of the kernel rather than read in /sys, which may be another network namespace's.
    private static async Task<IReadOnlyList<string>> BridgesAsync(CancellationToken cancellation)
    {
        var answer = await new Command("ip", "-json", "link", "show", "type", "bridge").SucceedAsync(cancellation);
        using var links = JsonDocument.Parse(answer.Trim() is { Length: > 0 } json ? json : "[]");
        return [.. links.RootElement.EnumerateArray().Where(link => link.TryGetProperty("ifname", out _)).Select(link => link.GetProperty("ifname").GetString()!)];
    }

    // A network on which this host has no address is nobody's contradiction.
    private static void RefuseAnotherNetwork(SegmentDefinition segment, IReadOnlyList<(IPAddress Address, int Prefix)> there)
    {
        if (there.Count > 0 && !there.Contains((segment.Host, segment.Subnet.PrefixLength)))
        {
            var (address, prefix) = there[0];
            throw Refuse(
                segment,
                $"this host is {string.Join(" and ", there.Select(on => $"{on.Address}/{on.Prefix}"))} on {segment.Carrier}, and {segment.Host}/{segment.Subnet.PrefixLength} on the segment",
                $"Write `subnet: {SegmentDefinition.NetworkOf(address, prefix)}` and `host: {address}`.");
        }
    }

    // libvirt lists networks in no order.
    private static string Offer(string name, IReadOnlyList<string> names, string otherwise) =>
        names.Count == 0 ? otherwise : $"{Spelling.DidYouMean(name, names)}There are {Spelling.Listed([.. names.Order(StringComparer.Ordinal)])}.";

    private static DefinitionException Refuse(SegmentDefinition segment, string message, string fix) =>
        new(new Diagnostic(segment.CarrierLocation ?? segment.Location, $"segment `{segment.Name}`: {message}", fix));
}
