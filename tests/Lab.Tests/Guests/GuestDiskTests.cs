using FluentAssertions;
using Lab.Execution;
using Lab.Guests;
using Lab.Images;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Guests;

/// <summary>Disks that no machine has open, made by the tools that make a guest's.</summary>
public sealed class GuestDiskTests
{
    private static readonly JournalPart LastBoot = new();

    [Test]
    public async Task A_disk_tells_what_boots_next_and_what_it_has()
    {
        using var disk = await SmallDisk.MakeAsync();

        var read = await GuestDisk.ReadAsync("node1", disk.Overlay, disk.Folder, LastBoot);

        read.Problems.Should().BeEmpty();
        read.Boot.Environment.Should().Equal(new Dictionary<string, string> { ["boot_success"] = "0", ["boot_counter"] = "2" });
        read.Boot.Entries.Select(entry => (entry.File, entry.Title, entry.Version)).Should().Equal(("ostree-2-lab.conf", "Debian (ostree:0)", "2"), ("ostree-1-lab.conf", "Debian (ostree:1)", "1"));
        read.Boot.Next.Should().Be(new NextBoot(0, 2, "2 tries left"));
        read.Verdict.Should().Be("The next boot takes entry 0 (labtree 2.0), 2 tries left before entry 1 (labtree 1.0).");
        read.Deployments.Should().Equal(
            new Deployment { StateRoot = "lab", Commit = disk.Commits[1], Serial = 0, Refspec = "lab:labtree", Version = "2.0" },
            new Deployment { StateRoot = "lab", Commit = disk.Commits[0], Serial = 0, Refspec = "lab:labtree", Version = "1.0", Pinned = true });
        read.Boot.Entries.Select(read.DeploymentOf).Should().Equal(read.Deployments);
        Directory.EnumerateFileSystemEntries(disk.Folder).Should().Equal([disk.Overlay], because: "what was copied is gone again");
    }

    [Test]
    public async Task The_journal_of_the_last_boot_is_read_and_of_the_one_before()
    {
        using var disk = await SmallDisk.MakeAsync();

        var last = (await GuestDisk.ReadAsync("node1", disk.Overlay, disk.Folder, new JournalPart(Lines: 2))).Journal;
        var before = (await GuestDisk.ReadAsync("node1", disk.Overlay, disk.Folder, new JournalPart("-1"))).Journal;
        var none = () => GuestDisk.ReadAsync("node1", disk.Overlay, disk.Folder, new JournalPart("-7"));

        last.Select(entry => (entry.Source, entry.Priority, entry.Message)).Should().Equal(
            ("systemd", 4, "lab-web.service: Failed with result exit-code."),
            ("kernel", 0, "Kernel panic - not syncing: Attempted to kill init!"));
        last[1].Time.Should().Be(new DateTimeOffset(2026, 11, 21, 10, 41, 32, TimeSpan.Zero));
        before.Select(entry => entry.Message).Should().Equal("Linux version 6.12", "Started lab-web.service", "Reached target reboot.target");
        (await none.Should().ThrowAsync<GuestDiskException>()).WithMessage("Guest node1: its journal has no boot -7. *").Which.Kind.Should().Be(FailureKind.Definition);
    }

    [Test]
    public async Task Variables_are_changed_in_the_overlay_and_nothing_else_is()
    {
        using var disk = await SmallDisk.MakeAsync();
        var unchanged = await File.ReadAllBytesAsync(disk.Base);

        await GuestDisk.SetEnvironmentAsync("node1", disk.Overlay, disk.Folder, new Dictionary<string, string?> { ["boot_counter"] = "-1", ["boot_success"] = null, ["note"] = "a b" });

        (await File.ReadAllBytesAsync(disk.Base)).Should().Equal(unchanged, because: "other guests rest on it");
        var read = await GuestDisk.ReadAsync("node1", disk.Overlay, disk.Folder, LastBoot);
        read.Boot.Environment.Should().Equal(new Dictionary<string, string> { ["boot_counter"] = "-1", ["note"] = "a b" });
        read.Verdict.Should().Be("The next boot takes entry 0 (labtree 2.0): boot_success is not 0.");
        read.Problems.Should().BeEmpty();
        (await CheckAsync(disk)).Should().Be(0, because: "the file system is whole");
    }

