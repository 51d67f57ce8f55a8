using FluentAssertions;
using Lab.Execution;
using Lab.Guests;
using Lab.Media.Installer;
using Lab.Tests.Hosting;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Guests;

public sealed class InstallWatchTests
{
    private static readonly DateTimeOffset PowerOn = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly string _commit = new('a', 64);

    [Test]
    public void An_installation_is_timed_by_its_phases()
    {
        var watch = Watch(
            (5, new InstallPhaseBegun(InstallPhase.Kickstart)),
            (6, new InstallPhaseBegun(InstallPhase.Pull)),
            (16, new InstallPhaseBegun(InstallPhase.BootLoader)),
            (17, new InstallEnded(_commit, Reboots: true)));

        watch.Ended.Should().Be(new InstallEnded(_commit, Reboots: true));
        watch.ToRecord().Should().BeEquivalentTo(new InstallRecord(_commit, TimeSpan.FromSeconds(5),
        [
            new(InstallPhase.Kickstart, TimeSpan.FromSeconds(1)), new(InstallPhase.Pull, TimeSpan.FromSeconds(10)), new(InstallPhase.BootLoader, TimeSpan.FromSeconds(1)),
        ]));
    }

    [Test]
    public async Task What_was_seen_is_kept_in_the_guests_folder()
    {
        using var folder = new HostFolder();
        var record = new InstallRecord(_commit, TimeSpan.FromSeconds(5), [new(InstallPhase.Pull, TimeSpan.FromSeconds(1.5))]) { Fetched = new ContentCount(12, 3456) };

        await record.WriteAsync(folder.Path, CancellationToken.None);

        (await InstallRecord.ReadAsync(folder.Path)).Should().BeEquivalentTo(record);
        (await InstallRecord.ReadAsync(folder["elsewhere"])).Should().BeNull(because: "nothing was installed there");
    }

    [Test]
    public void One_that_starts_over_is_timed_from_there() =>
        Watch(
            (5, new InstallPhaseBegun(InstallPhase.Kickstart)),
            (6, new InstallPhaseBegun(InstallPhase.Pull)),
            (30, new InstallPhaseBegun(InstallPhase.Kickstart)),
            (31, new InstallEnded(_commit, Reboots: false)))
        .ToRecord().Phases.Should().Equal(new InstallTiming(InstallPhase.Kickstart, TimeSpan.FromSeconds(1)));

    [Test]
    public void One_that_fails_says_why_and_whose_failure_it_is()
    {
        var failure = FluentActions.Invoking(() => Watch((5, new InstallPhaseBegun(InstallPhase.Pull)), (6, new InstallError("The tree is gone.")), (6, new InstallFailed(FailureKind.Definition))))
            .Should().Throw<InstallFailedException>().Which;

        failure.Message.Should().Be("Guest node1 was not installed: The tree is gone.");
        failure.Kind.Should().Be(FailureKind.Definition);
    }

    [Test]
    public void Its_pull_is_told_as_objects_of_all_whatever_the_installer_knows_of_them()
    {
        var told = new Told();

        Watch(told, (5, new InstallPhaseBegun(InstallPhase.Pull)), (6, new InstallObjects(50, null)), (7, new InstallObjects(100, 300)), (8, new InstallObjects(300, 300)));

        told.Details.Should().Equal("pull", "pull: 50 of 200 objects", "pull: 100 of 200 objects", "pull: 200 of 200 objects");
        told.Fractions.Should().BeInAscendingOrder().And.OnlyContain(fraction => fraction >= 0.5 && fraction < 0.7);
    }

    private static InstallWatch Watch(params (int Second, InstallMessage Message)[] said) => Watch(SilentProgress.Instance, said);

    private static InstallWatch Watch(IActivity activity, params (int Second, InstallMessage Message)[] said)
    {
        var watch = new InstallWatch("node1", PowerOn, objects: 200, activity);
        foreach (var (second, message) in said)
        {
            watch.Add(new ConsoleLine(PowerOn.AddSeconds(second), message.ToString()));
        }

        return watch;
    }

    private sealed class Told : IActivity
    {
        public List<string> Details { get; } = [];

        public List<double?> Fractions { get; } = [];

        public void Report(string detail, double? fraction = null)
        {
            Details.Add(detail);
            Fractions.Add(fraction);
        }

        public void Done(string? outcome = null) => throw new InvalidOperationException("it goes on");

        public void Dispose()
        {
        }
    }
}
