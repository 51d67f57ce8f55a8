namespace LibvirtSharp.Tests;

/// <summary>Closing tells of references that remain: of each kind of object that can be forgotten, and of none when none was.</summary>
public sealed class HandleLeakTests : TestDriver
{
    [Test]
    public async Task A_forgotten_domain_is_told_when_its_connection_closes()
    {
        var connection = await LibvirtConnection.OpenAsync(Uri);
        using var forgotten = await connection.LookupDomainAsync("test");

        (await connection.CloseAsync()).Should().BePositive();
    }

    [Test]
    public async Task A_forgotten_network_is_told_when_its_connection_closes()
    {
        var connection = await LibvirtConnection.OpenAsync(Uri);
        using var forgotten = await connection.FindNetworkAsync("default");

        (await connection.CloseAsync()).Should().BePositive();
    }

    [Test]
    public async Task Calls_that_fail_leave_nothing_behind()
    {
        var connection = await LibvirtConnection.OpenAsync(Uri);
        using (var domain = await connection.LookupDomainAsync("test"))
        {
            Func<Task>[] failing =
            [
                () => domain.StartAsync(),
                () => domain.OpenConsoleAsync(),
                () => domain.GetBlockStatisticsAsync("vdz"),
                () => connection.LookupDomainAsync("absent"),
                () => connection.DefineDomainAsync("<domain>"),
            ];
            foreach (var call in failing)
            {
                await call.Should().ThrowAsync<LibvirtException>();
            }
        }

        (await connection.CloseAsync()).Should().Be(0);
    }

    [Test]
    public async Task Closing_while_events_are_on_their_way_leaves_nothing_behind()
    {
        for (var i = 0; i < 50; i++)
        {
            var connection = await LibvirtConnection.OpenAsync(Uri);
            using var events = await connection.WatchDomainEventsAsync();
            using (var domain = await connection.LookupDomainAsync("test"))
            {
                await domain.SuspendAsync();
                await domain.ResumeAsync();
            }

            (await connection.CloseAsync()).Should().Be(0);
        }
    }
}