    [Test]
    public async Task Variables_that_do_not_fit_are_refused()
    {
        using var disk = await SmallDisk.MakeAsync();

        foreach (var change in new Dictionary<string, string?> { ["note"] = new string('x', 1024), ["a=b"] = "1" })
        {
            var set = () => GuestDisk.SetEnvironmentAsync("node1", disk.Overlay, disk.Folder, new Dictionary<string, string?> { [change.Key] = change.Value });
            (await set.Should().ThrowAsync<GuestDiskException>()).WithMessage("Guest node1: GRUB's environment *").Which.Kind.Should().Be(FailureKind.Definition);
        }

        (await GuestDisk.ReadBootAsync("node1", disk.Overlay, disk.Folder)).Environment.Should().HaveCount(2);
    }

    [Test]
    public async Task A_damaged_environment_is_told_and_not_overwritten()
    {
        using var disk = await SmallDisk.MakeAsync((boot, _) => File.WriteAllText(Path.Combine(boot, "grub/grubenv"), "gone"));

        var read = await GuestDisk.ReadBootAsync("node1", disk.Overlay, disk.Folder);
        var set = () => GuestDisk.SetEnvironmentAsync("node1", disk.Overlay, disk.Folder, new Dictionary<string, string?> { ["boot_counter"] = "1" });

        read.Environment.Should().BeEmpty();
        read.Entries.Should().HaveCount(2, because: "the rest can still be read");
        read.Problems.Should().ContainSingle().Which.Should().StartWith("This is no GRUB environment block: it has 4 bytes");
        (await set.Should().ThrowAsync<GuestDiskException>()).Which.Kind.Should().Be(FailureKind.Product);
    }

    [Test]
    public async Task What_the_journal_of_a_root_that_was_cut_off_holds_is_seen_as_the_next_mount_will_see_it()
    {
        var commit = new string('e', 64);
        using var disk = await SmallDisk.MakeAsync(
            (_, root) =>
            {
                var folder = Directory.CreateDirectory(Path.Combine(root, "ostree/deploy/lab/deploy", $"{commit}.1")).FullName;
                File.WriteAllText($"{folder}.origin", "[origin]\nrefspec=lab:old\n");
            },
            (_, root) => SmallDisk.JournalAsync(root, $"/ostree/deploy/lab/deploy/{commit}.1.origin", "[origin]\nrefspec=lab:new\n"u8.ToArray()));

        var read = await GuestDisk.ReadAsync("node1", disk.Overlay, disk.Folder, LastBoot);

        read.Problems.Should().ContainSingle().Which.Should().StartWith("The root file system was not unmounted.");
        read.Deployments[2].Should().Be(new Deployment { StateRoot = "lab", Commit = commit, Serial = 1, Refspec = "lab:new" });
    }

    [Test]
    public async Task A_write_that_the_next_mount_would_undo_is_refused()
    {
        using var disk = await SmallDisk.MakeAsync(finish: (boot, _) => SmallDisk.JournalAsync(boot, "/grub/grubenv", GrubEnvironment.Format([new("boot_counter", "9")])));

        var read = await GuestDisk.ReadBootAsync("node1", disk.Overlay, disk.Folder);
        var set = () => GuestDisk.SetEnvironmentAsync("node1", disk.Overlay, disk.Folder, new Dictionary<string, string?> { ["boot_counter"] = "1" });

        read.Environment["boot_counter"].Should().Be("2", because: "GRUB does not apply the journal either");
        read.Problems.Should().ContainSingle().Which.Should().StartWith("/boot was not unmounted.");
        await set.Should().ThrowAsync<GuestDiskException>().WithMessage("*the next mount would undo a change*");
        (await GuestDisk.ReadBootAsync("node1", disk.Overlay, disk.Folder)).Environment["boot_counter"].Should().Be("2");
    }

