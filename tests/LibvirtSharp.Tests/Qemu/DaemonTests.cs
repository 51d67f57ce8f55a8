using System.Net;

namespace LibvirtSharp.Tests.Qemu;

/// <summary>What only a connection through a daemon shows.</summary>
[CancelAfter(60_000)]
public sealed class DaemonTests
{
    private const string NetworkXml =
        """
        <network>
          <name>leased</name>
          <bridge name='virbr9'/>
          <ip address='192.0.2.1' prefix='24'><dhcp><range start='192.0.2.10' end='192.0.2.20'/></dhcp></ip>
        </network>
        """;

    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("libvirtsharp-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_daemon_that_dies_ends_the_connection_and_fails_its_readers()
    {
        await using var daemon = await PrivateDaemon.StartAsync(_folder);
        var connection = await LibvirtConnection.OpenAsync(daemon.Uri("test:///default"));
        using var events = await connection.WatchDomainEventsAsync();
        await using var reader = events.GetAsyncEnumerator();
        var reading = async () => await reader.MoveNextAsync();
        var waiting = reading();

        await daemon.KillAsync();

        (await connection.Closed).Should().Be(ConnectionCloseReason.EndOfFile);
        var awaited = () => waiting;
        (await awaited.Should().ThrowAsync<LibvirtException>().WithMessage("The connection to test+unix:///default*is lost*"))
            .Which.Code.Should().Be(LibvirtErrorCode.Rpc);
        var list = () => connection.ListDomainsAsync();
        await list.Should().ThrowAsync<LibvirtException>();
        using var late = await connection.WatchDomainEventsAsync();
        await using var lateReader = late.GetAsyncEnumerator();
        var readLate = async () => await lateReader.MoveNextAsync();
        await readLate.Should().ThrowAsync<LibvirtException>("a subscription that comes too late does not wait for ever");
        (await connection.CloseAsync()).Should().Be(0, "a connection that was lost is given back all the same");
    }

    [Test]
    public async Task A_daemon_that_hangs_is_given_up()
    {
        await using var daemon = await PrivateDaemon.StartAsync(_folder);
        var connection = await LibvirtConnection.OpenAsync(
            daemon.Uri("test:///default"),
            new LibvirtOpenOptions { KeepAlive = TimeSpan.FromSeconds(1), KeepAliveCount = 1 });

        await daemon.HangAsync();
        var list = () => connection.ListDomainsAsync();

        await list.Should().ThrowAsync<LibvirtException>("a call that waits for the daemon must not wait for ever");
        (await connection.Closed).Should().Be(ConnectionCloseReason.KeepAlive);
        (await connection.CloseAsync()).Should().Be(0);
    }

    [Test]
    public async Task Leases_are_read_field_by_field()
    {
        await using var connection = await LibvirtConnection.OpenAsync(QemuHost.Daemon.Uri("network:///session"));
        using var network = await connection.DefineNetworkAsync(NetworkXml);
        Directory.CreateDirectory(QemuHost.Daemon.LeaseFolder);
        await File.WriteAllTextAsync(
            $"{QemuHost.Daemon.LeaseFolder}/virbr9.status",
            """
            [
              {"ip-address": "192.0.2.11", "mac-address": "52:54:00:00:00:0a", "hostname": "node-a", "client-id": "01:52:54:00:00:00:0a", "expiry-time": 4102444800},
              {"ip-address": "192.0.2.12", "mac-address": "52:54:00:00:00:0b", "expiry-time": 4102444800}
            ]
            """);
        try
        {
            var leases = await network.GetDhcpLeasesAsync();
            var one = await network.GetDhcpLeasesAsync("52:54:00:00:00:0b");

            leases.Should().Equal(
                new DhcpLease("virbr9", "52:54:00:00:00:0a", IPAddress.Parse("192.0.2.11"), 24, "node-a", "01:52:54:00:00:00:0a", DateTimeOffset.FromUnixTimeSeconds(4102444800)),
                new DhcpLease("virbr9", "52:54:00:00:00:0b", IPAddress.Parse("192.0.2.12"), 24, null, null, DateTimeOffset.FromUnixTimeSeconds(4102444800)));
            one.Should().ContainSingle().Which.MacAddress.Should().Be("52:54:00:00:00:0b");
        }
        finally
        {
            await network.UndefineAsync();
        }
    }
}
