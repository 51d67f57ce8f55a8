namespace LibvirtSharp.Tests;

public sealed class DomainSavingTests : TestDriver
{
    [Test]
    public async Task A_saved_domain_is_off_until_it_is_restored()
    {
        var file = Path.Combine(Path.GetTempPath(), $"libvirtsharp-{Environment.ProcessId}.save");
        try
        {
            using var domain = await Connection.LookupDomainAsync("test");

            await domain.SaveAsync(file);
            (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Shutoff, DomainStateReason.ShutoffSaved));
            (await Connection.GetSaveImageXmlAsync(file)).Should().Contain("<name>test</name>");

            await Connection.RestoreDomainAsync(file);
            (await domain.GetStatusAsync()).Should().Be(new DomainStatus(DomainState.Running, DomainStateReason.RunningRestored));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task Restoring_from_a_file_that_is_not_there_says_which()
    {
        var restore = () => Connection.RestoreDomainAsync("/nonexistent/guest.save");

        (await restore.Should().ThrowAsync<LibvirtException>()).Which.Message.Should().Contain("/nonexistent/guest.save");
    }

    [Test]
    public async Task A_managed_save_is_taken_up_by_the_next_start()
    {
        using var domain = await Connection.LookupDomainAsync("test");

        await domain.ManagedSaveAsync();
        (await domain.HasManagedSaveAsync()).Should().BeTrue();
        (await domain.IsActiveAsync()).Should().BeFalse();

        await domain.StartAsync();
        (await domain.HasManagedSaveAsync()).Should().BeFalse();
        (await domain.IsActiveAsync()).Should().BeTrue();
    }

    [Test]
    public async Task A_managed_save_can_be_thrown_away_or_goes_with_the_definition()
    {
        using var domain = await Connection.DefineDomainAsync(DomainXml("kept"));
        await domain.StartAsync();
        await domain.ManagedSaveAsync();
        await domain.RemoveManagedSaveAsync();
        (await domain.HasManagedSaveAsync()).Should().BeFalse();

        await domain.StartAsync();
        await domain.ManagedSaveAsync();
        var forget = () => domain.UndefineAsync();
        (await forget.Should().ThrowAsync<LibvirtException>()).Which.Code.Should().Be(LibvirtErrorCode.OperationInvalid);

        await domain.UndefineAsync(DomainUndefineOptions.ManagedSave | DomainUndefineOptions.SnapshotsMetadata);
        (await Connection.FindDomainAsync("kept")).Should().BeNull();
    }
}
