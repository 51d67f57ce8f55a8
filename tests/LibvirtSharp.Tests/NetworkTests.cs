using System.Xml.Linq;

namespace LibvirtSharp.Tests;

public sealed class NetworkTests : TestDriver
{
    private const string Xml =
        """
        <network>
          <name>segment</name>
          <bridge name='virbr9'/>
          <ip address='192.0.2.1' netmask='255.255.255.0'/>
        </network>
        """;

    [Test]
    public async Task A_defined_network_comes_up_and_goes_down()
    {
        using var network = await Connection.DefineNetworkAsync(Xml);
        (await network.IsPersistentAsync()).Should().BeTrue();
        (await network.IsActiveAsync()).Should().BeFalse();

        await network.StartAsync();
        (await network.IsActiveAsync()).Should().BeTrue();
        (await network.GetBridgeNameAsync()).Should().Be("virbr9");
        var definition = XElement.Parse(await network.GetXmlAsync());
        definition.Element("name")!.Value.Should().Be(network.Name).And.Be("segment");
        definition.Element("uuid")!.Value.Should().Be(network.Uuid.ToString());

        await network.SetAutostartAsync(true);
        (await network.GetAutostartAsync()).Should().BeTrue();

        await network.DestroyAsync();
        await network.UndefineAsync();
        (await Connection.FindNetworkAsync("segment")).Should().BeNull();
    }

    [Test]
    public async Task A_transient_network_is_gone_when_it_goes_down()
    {
        using var network = await Connection.CreateNetworkAsync(Xml);
        (await network.IsPersistentAsync()).Should().BeFalse();

        await network.DestroyAsync();

        (await Connection.FindNetworkAsync("segment")).Should().BeNull();
    }

    [Test]
    public async Task Starting_a_network_that_is_up_is_an_invalid_operation()
    {
        using var network = await Connection.FindNetworkAsync("default");

        var start = () => network!.StartAsync();

        (await start.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.OperationInvalid);
    }

    [Test]
    public async Task Listing_honours_its_filters()
    {
        using var defined = await Connection.DefineNetworkAsync(Xml);

        (await NamesAsync(NetworkFilters.None)).Should().BeEquivalentTo("default", "segment");
        (await NamesAsync(NetworkFilters.Inactive)).Should().Equal("segment");
    }

    private async Task<List<string>> NamesAsync(NetworkFilters filters)
    {
        var names = new List<string>();
        foreach (var network in await Connection.ListNetworksAsync(filters))
        {
            using (network)
            {
                names.Add(network.Name);
            }
        }

        return names;
    }
}
