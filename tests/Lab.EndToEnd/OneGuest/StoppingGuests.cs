using Lab.Execution;
using Lab.Guests;
using Lab.Remote;

namespace Lab.EndToEnd.OneGuest;

/// <summary>Guests that stop: by themselves, by their power being cut, and because they were asked to.</summary>
[TestFixture]
public sealed class StoppingGuests
{
    [Test]
    public async Task A_kernel_panic_ends_a_wait_with_the_line_that_tells_of_it_and_the_guest_comes_back_by_itself()
    {
        var guest = await OneGuestLab.ReadyAsync();
        var before = await guest.BootIdAsync();
        guest.JudgeConsole();
        // A moment later, so that the command itself still answers.
        await guest.Shell.SucceedAsync("sysctl -q kernel.sysrq=1 && systemd-run --quiet --on-active=1 --timer-property=AccuracySec=100ms sh -c 'echo c > /proc/sysrq-trigger'");
        var wait = () => guest.WaitUntilReadyAsync(otherThan: before);
        (await wait.Should().ThrowAsync<GuestDeadException>()).WithMessage("*node1: kernel panic:*Kernel panic - not syncing: sysrq triggered crash*");
        guest.JudgeConsole().Should().Contain(finding => finding.Name == "kernel panic" && finding.Fatal);

        (await guest.WaitUntilReadyAsync(otherThan: before)).BootId.Should().NotBe(before);
    }

    [Test]
    public async Task A_power_cut_is_followed_by_another_boot()
    {
        var guest = await OneGuestLab.ReadyAsync();
        var before = await guest.BootIdAsync();
        await guest.CrashAsync();
        (await guest.Domain.IsActiveAsync()).Should().BeFalse();
        await guest.PowerOnAsync();
        (await guest.WaitUntilReadyAsync(otherThan: before)).BootId.Should().NotBe(before);
    }

    [Test]
    public async Task A_QEMU_that_dies_is_a_failure_of_the_lab_and_not_of_what_is_tested()
    {
        var guest = await OneGuestLab.ReadyAsync();
        var wait = guest.WaitUntilReadyAsync(otherThan: await guest.BootIdAsync());
        await new Command("pkill", "--signal", "KILL", "--full", $"guest={guest.Domain.Name},").SucceedAsync();

        var death = (await wait.Awaiting(waiting => waiting).Should().ThrowAsync<GuestDeadException>()).Which;

        death.Message.Should().StartWith("Guest node1: its QEMU died");
        death.Kind.Should().Be(FailureKind.Infrastructure, "that is how the report sorts it");
    }

    [Test]
    public async Task Shutting_down_stops_the_services_first_and_waiting_for_the_guest_then_is_pointless()
    {
        var guest = await OneGuestLab.ReadyAsync();
        var mark = guest.Console.Count;
        await guest.ShutdownAsync();
        (await guest.Domain.IsActiveAsync()).Should().BeFalse();
        guest.Console.Since(mark).Should().Contain(line => line.Text.Contains("reboot: Power down", StringComparison.Ordinal));

        var wait = () => guest.WaitUntilReadyAsync();
        (await wait.Should().ThrowAsync<GuestDeadException>()).WithMessage("*node1: it is powered off. Its console ends: *Power down*");
    }

    [Test]
    public async Task A_guest_whose_power_was_cut_tells_from_its_disk_what_it_was_and_GRUB_finds_what_was_set_there()
    {
        var guest = await OneGuestLab.ReadyAsync();
        var booted = (await guest.Updater.StatusAsync()).Booted!;
        await guest.Shell.SucceedAsync("logger --tag probe 'before the cut' && journalctl --sync");
        var early = () => GuestDisk.ReadBootAsync(guest);
        await early.Should().ThrowAsync<GuestDiskException>().WithMessage("*node1: it runs*");

        (await LabInstance.StopAsync(guest, force: true, SilentProgress.Instance)).Should().BeTrue();
        await GuestDisk.SetEnvironmentAsync(guest, new Dictionary<string, string?> { ["note"] = "set while it was off" });
        var disk = await GuestDisk.ReadAsync(guest, new JournalPart());

        disk.Boot.Environment.Should().Contain("note", "set while it was off");
        disk.DeploymentOf(disk.Boot.Entries[0])!.Commit.Should().Be(booted.Commit);
        disk.Deployments[0].Should().Be(new Updates.Deployment { StateRoot = booted.StateRoot, Commit = booted.Commit, Serial = booted.Serial, Refspec = booted.Refspec, Version = booted.Version });
        disk.Journal.Should().Contain(entry => entry.Source == "probe" && entry.Message == "before the cut");

        (await LabInstance.StartAsync(guest, SilentProgress.Instance)).Should().BeTrue();
        (await guest.Shell.SucceedAsync("grub-editenv /boot/grub/grubenv list; grub-editenv /boot/grub/grubenv unset note")).Should().Contain("note=set while it was off");
    }
}
