using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class RpmOstreeUpdaterTests
{
    private const string Status = "rpm-ostree status --json";
    private const string Upgrade = "rpm-ostree upgrade --unchanged-exit-77";
    private const string March = "98a1d03316797162d4b3a1fad22c36be049c46b42605307a0553e35c909c6a6d";
    private const string Later = "662c26c39800e4fa97430fecdab6d25bd704c8d9228555e082217b16d5697f02";

    [Test]
    public async Task An_upgrade_stages_the_newest_commit_and_tells_which()
    {
        var shell = new RecordingShell().Answer(Upgrade).Answer(Status, Transcript.Read("rpm-ostree-2021-json"));

        (await new RpmOstreeUpdater(shell).UpgradeAsync()).Staged!.Commit.Should().Be(Later);
    }

    [Test]
    public async Task An_upgrade_with_nothing_newer_says_so()
    {
        var shell = new RecordingShell().Answer(Upgrade, "No upgrade available.\n", exitCode: 77);

        (await new RpmOstreeUpdater(shell).UpgradeAsync()).AlreadyCurrent.Should().BeTrue();
    }

    [Test]
    public async Task A_rebase_takes_the_refspec()
    {
        var shell = new RecordingShell().Answer("rpm-ostree rebase lab:badtree").Answer(Status, Transcript.Read("rpm-ostree-2021-json"));

        (await new RpmOstreeUpdater(shell).RebaseAsync(Refspec.Parse("lab:badtree"))).Staged.Should().BeTrue();
    }

    [Test]
    public async Task A_rollback_is_rpm_ostrees_own()
    {
        var shell = new RecordingShell().Answer("rpm-ostree rollback", "Moving '662c.0' to be first deployment\n").Answer(Status, Transcript.Read("rpm-ostree-2021-json"));

        (await new RpmOstreeUpdater(shell).RollbackAsync()).Commit.Should().Be(Later);
    }

    [Test]
    public async Task A_rollback_to_nowhere_is_refused()
    {
        var shell = new RecordingShell().Answer("rpm-ostree rollback", error: "error: No rollback deployment found\n", exitCode: 1);

        await new RpmOstreeUpdater(shell).Invoking(updater => updater.RollbackAsync()).Should().ThrowAsync<UpdateRefusedException>();
    }

    [Test]
    public async Task Pins_and_the_changed_configuration_go_through_ostree()
    {
        var shell = new RecordingShell().Answer("ostree admin pin 0").Answer("ostree admin pin --unpin 0").Answer("ostree admin config-diff", "A    before-upgrade.txt\n");
        var updater = new RpmOstreeUpdater(shell);

        await updater.PinAsync(0);
        await updater.UnpinAsync(0);

        (await updater.ConfigDiffAsync()).Should().Equal(new ConfigChange(ConfigChangeKind.Added, "before-upgrade.txt"));
    }

    [Test]
    public async Task Without_a_commit_the_packages_are_those_of_the_booted_one()
    {
        var shell = new RecordingShell().Answer(Status, Transcript.Read("rpm-ostree-2021-json")).Answer($"rpm-ostree db list {March}", Transcript.Read("rpm-ostree-2021-db-list"));

        (await new RpmOstreeUpdater(shell).PackagesAsync()).Find("strace")!.Version.Should().Be("5.7-3.el8");
    }

    [Test]
    public async Task The_packages_of_two_commits_are_compared_by_rpm_ostree()
    {
        var shell = new RecordingShell().Answer("rpm-ostree db diff --format=diff d306dcf255 ec89f90273", Transcript.Read("rpm-ostree-2015-db-diff"));

        (await new RpmOstreeUpdater(shell).PackageDiffAsync("d306dcf255", "ec89f90273")).Removed.Should().ContainSingle();
    }
}
