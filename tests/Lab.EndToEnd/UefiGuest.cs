using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Remote;

namespace Lab.EndToEnd;

/// <summary>A guest that starts by UEFI, from the same disk that others boot by BIOS, and its checkpoint.</summary>
[TestFixture]
public sealed class UefiGuest
{
    private readonly LabDefinition _lab = AtomicHost.Named("e2e-uefi");

    [Test]
    public async Task It_boots_resumes_and_reboots_as_any_other()
    {
        const string remembered = "LabTest-6d7a3f10-52d1-4c0e-9a33-0f8d6f0d9a11";
        var lab = _lab with { Guests = [_lab.Guests[0] with { Firmware = Firmware.Uefi }] };
        await using var running = await RunningLab.StartAsync(lab);
        var guest = running.Instance["node1"];
        (await guest.Shell.SucceedAsync("mount -t efivarfs efivarfs /sys/firmware/efi/efivars 2> /dev/null; ls /sys/firmware/efi/efivars")).Should().NotBeEmpty("UEFI started it");

        // What firmware remembers is part of a checkpoint: written by the kernel in one, and there again after the other.
        // Its attributes (kept, there at boot and for the kernel) and its value, in one write.
        await guest.Shell.SucceedAsync($"{{ printf '\\007'; head -c 3 /dev/zero; printf x; }} > /run/variable && cat /run/variable > /sys/firmware/efi/efivars/{remembered}");
        var before = await guest.BootIdAsync();
        var checkpoint = await running.Instance.CheckpointAsync("remembered", SilentProgress.Instance, TimeProvider.System);
        await guest.Shell.SucceedAsync($"chattr -i /sys/firmware/efi/efivars/{remembered}; rm /sys/firmware/efi/efivars/{remembered}");
        await running.Instance.RestoreAsync(checkpoint, SilentProgress.Instance);
        (await guest.BootIdAsync()).Should().Be(before);

        await guest.RebootAsync();
        await guest.Shell.SucceedAsync($"mountpoint -q /sys/firmware/efi/efivars || mount -t efivarfs efivarfs /sys/firmware/efi/efivars; test -e /sys/firmware/efi/efivars/{remembered}");
        guest.Boots[^1].Phases.Select(phase => phase.Phase).Should().ContainInOrder(BootPhase.Firmware, BootPhase.Bootloader, BootPhase.Kernel);
    }
}
