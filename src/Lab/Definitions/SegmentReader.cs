using System.Net;
using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Reads a lab's <c>segments</c>, and where its guests are on them. What is wrong goes to the problems.</summary>
internal sealed class SegmentReader(Problems problems)
{
    private static readonly Func<YamlNode, string> _networkName = Value.Matching(Grammar.LibvirtNetwork, "a network's name", "`virsh net-list` tells them.");
    private static readonly Func<YamlNode, string> _bridgeName = Value.Matching(Grammar.Interface, "an interface's name", "`ip link show type bridge` tells them.");

    // Where each address of each segment was given away first.
    private readonly Dictionary<(string Segment, IPAddress Address), string> _owners = [];
    private readonly List<SegmentDefinition> _segments = [];
    private bool _areAll = true;

    /// <summary>The segments of a lab.</summary>
    public IReadOnlyList<SegmentDefinition> Read(YamlMap lab)
    {
        lab.Named("segments", Segment);
        _areAll &= lab.IsSound("segments");
        return _segments;
    }

    /// <summary>A guest's <c>segments</c>: a name and an address each.</summary>
    public IReadOnlyList<SegmentAddress> Addresses(YamlMap map, string guest) => map.Named("segments", entry => Address(entry, guest));

    private SegmentDefinition? Segment(YamlEntry entry)
    {
        var name = Value.Name(entry.Key);
        if (Grammar.OwnInterface.IsMatch(name))
        {
            throw entry.Key.Reject($"`{name}` is what a guest calls an interface of another kind, and a segment's is called like the segment", "Take another name, as in `edge`.");
        }

        if (!Grammar.Interface.IsMatch(name))
        {
            throw entry.Key.Reject($"`{name}` is too long for an interface, which it names in every guest", "Take a name of 15 characters at most.");
        }

        var map = new YamlMap(entry.Value, $"segment `{name}`", entry.Key.Location, problems);
        var subnet = map.Required<IPNetwork?>("subnet", node => Subnet(node), "subnet: 192.168.100.0/24");
        var host = map.Optional<IPAddress?>("host", node => subnet is { } known ? Within(known, name, node) : Value.Address(node), null);
        var network = map.Optional<SegmentCarrier?>("network", node => new SegmentCarrier(SegmentCarrierKind.Network, _networkName(node)), null);
        var bridge = map.Optional<SegmentCarrier?>("bridge", node => new SegmentCarrier(SegmentCarrierKind.Bridge, _bridgeName(node)), null);
        var gateway = map.Optional<IPAddress?>("gateway", node => OnlyGateway(subnet is { } known ? Within(known, name, node) : Value.Address(node), node), null);
        map.AllowOneOf("network", "bridge");
        if (subnet is not { } net)
        {
            map.Named("names", named => named);
            map.Close();
            _areAll = false;
            return null;
        }

        host ??= SegmentDefinition.FirstHost(net);
        _owners[(name, host)] = "this host";
        var segment = new SegmentDefinition
        {
            Name = name,
            Subnet = net,
            Host = host,
            Carrier = network ?? bridge,
            Gateway = gateway,
            CarrierLocation = network is not null ? map.Where("network") : bridge is not null ? map.Where("bridge") : null,
            Names = map.Named("names", named => new SegmentName(NotOurs(named.Key, Value.Name(named.Key)), Within(net, name, named.Value))),
            Location = entry.Key.Location,
        };
        map.Close();
        _segments.Add(segment);
        return segment;
    }

    private IPAddress OnlyGateway(IPAddress gateway, YamlNode node) => _segments.FirstOrDefault(other => other.Gateway is not null) is { } first
        ? throw node.Reject($"segment `{first.Name}` has a gateway already, and guests have one way out", "Leave one of them out.")
        : gateway;

    private static string NotOurs(YamlScalar node, string name) => name is "host" or "localhost"
        ? throw node.Reject($"`{name}` means this host on every segment", "Take another name.")
        : name;

    private IPNetwork Subnet(YamlNode node)
    {
        const string fix = "Write the first address and the length of the prefix, as in `192.168.100.0/24`.";
        var text = Value.Text(node);
        if (text.Split('/') is not [var address, var bits] || !Value.IsAddress(address) || !int.TryParse(bits, out var prefix) || prefix is < 8 or > 29)
        {
            throw node.Expected("an IPv4 network with a prefix of 8 to 29 bits", fix);
        }

        var subnet = IPNetwork.Parse(text);
        if (subnet.BaseAddress.ToString() != address)
        {
            throw node.Reject($"{address} is not the first address of a network with a prefix of {prefix} bits", fix);
        }

        if (SegmentDefinition.Overlap(subnet, Reserved))
        {
            throw node.Reject($"{text} overlaps {Reserved}, by which every guest reaches its lab's host", "Take another network, as in `192.168.100.0/24`.");
        }

        return _segments.FirstOrDefault(other => SegmentDefinition.Overlap(subnet, other.Subnet)) is { } overlapped
            ? throw node.Reject($"{text} overlaps {overlapped.Subnet} of segment `{overlapped.Name}`", "Take another network: a guest on both could not tell them apart.")
            : subnet;
    }

    /// <summary>The network between a guest and its host, which every guest has.</summary>
    internal static IPNetwork Reserved { get; } = IPNetwork.Parse("10.0.2.0/24");

    private static IPAddress Within(IPNetwork subnet, string segment, YamlNode node)
    {
        var address = Value.Address(node);
        return SegmentDefinition.Holds(subnet, address)
            ? address
            : throw node.Reject($"{address} is no host's address in {subnet}, the subnet of segment `{segment}`", $"Take one between its first address and its last, as in `{SegmentDefinition.FirstHost(subnet)}`.");
    }

    private SegmentAddress? Address(YamlEntry entry, string guest)
    {
        var name = Value.Text(entry.Key);
        if (_segments.FirstOrDefault(segment => segment.Name == name) is not { } segment)
        {
            var names = _segments.Select(known => known.Name).ToList();
            return !_areAll ? null : throw entry.Key.Reject(
                $"no segment is called `{YamlScalar.Excerpt(name)}`",
                names.Count == 0 ? $"Add `segments: {{ {Excerpt(name)}: {{ subnet: 192.168.100.0/24 }} }}` to the lab." : $"{Spelling.DidYouMean(name, names)}The lab's segments are {Spelling.Listed(names)}.");
        }

        NotOurs(entry.Key, guest);
        var address = Within(segment.Subnet, name, entry.Value);
        if (!_owners.TryAdd((name, address), $"guest `{guest}`"))
        {
            throw entry.Value.Reject($"{address} is {_owners[(name, address)]}'s already on segment `{name}`", "Take another address.");
        }

        return new SegmentAddress(name, address, segment.Subnet.PrefixLength, segment.Carrier, segment.Gateway);
    }

    /// <summary>Reports names of segments that are guests' too, and not at that guest's address.</summary>
    public void CheckNames(YamlMap lab, IReadOnlyList<GuestDefinition> guests)
    {
        foreach (var (segment, named) in _segments.SelectMany(segment => segment.Names.Select(named => (segment, named))))
        {
            if (guests.FirstOrDefault(guest => guest.Name == named.Name) is { } guest && !guest.Addresses.Any(on => on.Segment == segment.Name && on.Address.Equals(named.Address)))
            {
                lab.Report("segments", segment.Location, $"segment `{segment.Name}` gives the name `{named.Name}`, which is a guest's, to {named.Address}", "Rename the guest, or the name.");
            }
        }
    }

    private static string Excerpt(string name) => Grammar.Name.IsMatch(name) ? name : "NAME";
}
