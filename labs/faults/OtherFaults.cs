using FluentAssertions;
using Lab;
using Lab.Faults;
using Lab.Guests;
using Lab.Remote;
using Lab.Testing;
using Lab.Trees;
using Lab.Updates;
using NUnit.Framework;

namespace Labs.Faults;

/// <summary>What else can happen to a host and to its updates.</summary>
[TestFixture]
[Category("faults")]
public sealed class OtherFaults() : LabFixture(LabFolder.Of(), "others")
{
    protected override bool StartsWarm => true;

    protected override IReadOnlyList<string> ExpectedFindings => ["kernel panic", "file system error"];

    private Guest Host => Lab["host1"];

    [TearDown]
    public async Task ForgetWhatWasStagedAsync()
    {
        Content.Fault = null;
        await Host.Shell.RunAsync("test ! -e /run/ostree/staged-deployment || ostree admin undeploy 0; ostree refs --delete lab:other; ostree admin cleanup");
    }

    [Test]
    public async Task A_kernel_panic_is_followed_by_another_boot()
    {
        var before = await Host.BootIdAsync();
        await Host.PanicAsync();
        await Host.WaitForConsoleTextAsync("Kernel panic - not syncing", TimeSpan.FromSeconds(20));
        await Host.WaitForConsoleTextAsync("Lab: GRUB boots entry", TimeSpan.FromSeconds(60));

        await Host.WaitUntilReadyAsync(otherThan: before, allowed: ["kernel panic"]);
    }

    [Test]
    public async Task A_host_that_hangs_is_reset_by_its_watchdog()
    {
        var before = await Host.BootIdAsync();
        await Host.HangAsync();
        await Host.WaitForConsoleTextAsync("Lab: GRUB boots entry", TimeSpan.FromSeconds(120));

        await Host.WaitUntilReadyAsync(otherThan: before);
    }

    [Test]
    public async Task A_service_that_dies_is_started_again()
    {
        const string mainProcess = "systemctl show --value --property MainPID systemd-networkd";
        var before = await Host.Shell.SucceedAsync(mainProcess);
        await Host.KillUnitAsync("systemd-networkd.service");

        await Host.WaitUntilSucceedsAsync($"systemctl is-active systemd-networkd && test $({mainProcess}) -ne {before}", TimeSpan.FromSeconds(20));
    }

    [Test]
    public async Task An_update_on_a_full_disk_is_refused_and_changes_nothing()
    {
        var before = await Host.Updater.StatusAsync();
        await using (await Host.FillDiskAsync())
        {
            (await Host.Awaiting(host => host.Updater.RebaseAsync(Other)).Should().ThrowAsync<LabException>()).WithMessage("*space*");
            (await Host.Updater.StatusAsync()).Deployments.Should().Equal(before.Deployments);
        }

        (await Host.Updater.RebaseAsync(Other)).Staged.Should().BeTrue("there is room again");
    }

    [Test]
    public async Task A_corrupt_object_is_found()
    {
        var booted = (await Host.Updater.StatusAsync()).Booted!.Commit;
        await using (await Host.CorruptObjectAsync(booted, "/usr/share/host/version"))
        {
            (await Host.Shell.FailAsync("ostree fsck --quiet")).Error.Should().Contain("Corrupted file object");
        }

        await Host.Should().Succeed("ostree fsck --quiet", "the object is what it was");
    }

    [Test]
    public async Task An_update_from_a_server_that_is_gone_fails_and_succeeds_when_it_is_back()
    {
        Content.Fault = new ContentFault.Gone();
        await Host.Awaiting(host => host.Updater.RebaseAsync(Other)).Should().ThrowAsync<LabException>();
        Content.Fault = null;

        (await Host.Updater.RebaseAsync(Other)).Staged.Should().BeTrue();
    }

    [Test]
    public async Task An_update_from_a_server_that_lies_is_refused()
    {
        Content.Fault = new ContentFault.Lying();
        (await Host.Awaiting(host => host.Updater.RebaseAsync(Other)).Should().ThrowAsync<LabException>()).Which.Message.Should().ContainAny("orrupt", "expected", "checksum", "signature");
        (await Host.Updater.StatusAsync()).Staged.Should().BeNull();
        Content.Fault = null;

        (await Host.Updater.RebaseAsync(Other)).Staged.Should().BeTrue("nothing that was refused was kept");
    }

    [Test]
    public async Task An_update_from_a_slow_server_comes_in_the_end()
    {
        Content.Fault = new ContentFault.Slow(BytesPerSecond: 20_000);

        (await Host.Updater.RebaseAsync(Other)).Staged.Should().BeTrue();
    }

    private static Refspec Other { get; } = new("lab", "other");
}
