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
}
