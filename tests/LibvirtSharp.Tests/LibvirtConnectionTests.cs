using System.Xml.Linq;

namespace LibvirtSharp.Tests;

public sealed class LibvirtConnectionTests : TestDriver
{
    [Test]
    public async Task A_connection_tells_what_serves_it()
    {
        Connection.Uri.Should().Be(Uri);
        (await Connection.GetLibraryVersionAsync()).Should().BeGreaterThanOrEqualTo(new Version(9, 0, 0));
        (await Connection.GetHypervisorVersionAsync()).Should().Be(new Version(0, 0, 2), "the test driver says so of itself");
        (await Connection.GetHostNameAsync()).Should().NotBeEmpty();
    }

    [Test]
    public async Task Node_information_is_read_field_by_field()
    {
        var node = await Connection.GetNodeInfoAsync();

        node.Should().Be(new NodeInfo("i686", Memory: 3L << 30, Cpus: 16, NumaNodes: 2, Sockets: 2, Cores: 2, Threads: 2));
    }

    [Test]
    public async Task Capabilities_are_xml()
    {
        XElement.Parse(await Connection.GetCapabilitiesAsync()).Name.LocalName.Should().Be("capabilities");
        XElement.Parse(await Connection.GetDomainCapabilitiesAsync(virtType: "test")).Name.LocalName.Should().Be("domainCapabilities");
    }

    [Test]
    public async Task Domains_are_found_by_name_and_by_uuid()
    {
        using var byName = await Connection.LookupDomainAsync("test");
        using var byUuid = await Connection.FindDomainAsync(byName.Uuid);
        using var again = await Connection.LookupDomainAsync(byName.Uuid);
        using var found = await Connection.FindDomainAsync("test");

        XElement.Parse(await byName.GetXmlAsync()).Element("uuid")!.Value.Should().Be(byName.Uuid.ToString());
        byUuid!.Name.Should().Be("test");
        again.Name.Should().Be("test");
        found!.Uuid.Should().Be(byName.Uuid);
    }

    [Test]
    public async Task Finding_what_is_not_there_gives_null_and_looking_it_up_throws()
    {
        (await Connection.FindDomainAsync("absent")).Should().BeNull();
        (await Connection.FindDomainAsync(Guid.Empty)).Should().BeNull();
        (await Connection.FindNetworkAsync("absent")).Should().BeNull();

        var lookup = () => Connection.LookupDomainAsync("absent");
        (await lookup.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.NoDomain);
    }

    [Test]
    public async Task Listing_honours_its_filters()
    {
        using var defined = await Connection.DefineDomainAsync(DomainXml("off"));

        (await NamesAsync(DomainFilters.None)).Should().BeEquivalentTo("test", "off");
        (await NamesAsync(DomainFilters.Running)).Should().Equal("test");
        (await NamesAsync(DomainFilters.Inactive)).Should().Equal("off");
    }

    [Test]
    public async Task A_read_only_connection_refuses_changes()
    {
        await using var readOnly = await LibvirtConnection.OpenAsync(Uri, new LibvirtOpenOptions { ReadOnly = true });
        using var domain = await readOnly.LookupDomainAsync("test");

        var destroy = () => domain.DestroyAsync();

        (await destroy.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.OperationDenied);
    }

    [Test]
    public async Task Keep_alive_is_accepted_where_there_is_no_daemon_to_ask()
    {
        await using var connection = await LibvirtConnection.OpenAsync(Uri, new LibvirtOpenOptions { KeepAlive = TimeSpan.FromSeconds(5) });

        connection.Closed.IsCompleted.Should().BeFalse();
    }

    [TestCase(0)]
    [TestCase(500)]
    [TestCase(1500)]
    public async Task A_keep_alive_that_libvirt_cannot_count_is_refused(int milliseconds)
    {
        var open = () => LibvirtConnection.OpenAsync(Uri, new LibvirtOpenOptions { KeepAlive = TimeSpan.FromMilliseconds(milliseconds) });

        await open.Should().ThrowAsync<ArgumentOutOfRangeException>().WithMessage("*whole number of seconds*");
    }

    [Test]
    public async Task A_call_that_is_cancelled_before_it_goes_out_does_nothing()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        var destroy = () => domain.DestroyAsync(cancellation: new CancellationToken(canceled: true));

        await destroy.Should().ThrowAsync<OperationCanceledException>();
        (await domain.IsActiveAsync()).Should().BeTrue();
    }

    [Test]
    public async Task Closing_twice_gives_the_same_answer_and_says_that_the_client_closed()
    {
        var connection = await LibvirtConnection.OpenAsync(Uri);

        (await connection.CloseAsync()).Should().Be(0);
        (await connection.CloseAsync()).Should().Be(0);
        (await connection.Closed).Should().Be(ConnectionCloseReason.Client);
    }

    [Test]
    public async Task A_closed_connection_refuses_calls()
    {
        var connection = await LibvirtConnection.OpenAsync(Uri);
        await connection.DisposeAsync();

        var list = () => connection.ListDomainsAsync();
        var watch = () => connection.WatchDomainEventsAsync();

        await list.Should().ThrowAsync<ObjectDisposedException>();
        await watch.Should().ThrowAsync<ObjectDisposedException>();
    }

    private async Task<List<string>> NamesAsync(DomainFilters filters)
    {
        var names = new List<string>();
        foreach (var domain in await Connection.ListDomainsAsync(filters))
        {
            using (domain)
            {
                names.Add(domain.Name);
            }
        }

        return names;
    }
}
