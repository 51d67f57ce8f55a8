using Lab.Definitions;
using Lab.Guests;
using Lab.Media.Installer;
using Lab.Remote;

namespace Lab.EndToEnd;

/// <summary>A host that starts by UEFI installs itself, and its power goes meanwhile.</summary>
/// <remarks>It takes minutes, so <c>./build.sh Soak</c> runs it and <c>./build.sh Test</c> does not.</remarks>
[TestFixture]
[Category("Long")]
public sealed class UefiInstall
{
    [Test]
    public async Task It_starts_over_after_a_power_cut_and_its_disk_boots()
    {
        var definition = AtomicHost.Named("e2e-uefi-install");
        await using var lab = await InstallingLab.OpenAsync(definition with { Guests = [.. definition.Guests.Select(guest => guest with { Firmware = Firmware.Uefi })] });
        (await lab.CutAtAsync(InstallPhase.FileSystems)).Should().BeOfType<GuestDeadException>("its power was cut");

        // The firmware finds nothing on the disk, and goes on to the installer.
        await using var instance = await lab.UpAsync(install: false);

        var node = instance.Guests[0];
        (await node.Updater.StatusAsync()).Booted!.CommitMatches(node.Installations.Single().Commit).Should().BeTrue();
        (await node.Shell.SucceedAsync("ls /sys/firmware/efi")).Should().NotBeEmpty("UEFI started it");
        (await node.Shell.SucceedAsync("lsblk --noheadings --list --output PARTLABEL,FSTYPE,LABEL /dev/vda")).Should().MatchRegex(@"efi +vfat +EFI", "what it starts from is on its own disk");
    }
}
