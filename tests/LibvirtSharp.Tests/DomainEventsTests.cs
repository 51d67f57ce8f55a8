namespace LibvirtSharp.Tests;

[CancelAfter(60_000)]
public sealed class DomainEventsTests : TestDriver
{
    [Test]
    public async Task A_life_is_told_in_order_with_its_reasons()
    {
        using var events = await Connection.WatchDomainEventsAsync();

        using var domain = await Connection.DefineDomainAsync(DomainXml("told"));
        await domain.StartAsync();
        await domain.SuspendAsync();
        await domain.ResumeAsync();
        await domain.DestroyAsync();
        await domain.UndefineAsync();

        (await LifecycleAsync(events, untilKind: DomainEventKind.Undefined)).Should().Equal(
            new DomainLifecycleEvent("told", domain.Uuid, DomainEventKind.Defined, DomainEventDetail.DefinedAdded),
            new DomainLifecycleEvent("told", domain.Uuid, DomainEventKind.Started, DomainEventDetail.StartedBooted),
            new DomainLifecycleEvent("told", domain.Uuid, DomainEventKind.Suspended, DomainEventDetail.SuspendedPaused),
            new DomainLifecycleEvent("told", domain.Uuid, DomainEventKind.Resumed, DomainEventDetail.ResumedUnpaused),
            new DomainLifecycleEvent("told", domain.Uuid, DomainEventKind.Stopped, DomainEventDetail.StoppedDestroyed),
            new DomainLifecycleEvent("told", domain.Uuid, DomainEventKind.Undefined, DomainEventDetail.UndefinedRemoved));
    }

    [Test]
    public async Task What_happened_before_anyone_read_is_not_lost()
    {
        using var events = await Connection.WatchDomainEventsAsync();
        using var domain = await Connection.LookupDomainAsync("test");

        await domain.SuspendAsync();
        await domain.ResumeAsync();
        await domain.DestroyAsync();

        (await LifecycleAsync(events, untilKind: DomainEventKind.Stopped)).Select(told => told.Kind)
            .Should().Equal(DomainEventKind.Suspended, DomainEventKind.Resumed, DomainEventKind.Stopped);
    }

    [Test]
    public async Task A_subscription_to_one_domain_hears_of_no_other()
    {
        using var watched = await Connection.DefineDomainAsync(DomainXml("watched"));
        using var other = await Connection.LookupDomainAsync("test");
        using var events = await Connection.WatchDomainEventsAsync(watched);

        await other.SuspendAsync();
        await watched.StartAsync();
        await watched.DestroyAsync();

        (await LifecycleAsync(events, untilKind: DomainEventKind.Stopped)).Select(told => told.Name).Should().Equal("watched", "watched");
    }

    [Test]
    public async Task Several_subscriptions_hear_the_same()
    {
        using var first = await Connection.WatchDomainEventsAsync();
        using var second = await Connection.WatchDomainEventsAsync();
        using var domain = await Connection.LookupDomainAsync("test");

        await domain.DestroyAsync();

        (await LifecycleAsync(first, untilKind: DomainEventKind.Stopped)).Should().Equal(await LifecycleAsync(second, untilKind: DomainEventKind.Stopped));
    }

    [Test]
    public async Task A_subscription_that_was_disposed_ends_and_hears_nothing_more()
    {
        using var disposed = await Connection.WatchDomainEventsAsync();
        using var kept = await Connection.WatchDomainEventsAsync();
        using var domain = await Connection.LookupDomainAsync("test");
        disposed.Dispose();

        await domain.DestroyAsync();

        (await LifecycleAsync(kept, untilKind: DomainEventKind.Stopped)).Should().ContainSingle();
        (await LifecycleAsync(disposed, untilKind: null)).Should().BeEmpty();
    }

    [Test]
    public async Task Closing_the_connection_ends_a_reader_that_waits()
    {
        var connection = await LibvirtConnection.OpenAsync(Uri);
        using var events = await connection.WatchDomainEventsAsync();
        var reading = LifecycleAsync(events, untilKind: null);

        (await connection.CloseAsync()).Should().Be(0, "a subscription that was forgotten is ended with its connection");

        (await reading).Should().BeEmpty();
    }

    [Test]
    public async Task Cancelling_ends_a_reader_and_not_the_subscription()
    {
        using var events = await Connection.WatchDomainEventsAsync();
        using var cancellation = new CancellationTokenSource();
        await using var reader = events.GetAsyncEnumerator(cancellation.Token);
        var reading = async () => await reader.MoveNextAsync();
        var waiting = reading();

        await cancellation.CancelAsync();

        var awaited = () => waiting;
        await awaited.Should().ThrowAsync<OperationCanceledException>();
        using var domain = await Connection.LookupDomainAsync("test");
        await domain.DestroyAsync();
        (await LifecycleAsync(events, untilKind: DomainEventKind.Stopped)).Should().ContainSingle();
    }

    private static async Task<List<DomainLifecycleEvent>> LifecycleAsync(DomainEvents events, DomainEventKind? untilKind)
    {
        var told = new List<DomainLifecycleEvent>();
        await foreach (var one in events.WithCancellation(TestContext.CurrentContext.CancellationToken))
        {
            told.Add(one.Should().BeOfType<DomainLifecycleEvent>().Subject);
            if (told[^1].Kind == untilKind)
            {
                break;
            }
        }

        return told;
    }
}
