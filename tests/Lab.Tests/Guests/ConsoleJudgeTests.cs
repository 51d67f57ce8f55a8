using FluentAssertions;
using Lab.Guests;
using NUnit.Framework;

namespace Lab.Tests.Guests;

internal sealed class ConsoleJudgeTests
{
    [Test]
    public void A_healthy_guests_console_is_clean() => ConsoleJudge.Judge(ConsoleTranscripts.Upgrade).Should().BeEmpty();

    [TestCase("[    5.124873] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)", "kernel panic", true)]
    [TestCase("[   28.100000] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b", "kernel panic", true)]
    [TestCase("[    2.731200] BUG: unable to handle page fault for address: ffffffffa1e00000", "kernel oops", false)]
    [TestCase("[    2.731260] Oops: 0002 [#1] PREEMPT SMP NOPTI", "kernel oops", false)]
    [TestCase("[    2.731260] Oops: general protection fault, probably for non-canonical address 0xdead000000000100", "kernel oops", false)]
    [TestCase("[    9.000001] kernel BUG at mm/slub.c:552!", "kernel oops", false)]
    [TestCase("[  120.000001] Out of memory: Killed process 812 (python3) total-vm:812344kB", "out of memory", false)]
    [TestCase("[  120.000000] python3 invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0", "out of memory", false)]
    [TestCase("You are in emergency mode. After logging in, type \"journalctl -xb\" to view", "emergency shell", true)]
    [TestCase("Entering emergency mode. Exit the shell to continue.", "emergency shell", true)]
    [TestCase("[  OK  ] Reached target emergency.target - Emergency Mode.", "emergency shell", true)]
    [TestCase("[DEPEND] Dependency failed for initrd-root-fs.target - Initrd Root File System.", "initramfs shell", true)]
    [TestCase("[DEPEND] Dependency failed for sysroot.mount - /sysroot.", "initramfs shell", true)]
    [TestCase("dracut-initqueue[312]: Warning: dracut-initqueue: timeout, still waiting for following initqueue hooks:", "initramfs shell", true)]
    [TestCase("dracut:/#", "initramfs shell", true)]
    [TestCase("[   30.000000] EXT4-fs error (device vda3): ext4_lookup:1813: inode #2: comm ls: iget: checksum invalid", "file system error", false)]
    [TestCase("[   30.000000] EXT4-fs (vda3): Remounting filesystem read-only", "file system error", false)]
    [TestCase("/dev/vda3: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.", "file system error", false)]
    [TestCase("[   60.000000] watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [swapper/1:0]", "soft lockup", false)]
    [TestCase("[   60.000000] rcu: INFO: rcu_preempt self-detected stall on CPU", "soft lockup", false)]
    [TestCase("[   60.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:", "soft lockup", false)]
    [TestCase("No bootable device.", "no bootable device", true)]
    [TestCase("grub rescue>", "bootloader error", true)]
    [TestCase("error: file `/ostree/lab-691f/vmlinuz' not found.", "bootloader error", true)]
    [TestCase("error: unknown filesystem.", "bootloader error", true)]
    [TestCase("error: no such partition.", "bootloader error", true)]
    [TestCase("error: you need to load the kernel first.", "bootloader error", true)]
    [TestCase("error: can't find command `pTinitrd'.", "bootloader error", true)]
    public void What_no_healthy_guest_writes_is_found_once_and_by_name(string text, string name, bool fatal)
    {
        var line = new ConsoleLine(ConsoleTranscripts.Start, text);

        ConsoleJudge.Judge([line]).Should().Equal(new ConsoleFinding(name, fatal, line));
    }

    [TestCase("[    0.000000] Command line: BOOT_IMAGE=/vmlinuz root=LABEL=root rw console=ttyS0 panic=10 oops=panic")]
    [TestCase("[   30.785367] EXT4-fs (vda3): re-mounted a83aaa54-ad30-4a5e-bdf2-73625f86a02d.")]
    [TestCase("[    1.000000] rcu: Hierarchical RCU implementation.")]
    [TestCase("[    1.000000] rcu: INFO: rcu_tasks kthread started")]
    [TestCase("[  OK  ] Stopped target initrd-root-fs.target - Initrd Root File System.")]
    [TestCase("[FAILED] Failed to start lab-web.service - Lab web page.", Description = "a unit's failure is for the scenario to judge")]
    [TestCase("Boot failed: not a bootable disk", Description = "the next device in the order may be one")]
    [TestCase("sh[12]: error: package 'nano' not found")]
    [TestCase("         Starting emergency.service - Emergency Shell...", Description = "the target says whether it came to that")]
    public void What_healthy_guests_write_is_not(string text) =>
        ConsoleJudge.Judge([new ConsoleLine(ConsoleTranscripts.Start, text)]).Should().BeEmpty();

    [Test]
    public void Findings_come_in_the_consoles_order() =>
        ConsoleJudge.Judge(ConsoleTranscripts.Read("stops-at-grub").Concat(ConsoleTranscripts.Read("panic-then-fallback"))).Select(finding => finding.Name)
            .Should().Equal("bootloader error", "bootloader error", "kernel panic");
}
