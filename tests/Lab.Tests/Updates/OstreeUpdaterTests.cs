using FluentAssertions;
using Lab.Remote;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class OstreeUpdaterTests
{
    private const string Status = "ostree admin status --skip-signatures";
    private const string Upgrade = "ostree admin upgrade --stage";
    private const string One = "530544eee49133b90d777b7253cba1f9bf8e4ce96e2286ff03bd1f149331fdcd";
    private const string Two = "1639661ac38762c187cfa6bb426e1ce6d642dc82adbbc7733256d633b647e87e";

    [Test]
    public async Task An_upgrade_stages_the_newest_commit_and_tells_which()
    {
        var shell = new RecordingShell().Answer(Upgrade).Answer(Status, Transcript.Read("ostree-2025-staged"));

        var outcome = await new OstreeUpdater(shell).UpgradeAsync();

        outcome.AlreadyCurrent.Should().BeFalse();
        outcome.Staged.Should().Match<Deployment>(staged => staged.Staged && staged.Commit == Two);
    }

    [Test]
    public async Task An_upgrade_with_nothing_newer_says_so()
    {
        var shell = new RecordingShell().Answer(Upgrade, "No update available.\n");

        (await new OstreeUpdater(shell).UpgradeAsync()).AlreadyCurrent.Should().BeTrue();
    }

    [Test]
    public async Task An_upgrade_after_which_nothing_waits_is_not_taken_for_a_success()
    {
        var shell = new RecordingShell().Answer(Upgrade).Answer(Status, Transcript.Read("ostree-2025-updated"));

        await new OstreeUpdater(shell).Invoking(updater => updater.UpgradeAsync()).Should().ThrowAsync<UpdateRefusedException>().WithMessage("*nothing waits for the next boot*");
    }

    [Test]
    public async Task A_rebase_pulls_the_ref_and_stages_it_with_the_refspec_as_its_origin()
    {
        var shell = new RecordingShell().Answer("ostree pull lab badtree").Answer("ostree admin deploy --stage lab:badtree").Answer(Status, Transcript.Read("ostree-2025-four"));

        var staged = await new OstreeUpdater(shell).RebaseAsync(Refspec.Parse("lab:badtree"));

        staged.Refspec.Should().Be("lab:badtree");
        shell.Commands.Should().Equal("ostree pull lab badtree", "ostree admin deploy --stage lab:badtree", Status);
    }

    [Test]
    public async Task A_rebase_to_an_unsigned_commit_deploys_nothing()
    {
        var shell = new RecordingShell().Answer("ostree pull lab unsigned", error: "error: Commit b113cc745404f95da21d72f5680f2dd9f3d65e21ac40682fe07a559e9657c570: GPG verification enabled, but no signatures found (use gpg-verify=false in remote config to disable)\n", exitCode: 1);

        await new OstreeUpdater(shell).Invoking(updater => updater.RebaseAsync(new Refspec("lab", "unsigned"))).Should().ThrowAsync<UpdateRefusedException>();
        shell.Commands.Should().HaveCount(1);
    }

    [Test]
    public async Task A_failure_that_is_no_refusal_is_a_failed_command()
    {
        var shell = new RecordingShell().Answer(Upgrade, error: "error: While fetching http://127.0.0.1:1/summary.sig: [7] Could not connect to server\n", exitCode: 1);

        await new OstreeUpdater(shell).Invoking(updater => updater.UpgradeAsync()).Should().ThrowAsync<CommandFailedException>().WithMessage("*Could not connect to server*");
    }

    [TestCase("ostree-2025-updated", 1)]
    [TestCase("ostree-2025-four", 2)]
    public async Task A_rollback_makes_the_rollback_deployment_the_default(string before, int index)
    {
        var shell = new RecordingShell().Answer(Status, Transcript.Read(before)).Answer($"ostree admin set-default {index}").Answer(Status, Transcript.Read("ostree-2025-rolled-back"));

        var next = await new OstreeUpdater(shell).RollbackAsync();

        next.Commit.Should().Be(One);
        shell.Commands[1].Should().Be($"ostree admin set-default {index}");
    }

    [Test]
    public async Task A_second_rollback_takes_the_first_back()
    {
        var shell = new RecordingShell().Answer(Status, Transcript.Read("ostree-2025-rolled-back")).Answer("ostree admin set-default 1").Answer(Status, Transcript.Read("ostree-2025-updated"));

        (await new OstreeUpdater(shell).RollbackAsync()).Should().Match<Deployment>(next => next.Booted && next.Commit == Two);
    }

    [Test]
    public async Task With_only_a_staged_update_there_is_nothing_to_roll_back_to()
    {
        var shell = new RecordingShell().Answer(Status, Transcript.Read("ostree-2025-staged"));

        await new OstreeUpdater(shell).Invoking(updater => updater.RollbackAsync()).Should().ThrowAsync<UpdateRefusedException>().WithMessage("On guest edge: *no deployment to go back to*");
        shell.Commands.Should().Equal(Status);
    }

    [Test]
    public async Task Pins_are_set_and_taken_back_by_index()
    {
        var shell = new RecordingShell().Answer("ostree admin pin 1", "Deployment 1 is now pinned\n").Answer("ostree admin pin --unpin 1", "Deployment 1 is now unpinned\n");
        var updater = new OstreeUpdater(shell);

        await updater.PinAsync(1);
        await updater.UnpinAsync(1);

        shell.Commands.Should().Equal("ostree admin pin 1", "ostree admin pin --unpin 1");
    }

    [Test]
    public async Task The_changed_configuration_is_asked_of_ostree()
    {
        var shell = new RecordingShell().Answer("ostree admin config-diff", Transcript.Read("ostree-2025-config-diff"));

        (await new OstreeUpdater(shell).ConfigDiffAsync()).Should().HaveCount(4);
    }

    [Test]
    public async Task Without_a_commit_the_packages_are_those_of_the_booted_one()
    {
        var shell = new RecordingShell().Answer(Status, Transcript.Read("ostree-2025-staged")).Answer($"ostree cat {One} /usr/lib/sysimage/dpkg/status", Transcript.Read("debian-dpkg-status"));

        (await new OstreeUpdater(shell).PackagesAsync()).Find("ostree")!.Version.Should().Be("2025.2-1");
    }

    [Test]
    public async Task The_packages_of_two_commits_are_compared()
    {
        const string Path = "/usr/lib/sysimage/dpkg/status";
        var status = Transcript.Read("debian-dpkg-status");
        var shell = new RecordingShell().Answer($"ostree cat {One} {Path}", status).Answer($"ostree cat {Two} {Path}", status.Replace("2025.2-1", "2025.6-1", StringComparison.Ordinal));

        var difference = await new OstreeUpdater(shell).PackageDiffAsync(One, Two);

        difference.Changed.Should().ContainSingle().Which.Should().Match<PackageChange>(change => change.From.Version == "2025.2-1" && change.To.Version == "2025.6-1");
    }

    [Test]
    public async Task Changes_have_a_timeout_of_their_own_and_questions_the_shells()
    {
        var shell = new RecordingShell().Answer(Upgrade).Answer(Status, Transcript.Read("ostree-2025-staged"));

        await new OstreeUpdater(shell, TimeSpan.FromMinutes(40)).UpgradeAsync();

        shell.Timeouts.Should().Equal(TimeSpan.FromMinutes(40), null);
    }
}
