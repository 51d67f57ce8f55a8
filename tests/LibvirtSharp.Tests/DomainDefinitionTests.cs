namespace LibvirtSharp.Tests;

public sealed class DomainDefinitionTests : TestDriver
{
    private const string Namespace = "urn:example:lab";

    [Test]
    public async Task Metadata_is_stored_replaced_and_removed()
    {
        using var domain = await Connection.DefineDomainAsync(DomainXml("labelled"));
        (await domain.GetMetadataAsync(Namespace)).Should().BeNull();

        await domain.SetMetadataAsync("<owner>näme</owner>", "lab", Namespace);
        (await domain.GetMetadataAsync(Namespace)).Should().Be("<owner>näme</owner>");
        (await domain.GetXmlAsync()).Should().Contain("<lab:owner xmlns:lab=\"urn:example:lab\">");

        await domain.SetMetadataAsync("<owner>other</owner>", "lab", Namespace);
        (await domain.GetMetadataAsync(Namespace)).Should().Be("<owner>other</owner>");

        await domain.SetMetadataAsync(xml: null, "lab", Namespace);
        (await domain.GetMetadataAsync(Namespace)).Should().BeNull();
    }

    [Test]
    public async Task Metadata_of_the_running_domain_is_not_that_of_the_stored_definition()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        await domain.SetMetadataAsync("<run/>", "lab", Namespace, DomainChangeScopes.Live);

        (await domain.GetMetadataAsync(Namespace, DomainChangeScopes.Live)).Should().Be("<run/>");
        (await domain.GetMetadataAsync(Namespace, DomainChangeScopes.Config)).Should().BeNull();
    }

    [Test]
    public async Task Metadata_that_is_no_xml_is_refused()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        var store = () => domain.SetMetadataAsync("<owner", "lab", Namespace);

        await store.Should().ThrowAsync<LibvirtException>();
    }

    [Test]
    public async Task An_interface_that_is_not_there_is_named_beside_those_that_are()
    {
        using var domain = await Connection.CreateDomainAsync(DomainXml(
            "linked",
            "<interface type='network'><mac address='52:54:00:00:00:0a'/><source network='default'/></interface>"));

        var unplug = () => domain.SetLinkStateAsync("52:54:00:00:00:0b", up: false);

        var failure = (await unplug.Should().ThrowAsync<LibvirtException>()).Which;
        failure.Code.Should().Be(LibvirtErrorCode.DeviceMissing);
        failure.Message.Should().Be("Domain linked has no interface with MAC address 52:54:00:00:00:0b; it has: 52:54:00:00:00:0a");
        await domain.DestroyAsync();
    }
}
