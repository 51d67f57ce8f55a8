using FluentAssertions;
using Lab.Execution;
using Lab.State;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.State;

/// <summary>Against flock(1), a process that is not ours.</summary>
public sealed class FileLockTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_lock_that_is_held_keeps_other_processes_out_until_it_is_given_back()
    {
        using var folder = new HostFolder();
        var other = new Command("flock", "--nonblock", folder["lock"], "true");

        using (FileLock.TryTake(folder["lock"]))
        {
            (await other.RunAsync()).ExitCode.Should().Be(1);
        }

        (await other.RunAsync()).ExitCode.Should().Be(0);
    }

    [Test]
    public void It_keeps_its_own_process_out_too()
    {
        using var folder = new HostFolder();
        using var held = FileLock.TryTake(folder["lock"]);

        held.Should().NotBeNull();
        FileLock.TryTake(folder["lock"]).Should().BeNull();
    }

    [Test]
    public async Task It_dies_with_the_process_that_holds_it_and_whoever_waits_gets_it()
    {
        using var folder = new HostFolder();
        using var kill = new CancellationTokenSource();
        using var deadline = new CancellationTokenSource(Deadline);
        var held = new TaskCompletionSource();
        var holder = new Command("flock", folder["lock"], "sh", "-c", "echo held; exec sleep 1000").WithLines(_ => held.TrySetResult()).RunAsync(kill.Token);
        await held.Task.WaitAsync(deadline.Token);
        var waits = 0;

        FileLock.TryTake(folder["lock"]).Should().BeNull();
        var taking = FileLock.TakeAsync(folder["lock"], () => waits++, deadline.Token);
        waits.Should().Be(1);
        await kill.CancelAsync();

        (await taking).Dispose();
        waits.Should().Be(1);
        await FluentActions.Awaiting(() => holder).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task Whoever_gives_up_waiting_leaves_the_lock_to_its_holder()
    {
        using var folder = new HostFolder();
        using var held = FileLock.TryTake(folder["lock"]);
        using var patience = new CancellationTokenSource();

        var taking = FileLock.TakeAsync(folder["lock"], cancellation: patience.Token);
        await patience.CancelAsync();

        await FluentActions.Awaiting(() => taking).Should().ThrowAsync<OperationCanceledException>();
        FileLock.TryTake(folder["lock"]).Should().BeNull();
    }

    [Test]
    public void A_file_that_can_not_be_made_is_not_taken_for_a_lock_that_somebody_holds()
    {
        using var folder = new HostFolder();

        FluentActions.Invoking(() => FileLock.TryTake(folder[new string('x', 300)])).Should().Throw<IOException>();
        FluentActions.Invoking(() => FileLock.TryTake(folder["missing/lock"])).Should().Throw<DirectoryNotFoundException>();
    }
}
