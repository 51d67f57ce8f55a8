using System.Net;

namespace LibvirtSharp.Tests;

public sealed class DomainStatisticsTests : TestDriver
{
    [Test]
    public async Task Information_is_in_bytes()
    {
        using var domain = await Connection.CreateDomainAsync(DomainXml("sized"));

        var info = await domain.GetInfoAsync();

        info.Should().BeEquivalentTo(new { State = DomainState.Running, MaxMemory = 64L << 20, Memory = 64L << 20, VirtualCpus = 2 });
        await domain.DestroyAsync();
    }

    [Test]
    public async Task Memory_statistics_are_told_by_name()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        var statistics = await domain.GetMemoryStatisticsAsync();

        statistics.Should().ContainKey(DomainMemoryStatistic.ActualBalloon).And.ContainKey(DomainMemoryStatistic.Rss);
        statistics.Keys.Should().OnlyContain(statistic => Enum.IsDefined(statistic));
    }

    [Test]
    public async Task Block_statistics_are_counted_for_a_disk_and_refused_for_none()
    {
        using var domain = await Connection.CreateDomainAsync(DomainXml(
            "stored",
            "<disk type='file' device='disk'><source file='/nonexistent/guest.img'/><target dev='vda' bus='virtio'/></disk>"));

        var statistics = await domain.GetBlockStatisticsAsync("vda");
        statistics.ReadRequests.Should().BePositive();
        statistics.WriteBytes.Should().BePositive();

        var absent = () => domain.GetBlockStatisticsAsync("vdz");
        await absent.Should().ThrowAsync<LibvirtException>().WithMessage("*vdz*");
        await domain.DestroyAsync();
    }

    [Test]
    public async Task Addresses_come_with_their_interface_and_prefix()
    {
        using var domain = await Connection.CreateDomainAsync(DomainXml(
            "addressed",
            "<interface type='network'><mac address='52:54:00:00:00:0a'/><source network='default'/></interface>"));

        var interfaces = await domain.GetInterfaceAddressesAsync(InterfaceAddressSource.Lease);

        var only = interfaces.Should().ContainSingle().Subject;
        only.MacAddress.Should().Be("52:54:00:00:00:0a");
        var address = only.Addresses.Should().ContainSingle().Subject;
        new IPNetwork(IPAddress.Parse("192.168.122.0"), address.PrefixLength).Contains(address.Address).Should().BeTrue();
        address.PrefixLength.Should().Be(24);
        await domain.DestroyAsync();
    }
}
