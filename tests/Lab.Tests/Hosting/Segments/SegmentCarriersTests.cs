using FluentAssertions;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Tests.Definitions;
using Lab.Tests.State;
using LibvirtSharp;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

/// <summary>Segments on this host's networks, told by libvirt's own test driver, which has one network: <c>default</c>, 192.168.122.1/24.</summary>
internal sealed class SegmentCarriersTests
{
    [Test]
    public Task A_network_that_is_there_is_accepted() => CheckAsync("subnet: 192.168.122.0/24, network: default");

    [TestCase("subnet: 192.168.122.0/24, network: defualt", "lab.yaml:3:46: segment `lan`: libvirt has no network `defualt`. Did you mean `default`? There are `default`.")]
    [TestCase("subnet: 192.168.100.0/24, network: default", "lab.yaml:3:46: segment `lan`: this host is 192.168.122.1/24 on libvirt's network `default`, and 192.168.100.1/24 on the segment. Write `subnet: 192.168.122.0/24` and `host: 192.168.122.1`.")]
    [TestCase("subnet: 192.168.122.0/25, network: default", "and 192.168.122.1/25 on the segment")]
    [TestCase("subnet: 192.168.122.0/24, host: 192.168.122.9, network: default", "and 192.168.122.9/24 on the segment")]
    [TestCase("subnet: 192.168.122.0/24, bridge: nobridge0", "lab.yaml:3:46: segment `lan`: this host has no bridge `nobridge0`. ")]
    [TestCase("subnet: 192.168.122.0/24, bridge: lo", "lab.yaml:3:46: segment `lan`: this host's `lo` is no bridge. ")]
    public async Task What_is_not_what_the_lab_takes_it_for_is_refused(string segment, string message) =>
        (await FluentActions.Awaiting(() => CheckAsync(segment)).Should().ThrowAsync<DefinitionException>()).Which.Message.Should().Contain(message);

    [Test]
    public async Task A_network_that_is_down_is_refused()
    {
        await using var libvirt = await LibvirtConnection.OpenAsync("test:///default");
        using (var network = await libvirt.FindNetworkAsync("default"))
        {
            await network!.DestroyAsync();
        }

        (await FluentActions.Awaiting(() => SegmentCarriers.CheckAsync(Lab("subnet: 192.168.122.0/24, network: default"), libvirt)).Should().ThrowAsync<DefinitionException>())
            .Which.Message.Should().Contain("libvirt's network `default` is down. `virsh net-start default` brings it up.");
    }

    [Test]
    public void Seats_would_meet_there() =>
        FluentActions.Invoking(() => LabInstance.CheckSeats(Lab("subnet: 192.168.122.0/24, network: default"), [], null!)).Should().Throw<DefinitionException>()
            .WithMessage("*lab.yaml:3:46: segment `lan` is carried by libvirt's network `default`, where all seats would have the same addresses. Leave that out: *");

    [Test]
    public async Task Another_lab_that_is_up_may_have_the_address()
    {
        using var temporary = new TemporaryHome();
        var there = Lab("subnet: 192.168.122.0/24, network: default");
        await SegmentPlan.WriteAsync(GuestPlan.LabFolder(temporary.Home, "web"), LabInstance.Network(temporary.Home, there));

        await LabInstance.RefuseSharedAddressesAsync(there, temporary.Home);
        await LabInstance.RefuseSharedAddressesAsync(Lab("subnet: 192.168.122.0/24") with { Name = "own" }, temporary.Home);
        (await FluentActions.Awaiting(() => LabInstance.RefuseSharedAddressesAsync(there with { Name = "copy" }, temporary.Home)).Should().ThrowAsync<DefinitionException>())
            .Which.Message.Should().Contain("lab.yaml:5:3: 192.168.122.11 on libvirt's network `default` is guest `node1`'s of lab `web`, which is up. Give guest `node1` another address, or `lab down web` first.");
    }

    private static async Task CheckAsync(string segment)
    {
        await using var libvirt = await LibvirtConnection.OpenAsync("test:///default");
        await SegmentCarriers.CheckAsync(Lab(segment), libvirt);
    }

    private static LabDefinition Lab(string segment)
    {
        using var folder = new DefinitionFolder()
            .With("trees/one.yaml", "tree: one\nref: one\nversion: \"1\"\nsources: [{ suite: trixie }]\n")
            .With("lab.yaml", $"lab: web\ntrees: [trees/one.yaml]\nsegments: {{ lan: {{ {segment} }} }}\nguests:\n  node1: {{ tree: one, segments: {{ lan: {(segment.Contains(".122.", StringComparison.Ordinal) ? "192.168.122.11" : "192.168.100.11")} }} }}\n");
        return folder.Lab();
    }
}
