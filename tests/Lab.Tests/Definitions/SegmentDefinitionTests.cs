using System.Net;
using FluentAssertions;
using Lab.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class SegmentDefinitionTests
{
    [Test]
    public void A_segment_is_read_as_it_is_written()
    {
        var lab = Lab("""
            segments:
              edge:
                subnet: 192.168.100.0/24
                host: 192.168.100.9
                names: { vip: 192.168.100.100 }
            """, "edge: 192.168.100.11", "edge: 192.168.100.12");

        var segment = lab.Segments.Should().ContainSingle().Which;
        (segment.Name, segment.Subnet, segment.Host).Should().Be(("edge", IPNetwork.Parse("192.168.100.0/24"), IPAddress.Parse("192.168.100.9")));
        segment.Names.Should().Equal(new SegmentName("vip", IPAddress.Parse("192.168.100.100")));
        lab.Guests[0].Addresses.Should().Equal(new SegmentAddress("edge", IPAddress.Parse("192.168.100.11"), 24));
    }

    [Test]
    public void This_host_has_the_first_address_unless_told_otherwise() =>
        Lab("segments: { edge: { subnet: 10.1.2.0/29 } }").Segments[0].Host.Should().Be(IPAddress.Parse("10.1.2.1"));

    [TestCase("network: default", SegmentCarrierKind.Network, "default")]
    [TestCase("bridge: br0", SegmentCarrierKind.Bridge, "br0")]
    public void A_network_of_this_hosts_can_carry_a_segment(string key, SegmentCarrierKind kind, string name)
    {
        var lab = Lab($"segments: {{ edge: {{ subnet: 192.168.100.0/24, {key} }} }}", "edge: 192.168.100.11");

        lab.Segments[0].Carrier.Should().Be(new SegmentCarrier(kind, name));
        lab.Guests[0].Addresses[0].Carrier.Should().Be(new SegmentCarrier(kind, name));
    }

    [TestCase("network: default, bridge: br0", "lab.yaml:3:65: `bridge` of segment `edge`: it cannot be given together with `network`")]
    [TestCase("network: a/b", "`a/b` is not a network's name")]
    [TestCase("bridge: a/b", "`a/b` is not an interface's name")]
    [TestCase("bridg: br0", "segment `edge` has no key `bridg`. Did you mean `bridge`? The keys are `subnet`, `host`, `network`, `bridge`, `gateway` and `names`.")]
    public void A_carrier_that_cannot_be_is_refused(string keys, string message) =>
        Refused($"segments: {{ edge: {{ subnet: 192.168.100.0/24, {keys} }} }}").Should().Contain(message);

    [Test]
    public void Guests_on_a_segment_with_a_gateway_have_their_way_out_there()
    {
        var lab = Lab("segments: { edge: { subnet: 192.168.100.0/24, gateway: 192.168.100.254 } }", "edge: 192.168.100.11");

        lab.Guests[0].Addresses.Should().ContainSingle().Which.Gateway.Should().Be(IPAddress.Parse("192.168.100.254"));
    }

    [TestCase("one: { subnet: 192.168.100.0/24, gateway: 192.168.101.1 }", "192.168.101.1 is no host's address in 192.168.100.0/24")]
    [TestCase("one: { subnet: 192.168.100.0/24, gateway: 192.168.100.1 }, two: { subnet: 192.168.101.0/24, gateway: 192.168.101.1 }", "segment `one` has a gateway already")]
    public void A_gateway_that_leads_nowhere_is_refused(string segments, string message) =>
        Refused($"segments: {{ {segments} }}").Should().Contain(message);

    [Test]
    public void A_registry_is_on_a_segment_of_the_labs_own() =>
        Refused("segments: { edge: { subnet: 192.168.100.0/24, network: default } }\nregistry: { segment: edge }")
            .Should().Contain("lab.yaml:4:22: `segment` of the registry: segment `edge` is carried by libvirt's network `default`, and a registry there would be everybody's. Name a segment without");

    [TestCase("192.168.100.5/24", "192.168.100.5 is not the first address")]
    [TestCase("192.168.100.0", "expected an IPv4 network")]
    [TestCase("192.168.100.0/30", "expected an IPv4 network")]
    [TestCase("fd00::/64", "expected an IPv4 network")]
    [TestCase("10.0.0.0/16", "overlaps 10.0.2.0/24")]
    public void A_subnet_that_cannot_be_is_refused(string subnet, string message) =>
        Refused($"segments: {{ edge: {{ subnet: \"{subnet}\" }} }}").Should().Contain(message);

    [Test]
    public void Segments_that_overlap_are_refused() =>
        Refused("segments: { one: { subnet: 10.1.0.0/16 }, two: { subnet: 10.1.2.0/24 } }").Should().Contain("10.1.2.0/24 overlaps 10.1.0.0/16 of segment `one`");

    [TestCase("192.168.101.1")]
    [TestCase("192.168.100.0")]
    [TestCase("192.168.100.255")]
    public void A_shared_address_outside_its_segment_is_refused(string address) =>
        Refused($"segments: {{ edge: {{ subnet: 192.168.100.0/24, names: {{ vip: {address} }} }} }}").Should().Contain($"{address} is no host's address in 192.168.100.0/24");

    [TestCase("edge: 192.168.100.1", "is this host's already")]
    [TestCase("edge: 192.168.99.1", "is no host's address in")]
    [TestCase("egde: 192.168.100.2", "no segment is called `egde`. Did you mean `edge`?")]
    [TestCase("edge: 192.168.100.300", "expected an IPv4 address")]
    public void A_guest_that_cannot_be_there_is_refused(string on, string message) =>
        Refused("segments: { edge: { subnet: 192.168.100.0/24 } }", on).Should().Contain(message);

    [Test]
    public void Two_guests_with_one_address_are_refused() =>
        Refused("segments: { edge: { subnet: 192.168.100.0/24 } }", "edge: 192.168.100.11", "edge: 192.168.100.11").Should().Contain("192.168.100.11 is guest `node1`'s already");

    [Test]
    public void A_name_that_is_a_guests_elsewhere_is_refused() =>
        Refused("segments: { edge: { subnet: 192.168.100.0/24, names: { node1: 192.168.100.100 } } }", "edge: 192.168.100.11").Should().Contain("gives the name `node1`, which is a guest's, to 192.168.100.100");

    [TestCase("lab0")]
    [TestCase("eth0")]
    [TestCase("enp1s0")]
    [TestCase("lo")]
    public void A_name_that_is_another_interfaces_is_refused(string name) =>
        Refused($"segments: {{ {name}: {{ subnet: 192.168.100.0/24 }} }}").Should().Contain("an interface of another kind");

    [TestCase("host")]
    [TestCase("localhost")]
    public void This_hosts_name_is_nobody_elses(string name) =>
        Refused($"segments: {{ edge: {{ subnet: 192.168.100.0/24, names: {{ {name}: 192.168.100.100 }} }} }}").Should().Contain("means this host on every segment");

    [Test]
    public void A_name_too_long_for_an_interface_is_refused() =>
        Refused("segments: { abcdefghijklmnop: { subnet: 192.168.100.0/24 } }").Should().Contain("too long for an interface");

    [Test]
    public void A_mistake_in_a_segment_is_told_once_however_many_are_on_it() =>
        Refused("segments: { edge: { subnet: nonsense } }", "edge: 192.168.100.11", "edge: 192.168.100.11").Split('\n').Should().ContainSingle();

    private static string Refused(string segments, params IReadOnlyList<string> on) =>
        FluentActions.Invoking(() => Lab(segments, on)).Should().Throw<DefinitionException>().Which.Message;

    private static LabDefinition Lab(string segments, params IReadOnlyList<string> on)
    {
        using var folder = new DefinitionFolder()
            .With("trees/one.yaml", "tree: one\nref: one\nversion: \"1\"\nsources: [{ suite: trixie }]\n")
            .With("lab.yaml", $"lab: web\ntrees: [trees/one.yaml]\n{segments}\nguests:\n" + string.Concat(Enumerable.Range(0, Math.Max(1, on.Count)).Select(index =>
                $"  node{index + 1}:\n    tree: one\n" + (index < on.Count ? $"    segments: {{ {on[index]} }}\n" : string.Empty))));
        return folder.Lab();
    }
}
