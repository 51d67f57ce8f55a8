using System.Globalization;
using FluentAssertions;
using Lab.Execution;
using Lab.Tests.State;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LabContentTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly TemporaryHome _temporary = new();

    private string Repository => Path.Combine(_temporary.Home.Labs, "web", "repo");

    public void Dispose() => _temporary.Dispose();

    [Test]
    public async Task A_lab_is_served_by_one_process_until_it_ends()
    {
        await using (await StartAsync())
        {
            LabContent.IsServed(_temporary.Home, "web").Should().BeTrue();
            LabContent.IsServed(_temporary.Home, "db").Should().BeFalse();
            (await StartAsync()).Should().BeNull();
        }

        LabContent.IsServed(_temporary.Home, "web").Should().BeFalse();
        await using var again = await StartAsync();
        again.Should().NotBeNull();
    }

    [Test]
    public async Task A_port_that_is_taken_leaves_the_lab_unserved()
    {
        await using var other = await StartAsync();

        await FluentActions.Awaiting(() => LabContent.TryStartAsync(_temporary.Home, "db", Repository, other!.Server.Port)).Should().ThrowAsync<HostException>();

        LabContent.IsServed(_temporary.Home, "db").Should().BeFalse();
    }

    [Test]
    public async Task Whoever_serves_it_is_ended()
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var begun = new TaskCompletionSource<int>();

        // flock(1) with --no-fork is one process that holds the lock, as a `lab` that serves is.
        var server = new Command("sh", "-c", "echo $$; exec flock --no-fork \"$0\" sleep 1000", Path.Combine(_temporary.Home.Locks, "content-web"))
            .WithLines(line => begun.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture)))
            .RunAsync(deadline.Token);
        var pid = await begun.Task.WaitAsync(deadline.Token);
        await File.WriteAllTextAsync(PidFile, pid.ToString(CultureInfo.InvariantCulture));
        while (!LabContent.IsServed(_temporary.Home, "web"))
        {
            deadline.Token.ThrowIfCancellationRequested();
        }

        await LabContent.StopAsync(_temporary.Home, "web");

        (await server).ExitCode.Should().Be(128 + 15);
        LabContent.IsServed(_temporary.Home, "web").Should().BeFalse();
        File.Exists(PidFile).Should().BeFalse();
    }

    [Test]
    public async Task A_number_that_a_dead_server_left_is_nobody_to_end()
    {
        using var deadline = new CancellationTokenSource();
        var bystander = new Command("sleep", "1000").RunAsync(deadline.Token);
        var pid = (await new Command("pgrep", "--newest", "--parent", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "sleep").SucceedAsync()).Trim();
        await File.WriteAllTextAsync(PidFile, pid);

        await LabContent.StopAsync(_temporary.Home, "web");

        (await new Command("kill", "-0", pid).RunAsync()).ExitCode.Should().Be(0);
        File.Exists(PidFile).Should().BeFalse();
        await deadline.CancelAsync();
        await FluentActions.Awaiting(() => bystander).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task With_the_labs_folder_gone_there_is_nothing_left_to_serve()
    {
        await using var content = await StartAsync();
        var useless = content!.WaitUntilUselessAsync();
        useless.IsCompleted.Should().BeFalse();

        Directory.Delete(Path.GetDirectoryName(Repository)!, recursive: true);

        await useless.WaitAsync(Deadline);
    }

    private string PidFile => Path.Combine(_temporary.Home.Runtime, "content-web.pid");

    private Task<LabContent?> StartAsync() => LabContent.TryStartAsync(_temporary.Home, "web", Repository, FreePort.Find());
}
