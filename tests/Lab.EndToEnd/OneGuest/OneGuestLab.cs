using Lab.Execution;
using Lab.Guests;

namespace Lab.EndToEnd.OneGuest;

/// <summary>The guest that the fixtures of this namespace share, because each boot costs most of a minute under emulation.</summary>
[SetUpFixture]
public sealed class OneGuestLab
{
    private static RunningLab? _running;

    internal static RunningLab Running => _running ?? throw new InvalidOperationException("The lab is not up.");

    internal static Guest Guest => Running.Instance["node1"];

    /// <summary>Ready, whatever state the test before left it in.</summary>
    internal static async Task<Guest> ReadyAsync()
    {
        if (!await Guest.Domain.IsActiveAsync())
        {
            var ready = new CheckpointStore(Running.Hypervisor.Home).Find(Running.Instance.Name, Checkpoint.Ready);
            await Running.Instance.RestoreAsync(ready ?? throw new InvalidOperationException("No checkpoint was kept."), SilentProgress.Instance);
        }

        await Guest.WaitUntilReadyAsync();
        return Guest;
    }

    [OneTimeSetUp]
    public async Task BringUpAsync() => _running = await RunningLab.StartAsync(AtomicHost.Named("e2e-one"));

    [OneTimeTearDown]
    public async Task TakeDownAsync()
    {
        if (_running is not null)
        {
            await _running.DisposeAsync();
        }
    }
}
