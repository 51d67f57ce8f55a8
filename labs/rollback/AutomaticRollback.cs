using FluentAssertions;
using Lab.Guests;
using Lab.Remote;
using Lab.Testing;
using Lab.Updates;
using NUnit.Framework;

namespace Labs.Rollback;

/// <summary>A host that health checks watch over takes back what fails, as often as it has to, and says so where it can't.</summary>
[TestFixture]
[Category("rollback")]
public sealed class AutomaticRollback() : LabFixture(LabFolder.Of())
{
    protected override bool StartsWarm => true;

    protected override IReadOnlyList<string> ExpectedFindings => ["kernel panic", "emergency shell", "initramfs shell"];

    private Guest Host => Lab["host1"];

    [Test]
    public async Task An_update_whose_required_check_fails_is_taken_back_after_three_boots()
    {
        await AllowAsync(attempts: 3);
        await Host.Shell.SucceedAsync("echo mine > /etc/mine && echo kept > /var/kept");

        var boots = await UpdateAsync("red", UpdateFate.Unhealthy);

        boots.Should().BeBoots("new ✗, new ✗, new ✗, old ✓");
        boots[0].Checks.Should().Contain(new HealthVerdict("10_application.sh", Required: true, 1));
        boots.Select(boot => boot.BootId).Should().OnlyHaveUniqueItems().And.NotContainNulls("each boot is another");
        (await Host.Shell.SucceedAsync("cat /run/motd.d/boot-status")).Should().Contain("FALLBACK BOOT DETECTED! Default rpm-ostree deployment has been rolled back");
        (await Host.Shell.SucceedAsync("cat /etc/mine /var/kept")).Should().Be("mine\nkept");
        (await Host.Updater.StatusAsync()).Next!.Booted.Should().BeTrue("the next boot takes what works");
        await WholeAsync();
    }

    [Test]
    public async Task An_update_whose_wanted_check_fails_stays()
    {
        var boots = await UpdateAsync("wanted", UpdateFate.Healthy);

        boots.Should().BeBoots("new ✓");
        boots[0].Checks.Should().Contain(new HealthVerdict("20_printer.sh", Required: false, 3));
        (await Host.Shell.SucceedAsync("grub-editenv list")).Should().Be("boot_success=1", "nothing is counted any more");
    }

    [Test]
    [Category("Long")]
    public async Task An_update_whose_check_hangs_is_taken_back()
    {
        await AllowAsync(attempts: 1);

        (await UpdateAsync("hang", UpdateFate.Unhealthy)).Should().BeBoots("new ✗, old ✓");
    }

    [Test]
    public async Task An_update_that_panics_before_userspace_is_taken_back()
    {
        await AllowAsync(attempts: 2);

        var boots = await UpdateAsync(await OtherAsync(), UpdateFate.Unbootable, "rdinit=/nowhere", "root=/dev/nowhere");

        boots.Should().BeBoots("new ✗, new ✗, old ✓");
        boots.Take(2).Should().OnlyContain(boot => boot.End == BootEnd.Panic);
    }

    [Test]
    [Category("Long")]
    public async Task An_update_that_can_not_find_its_root_is_taken_back()
    {
        await AllowAsync(attempts: 1);

        (await UpdateAsync(await OtherAsync(), UpdateFate.Unbootable, "root=LABEL=nowhere", "systemd.default_device_timeout_sec=15")).Should().BeBoots("new ✗, old ✓");
    }

    [Test]
    [Category("Long")]
    public async Task An_update_that_is_staged_while_another_fails_is_the_one_that_stays()
    {
        // The first of the failing boots lasts until the next update is staged in it.
        await Host.Shell.SucceedAsync("mkdir -p /etc/greenboot/check/required.d && echo 'until [ -e /run/ostree/staged-deployment ]; do sleep 0.2; done' > /etc/greenboot/check/required.d/00_hold.sh");
        await Host.Updater.RebaseAsync(new Refspec("lab", "red"));
        await Host.RestartAsync();
        await Host.WaitForConsoleTextAsync("Running Required Health Check Scripts", TimeSpan.FromSeconds(75));
        await Host.Shell.SucceedAsync("rm /etc/greenboot/check/required.d/00_hold.sh");
        var red = await Host.BootIdAsync();

        await Host.Updater.RebaseAsync(new Refspec("lab", "host"));
        await Host.WaitUntilReadyAsync(Lab.Trees["host-2"].Commit, otherThan: red);
        Host.Boots[^1].Green.Should().BeTrue();
        await WholeAsync();
    }

