using System.Globalization;
using System.Net;
using System.Xml.Linq;
using FluentAssertions;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Media;
using Lab.Tests.Definitions;
using Lab.Tests.State;
using LibvirtSharp;
using NUnit.Framework;

namespace Lab.Tests.Guests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GuestDomainTests : IDisposable
{
    private const string Foreign = "<domain type='test'><name>web-node1</name><memory>1024</memory><os><type>hvm</type></os></domain>";

    private static readonly GuestMetadata Metadata = new("web", "node1", "0123abcd", "/labs/web/lab.yaml", "d1", "labtree-1", "c0ffee", "core", 20_022);
    private readonly TemporaryHome _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [TestCase(AcceleratorKind.Kvm, true, "domain-kvm.xml")]
    [TestCase(AcceleratorKind.Tcg, false, "domain-tcg.xml")]
    public void A_domain_is_what_is_checked_in(AcceleratorKind accelerator, bool confined, string snapshot) =>
        Portable(GuestDomain.Xml(Plan(), Metadata, accelerator, confined)).ShouldMatchSnapshot(snapshot);

    [Test]
    public void A_guest_that_starts_by_UEFI_has_firmware_that_libvirt_finds_and_a_memory_for_it() =>
        Portable(XDocument.Parse(GuestDomain.Xml(Plan(firmware: Firmware.Uefi), Metadata, AcceleratorKind.Tcg, confined: false)).Root!.Element("os")!.ToString()).ShouldMatchSnapshot("os-uefi.xml");

    [Test]
    public void A_guest_of_a_tree_gets_its_seed_from_its_firmware_what_is_secret_in_a_file()
    {
        var seed = new Seed("web", "node1", "core", "ssh-ed25519 AAAAC3Nz lab", "secret", "ssh-ed25519 AAAAC3Nzhost", new SeedNetwork("52:54:00:12:34:56", "10.0.2.15/24", "192.0.2.1", "10.0.2.2"), null);
        var plan = Plan();

        var xml = GuestDomain.Xml(plan, Metadata, AcceleratorKind.Tcg, confined: false, credentials: GuestSeed.Credentials(plan, seed));

        Portable(string.Join('\n', XDocument.Parse(xml).Root!.Elements("sysinfo"))).ShouldMatchSnapshot("sysinfo-seed.xml");
    }

    [Test]
    public void A_guest_on_a_segment_has_an_interface_there()
    {
        var plan = Plan(segments: [new SegmentAddress("edge", IPAddress.Parse("192.168.100.11"), 24)]);

        var nic = plan.Nics.Should().ContainSingle().Which;
        var devices = XDocument.Parse(GuestDomain.Xml(plan, Metadata, AcceleratorKind.Tcg, confined: false)).Descendants("interface").Select(device => device.Attribute("type")!.Value);
        devices.Should().Equal("user", "udp");
        Portable(XDocument.Parse(GuestDomain.Xml(plan, Metadata, AcceleratorKind.Tcg, confined: false)).Descendants("interface").Last().ToString())
            .Replace(nic.Mac, "52:54:00:00:00:01", StringComparison.Ordinal)
            .Replace($"port=\"{nic.Port}\"", "port=\"1\"", StringComparison.Ordinal)
            .Replace($"port=\"{nic.SwitchPort}\"", "port=\"2\"", StringComparison.Ordinal)
            .ShouldMatchSnapshot("interface-segment.xml");
    }

    [TestCase(SegmentCarrierKind.Network, "default", "interface-network.xml")]
    [TestCase(SegmentCarrierKind.Bridge, "br0", "interface-bridge.xml")]
    public void A_guest_on_a_network_of_this_hosts_has_an_interface_there(SegmentCarrierKind kind, string name, string snapshot)
    {
        var plan = Plan(segments: [new SegmentAddress("lan", IPAddress.Parse("192.168.122.11"), 24, new SegmentCarrier(kind, name))]);

        XDocument.Parse(GuestDomain.Xml(plan, Metadata, AcceleratorKind.Tcg, confined: false)).Descendants("interface").Last().ToString()
            .Replace(plan.Nics[0].Mac, "52:54:00:00:00:01", StringComparison.Ordinal)
            .ShouldMatchSnapshot(snapshot);
    }

