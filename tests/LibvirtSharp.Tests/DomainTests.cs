using System.Xml.Linq;

namespace LibvirtSharp.Tests;

public sealed class DomainTests : TestDriver
{
    [Test]
    public async Task A_defined_domain_lives_through_every_power_verb()
    {
        using var domain = await Connection.DefineDomainAsync(DomainXml("life"));
        domain.Id.Should().BeNull();
        (await domain.GetStatusAsync()).State.Should().Be(DomainState.Shutoff);
        (await domain.IsPersistentAsync()).Should().BeTrue();

        await domain.StartAsync();
        domain.Id.Should().BePositive();
        (await domain.IsActiveAsync()).Should().BeTrue();
        (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Running, DomainStateReason.RunningBooted));

        await domain.SuspendAsync();
        (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Paused, DomainStateReason.PausedUser));

        await domain.ResumeAsync();
        (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Running, DomainStateReason.RunningUnpaused));

        await domain.RebootAsync();
        await domain.ResetAsync();
        (await domain.GetStatusAsync()).State.Should().Be(DomainState.Running);

        await domain.ShutdownAsync();
        (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Shutoff, DomainStateReason.ShutoffShutdown));

        await domain.StartAsync();
        await domain.DestroyAsync();
        (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Shutoff, DomainStateReason.ShutoffDestroyed));

        await domain.UndefineAsync();
        (await Connection.FindDomainAsync("life")).Should().BeNull();
    }

    [Test]
    public async Task A_transient_domain_is_gone_when_it_stops()
    {
        using var domain = await Connection.CreateDomainAsync(DomainXml("passing"));
        (await domain.IsPersistentAsync()).Should().BeFalse();

        await domain.DestroyAsync();

        (await Connection.FindDomainAsync("passing")).Should().BeNull();
    }

    [Test]
    public async Task Destroying_a_domain_that_is_off_is_an_invalid_operation()
    {
        using var domain = await Connection.DefineDomainAsync(DomainXml("off"));

        var destroy = () => domain.DestroyAsync();

        (await destroy.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.OperationInvalid);
    }

    [Test]
    public async Task Autostart_is_remembered()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        await domain.SetAutostartAsync(true);
        (await domain.GetAutostartAsync()).Should().BeTrue();

        await domain.SetAutostartAsync(false);
        (await domain.GetAutostartAsync()).Should().BeFalse();
    }

    [Test]
    public async Task Keys_are_pressed_on_a_running_domain_and_refused_by_one_that_is_off()
    {
        using var domain = await Connection.LookupDomainAsync("test");
        uint[] controlAltDelete = [29, 56, 111];

        await domain.SendKeysAsync(controlAltDelete, TimeSpan.FromMilliseconds(10));

        await domain.DestroyAsync();
        var press = () => domain.SendKeysAsync(controlAltDelete);
        (await press.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.OperationInvalid);
    }

    [Test]
    public async Task The_stored_definition_is_told_from_the_one_in_force()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        XElement.Parse(await domain.GetXmlAsync()).Attribute("id").Should().NotBeNull();
        XElement.Parse(await domain.GetXmlAsync(DomainXmlOptions.Inactive)).Attribute("id").Should().BeNull();
    }
}
