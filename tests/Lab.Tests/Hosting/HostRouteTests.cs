using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class HostRouteTests
{
    private const string Header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
    private const string Lan = "eth0\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0";
    private const string Default = "eth0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0";
    private const string Wireless = "wlan0\t00000000\tFE01000A\t0003\t0\t0\t600\t00000000\t0\t0\t0";

    // Through a device alone, as point-to-point links have it: there is no gateway to name.
    private const string ByDevice = "wg0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0";

    // The lower half of all addresses, as VPNs have it beside the upper: no default route.
    private const string LowerHalf = "tun0\t00000000\t0108000A\t0003\t0\t0\t0\t00000080\t0\t0\t0";

    [TestCase(new[] { LowerHalf, Default }, "192.168.2.1")]
    [TestCase(new[] { LowerHalf }, null)]
    [TestCase(new[] { Default, Lan }, "192.168.2.1")]
    [TestCase(new[] { Lan, Default }, "192.168.2.1")]
    [TestCase(new[] { Default, Wireless, Lan }, "192.168.2.1", Description = "the kernel lists the preferred one first")]
    [TestCase(new[] { ByDevice, Wireless }, "10.0.1.254")]
    [TestCase(new[] { Lan }, null)]
    [TestCase(new[] { ByDevice }, null)]
    [TestCase(new string[0], null)]
    public void The_gateway_is_that_of_the_first_default_route(string[] routes, string? gateway) =>
        HostRoute.Gateway([Header, .. routes]).Should().Be(gateway);

    [Test]
    public void A_header_alone_or_nothing_at_all_means_no_route()
    {
        HostRoute.Gateway([]).Should().BeNull();
        HostRoute.Gateway(["eth0"]).Should().BeNull();
    }
}