    [Test]
    public void Names_that_hold_markup_stay_what_they_are()
    {
        const string hostile = "a'/><b a=\"1\"&amp;{{name}}]]>";
        var metadata = Metadata with { LabFile = $"/labs/{hostile}/lab.yaml", User = hostile };

        var document = XDocument.Parse(GuestDomain.Xml(Plan(hostile), metadata, AcceleratorKind.Tcg, confined: true));

        document.Root!.Element("name")!.Value.Should().Be($"web-{hostile}");
        document.Root.Element("title")!.Value.Should().Be($"Guest {hostile} of lab web");
        document.Descendants("source").First().Attribute("file")!.Value.Should().EndWith($"/{hostile}/disk.qcow2");
        var guest = document.Descendants(XName.Get("guest", GuestMetadata.Namespace)).Should().ContainSingle().Which;
        (guest.Attribute("file")!.Value, guest.Attribute("user")!.Value).Should().Be(($"/labs/{hostile}/lab.yaml", hostile));
    }

    private static IEnumerable<GuestMetadata> Told() =>
        [Metadata, Metadata with { Image = "box:debian" }, Metadata with { Lab = "web-7", HandOut = new HandOut(new Seat("web", 7, "Žofie <O'Neill> & \"co\""), "ready", "aa") }];

    [TestCaseSource(nameof(Told))]
    public async Task A_domain_says_about_itself_what_it_was_told(GuestMetadata told)
    {
        await using var libvirt = await LibvirtConnection.OpenAsync("test:///default");
        using var domain = await libvirt.DefineDomainAsync($"""
            <domain type='test'>
              <name>web-node1</name>
              {XDocument.Parse(GuestDomain.Xml(Plan(), told, AcceleratorKind.Tcg, confined: true)).Root!.Element("metadata")}
              <memory>1024</memory>
              <os><type>hvm</type></os>
            </domain>
            """);

        (await GuestMetadata.ReadAsync(domain)).Should().Be(told);
    }

    [Test]
    public async Task A_domain_of_somebody_else_says_nothing_to_us()
    {
        await using var libvirt = await LibvirtConnection.OpenAsync("test:///default");
        using var domain = await libvirt.DefineDomainAsync(Foreign);

        (await GuestMetadata.ReadAsync(domain)).Should().BeNull();
        (await GuestDomain.StatusAsync(domain))!.State.Should().Be(DomainState.Shutoff);
    }

    [Test]
    public async Task A_domain_that_somebody_takes_away_meanwhile_is_told_apart_from_a_failure()
    {
        await using var libvirt = await LibvirtConnection.OpenAsync("test:///default");
        using var domain = await libvirt.DefineDomainAsync(Foreign);
        await domain.UndefineAsync();

        (await GuestDomain.StatusAsync(domain)).Should().BeNull();
        (await GuestDomain.DefinitionAsync(domain)).Should().BeNull();
        (await GuestMetadata.ReadAsync(domain)).Should().BeNull();
    }

    private GuestPlan Plan(string name = "node1", IReadOnlyList<SegmentAddress>? segments = null, Firmware firmware = Firmware.Bios)
    {
        var place = new SourceLocation("/labs/web/lab.yaml", 1, 1);
        var tree = new TreeDefinition { Name = "labtree-1", File = "/labs/web/trees/labtree-1.yaml", Location = place };
        return new GuestPlan(_temporary.Home, "web", new GuestDefinition { Name = name, Tree = tree, Forward = [80], Firmware = firmware, Addresses = segments ?? [], Location = place });
    }

    // The home's path is part of every derived id, and this test's home is new each time.
    private string Portable(string xml)
    {
        var plan = Plan();
        xml = xml.Replace(_temporary.Home.Root, "/var/lib/lab", StringComparison.Ordinal)
            .Replace(plan.Uuid.ToString(), "00000000-0000-0000-0000-000000000000", StringComparison.Ordinal)
            .Replace(plan.Mac, "52:54:00:00:00:00", StringComparison.Ordinal);
        return plan.Forwards.Aggregate(xml, (text, forward) => text.Replace($"'{forward.Host.ToString(CultureInfo.InvariantCulture)}'", $"'host port to {forward.Guest}'", StringComparison.Ordinal));
    }
}