    [Test]
    public async Task A_disk_that_a_machine_has_open_is_not_touched()
    {
        using var disk = await SmallDisk.MakeAsync();
        var opened = new TaskCompletionSource();
        using var machine = new CancellationTokenSource();

        // qemu-io holds what it has open until its input ends, as a machine does.
        var holding = new Command("qemu-io", "-f", "qcow2", disk.Overlay)
            .WithInput(async (input, token) =>
            {
                await input.WriteAsync("length\n"u8.ToArray(), token);
                await input.FlushAsync(token);
                await Task.Delay(Timeout.Infinite, token);
            })
            .WithLines(_ => opened.TrySetResult())
            .RunAsync(machine.Token);
        await Task.WhenAny(opened.Task, holding);

        var read = () => GuestDisk.ReadBootAsync("node1", disk.Overlay, disk.Folder);
        (await read.Should().ThrowAsync<HostCommandFailedException>()).WithMessage("*lock*");

        await machine.CancelAsync();
        await holding.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Test]
    public async Task An_entry_without_a_deployment_and_a_deployment_without_an_entry_are_told()
    {
        using var disk = await SmallDisk.MakeAsync((boot, root) =>
        {
            File.Delete(Path.Combine(boot, "loader.1/entries/ostree-1-lab.conf"));
            File.WriteAllText(Path.Combine(boot, "loader.1/entries/ostree-3-lab.conf"), "title Lost\nlinux /vmlinuz\noptions ostree=/ostree/boot.1/lab/none/0\n");
            File.WriteAllText(Path.Combine(boot, "loader.1/entries/broken.conf"), "title Broken\n");
            Directory.Delete(Path.Combine(root, "ostree/deploy/lab/var"), recursive: true);
        });

        var read = await GuestDisk.ReadAsync("node1", disk.Overlay, disk.Folder, LastBoot);

        read.Boot.Entries.Select(entry => entry.File).Should().Equal("ostree-3-lab.conf", "ostree-2-lab.conf");
        read.Boot.Entries.Select(entry => read.DeploymentOf(entry)?.Commit).Should().Equal(null, disk.Commits[1]);
        read.Deployments.Select(deployment => deployment.Commit).Should().Equal(disk.Commits[1], disk.Commits[0]);
        read.Journal.Should().BeEmpty();
        read.Problems.Should().HaveCount(3)
            .And.Contain(problem => problem.StartsWith("Boot loader entry broken.conf names no kernel"))
            .And.Contain("Entry ostree-3-lab.conf boots no deployment that is on the disk.")
            .And.Contain(problem => problem.StartsWith("There is no journal on its disk"));
    }

    [Test]
    public async Task A_disk_without_a_boot_partition_says_which_partitions_it_has()
    {
        using var disk = await SmallDisk.MakeAsync();
        File.Delete(disk.Overlay);
        var raw = disk.Overlay + ".raw";
        await using (var file = File.Create(raw))
        {
            file.SetLength(16 << 20);
        }

        await new Command("sfdisk", "--quiet", raw).WithInput("label: gpt\nsize=2048, name=one\nsize=2048, name=two\n").SucceedAsync();
        await new Command("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, disk.Overlay).SucceedAsync();

        var read = () => GuestDisk.ReadBootAsync("node1", disk.Overlay, disk.Folder);

        await read.Should().ThrowAsync<GuestDiskException>().WithMessage("Guest node1: The disk has no partition named boot. It has: one, two.");
    }

    // e2fsck(8), EXIT CODE.
    private static async Task<int> CheckAsync(SmallDisk disk)
    {
        var image = new DiskImage(disk.Overlay);
        var boot = DiskPartition.Named("boot", await image.PartitionsAsync(disk.Folder));
        var copy = Path.Combine(disk.Folder, "boot.raw");
        await image.CopyAsync(boot.Offset, boot.Length, copy);
        return (await new Command("e2fsck", "-fn", copy).RunAsync()).ExitCode;
    }
}