    [Test]
    [Category("Long")]
    public async Task A_host_that_does_not_fall_back_is_found_out_at_the_boot_where_it_should()
    {
        await AllowAsync(attempts: 1);
        var before = (await Host.Updater.StatusAsync()).Booted!.Commit;
        await Host.Shell.SucceedAsync("cp /boot/grub/grub.cfg /boot/grub/grub.cfg.real && sed -i 's/set default=1/set default=0/' /boot/grub/grub.cfg");

        var divergence = (await Host.Awaiting(_ => UpdateAsync("red", UpdateFate.Unhealthy)).Should().ThrowAsync<RollbackDivergedException>()).Which;

        divergence.Boot.Should().Be(2);
        divergence.Message.Should().Contain("GRUB must take entry 1, and took 0").And.Contain("Predicted: new ✗, old ✓");
        await Host.WaitUntilReadyAsync();
        await Host.Shell.SucceedAsync("mv /boot/grub/grub.cfg.real /boot/grub/grub.cfg && grub-editenv /boot/grub/grubenv unset boot_counter");
        await Host.Updater.RollbackAsync();
        await Host.RebootAsync(before);
    }

    [Test]
    public async Task A_red_host_with_nothing_to_go_back_to_stops_and_says_so()
    {
        await Host.Shell.SucceedAsync("while ostree admin undeploy 1; do :; done; mkdir -p /etc/greenboot/check/required.d && echo 'exit 1' > /etc/greenboot/check/required.d/10_mine.sh");
        await Host.Shell.SucceedAsync("grub-editenv /boot/grub/grubenv set boot_counter=3 boot_success=0");

        await Host.RebootAsync();

        Host.Boots[^1].Green.Should().BeFalse();
        (await Host.Shell.SucceedAsync("cat /run/motd.d/boot-status")).Should().Contain("there is no deployment to fall back to. Manual intervention necessary");
        await Host.Shell.SucceedAsync("rm /etc/greenboot/check/required.d/10_mine.sh");
        await Host.RebootAsync();
        Host.Boots[^1].Green.Should().BeTrue("what was wrong was mended");
    }

    private async Task AllowAsync(int attempts) =>
        await Host.Shell.SucceedAsync($"sed -i 's/^GREENBOOT_MAX_BOOT_ATTEMPTS=.*/GREENBOOT_MAX_BOOT_ATTEMPTS={attempts}/' /etc/greenboot/greenboot.conf");

    // Stages a tree, with kernel arguments of its own where there are any, and follows what that must lead to.
    private async Task<BootSequence> UpdateAsync(string tree, UpdateFate fate, params string[] arguments)
    {
        var from = (await Host.Updater.StatusAsync()).Booted!.Commit;
        var to = Lab.Trees[tree];
        await Host.Updater.RebaseAsync(new Refspec("lab", to.Definition.Ref!));
        if (arguments.Length > 0)
        {
            await Host.Shell.SucceedAsync($"ostree admin deploy --stage {string.Join(' ', arguments.Select(argument => $"--karg={argument}"))} lab:{to.Definition.Ref}");
        }

        var policy = await RollbackPolicy.ReadAsync(Host.Shell);
        return await Host.RebootAsync(policy.Predict(from, to.Commit, fate));
    }

    // A good tree that is not the one that runs.
    private async Task<string> OtherAsync() =>
        (await Host.Updater.StatusAsync()).Booted!.CommitMatches(Lab.Trees["host-2"].Commit) ? "wanted" : "host-2";

    private async Task WholeAsync() => await Host.Should().Succeed("ostree fsck --quiet", "what was interrupted left nothing damaged");
}
