using Lab.Definitions;
using Lab.Execution;
using Lab.Hosting;
using Lab.Images;
using Lab.Remote;
using Lab.State;
using Lab.Templates;
using Lab.Trees;

namespace Lab.Guests;

/// <summary>Boxes for Vagrant, made of what a lab has, and the Vagrantfile that takes them.</summary>
public static class Box
{
    /// <summary>The ending of a box's file.</summary>
    public const string Extension = ".box";

    // The moment before a guest is made a box, to which its lab goes back.
    private const string BeforeExport = "before-export";

    // What is the lab's own goes: keys, seed, address, identity, journal. What was deleted is overwritten where that is possible at all.
    private const string Clean = """
        set -e
        for file in /etc/ssh/ssh_host_* /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys /root/.*_history /home/*/.*_history; do
            [ ! -f "$file" ] || shred --force --remove=unlink "$file"
        done
        find /var/lib/cloud -type f -exec shred --force --remove=unlink {} +
        rm -rf /var/lib/cloud /var/log/cloud-init* /var/lib/systemd/random-seed /var/log/journal/*
        rm -f /etc/systemd/network/10-lab-*.link
        if grep -qs "^# Written by Lab" /etc/hosts; then
            cp /usr/etc/hosts /etc/hosts 2> /dev/null || printf "127.0.0.1 localhost\n::1 localhost\n" > /etc/hosts
        fi
        rm -f /etc/systemd/network/*cloud-init* /etc/netplan/*cloud-init* /etc/network/interfaces.d/*cloud-init* /etc/NetworkManager/system-connections/cloud-init*
        : > /etc/machine-id

        """;

    /// <summary>Makes a box of a tree, without booting anything.</summary>
    /// <param name="tree">What it boots.</param>
    /// <param name="guest">The guest whose disk, memory and processors it gets.</param>
    /// <param name="composer">What makes trees.</param>
    /// <param name="home">Where disks are made.</param>
    /// <param name="file">The box; replaced where it is there.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="HostException">A tool failed, or the disk is full.</exception>
    public static async Task ExportAsync(
        TreeDefinition tree, GuestDefinition guest, TreeComposer composer, LabHome home, string file, IProgressSink progress, CancellationToken cancellation = default)
    {
        using var guard = await BoxStore.LockAsync(home, progress, cancellation);
        var composed = await composer.ComposeAsync([tree], cancellation);
        var disk = await new ImageBuilder(home, composer.Repository, progress).BuildAsync(composed[0], guest.Disk, BoxSeed.Files(BoxSeed.OstreeHomes), cancellation);
        await WriteAsync(disk.File, file, guest.Memory, guest.Cpus, progress, cancellation);
    }

    /// <summary>
    /// Makes a box of a guest that runs: it is cleaned of all that is its lab's, shut down and copied, and then its lab goes back to the moment
    /// before, all guests of it.
    /// </summary>
    /// <param name="lab">The lab.</param>
    /// <param name="guest">The guest.</param>
    /// <param name="file">The box; replaced where it is there.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up; the lab goes back all the same.</param>
    /// <exception cref="HostException">A tool failed, the disk is full, or the guest is off.</exception>
    public static async Task ExportAsync(LabInstance lab, Guest guest, string file, IProgressSink progress, TimeProvider time, CancellationToken cancellation = default)
    {
        if (!await guest.Domain.IsActiveAsync(cancellation))
        {
            throw new HostException($"Guest {guest.Name} is off, and it cleans itself of what is its lab's before it is made a box.", $"`lab start {guest.Name}` first.");
        }

        using var guard = await BoxStore.LockAsync(guest.Hypervisor.Home, progress, cancellation);
        using var workshop = new Workshop(guest.Hypervisor.Home.Images, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (raw, disk) = (workshop.File("box.raw"), workshop.File("box.qcow2"));
        var info = await guest.Domain.GetInfoAsync(cancellation);
        var before = await lab.CheckpointAsync(BeforeExport, progress, time, cancellation);
        try
        {
            using var activity = progress.Begin($"take the disk of {guest.Name}");
            activity.Report("cleaning");
            var homes = await guest.Shell.SucceedAsync("readlink -f /home", cancellation: cancellation);
            await guest.Shell.SucceedAsync(Clean + Seed(homes) + "sync\nfstrim --all\n", cancellation: cancellation);
            activity.Report("shutting down");
            await guest.ShutdownAsync(cancellation);
            activity.Report("copying");
            await new Command("qemu-img", "convert", "-f", "qcow2", "-O", "raw", GuestPlan.DiskIn(guest.Folder), raw).SucceedAsync(cancellation);
            activity.Report("discarding free blocks");
            await FreeSpace.DiscardAsync(raw, cancellation);
            await new Command("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, disk).SucceedAsync(cancellation);
            File.Delete(raw);
            activity.Done();
        }
        finally
        {
            await lab.RestoreAsync(before, progress, CancellationToken.None);
            CheckpointStore.Forget(before);
        }

        await WriteAsync(disk, file, new ByteSize(info.MaxMemory), info.VirtualCpus, progress, cancellation);
    }

    /// <summary>The Vagrantfile of a lab's guests, for boxes of its trees and guests in files beside it.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="accelerator">What executes guests on the host that it is for.</param>
    public static string Vagrantfile(LabDefinition lab, AcceleratorKind accelerator)
    {
        var taken = new HashSet<int>();
        var guests = lab.Guests.Select(guest => new
        {
            name = guest.Name,
            box = guest.Tree?.Name ?? guest.Name,
            export = guest.Tree is null ? $"lab box export {guest.Name}" : $"lab box export {guest.Name} --tree {guest.Tree.Name}",
            memory = guest.Memory.Bytes >> 20,
            cpus = guest.Cpus,
            forwards = guest.Forward.Select(port => new { port, host = Free(port < 1024 ? port + 8000 : port) }).ToList(),
        }).ToList();
        return Template.Render("Vagrantfile", new
        {
            lab = lab.Name,
            driver = accelerator == AcceleratorKind.Kvm ? "kvm" : "qemu",
            cpuMode = accelerator == AcceleratorKind.Kvm ? "host-passthrough" : "maximum",
            emulated = accelerator == AcceleratorKind.Tcg,
            segments = lab.Segments.Select(segment => new { name = segment.Name, subnet = $"{segment.Subnet}" }).ToList(),
            boxes = guests.DistinctBy(guest => guest.box).ToList(),
            guests,
        });

        // Vagrant refuses to give one port of the host to two guests.
        int Free(int port) => taken.Add(port) ? port : Free(port + 1);
    }

    private static async Task WriteAsync(string disk, string file, ByteSize memory, int cpus, IProgressSink progress, CancellationToken cancellation)
    {
        using var activity = progress.Begin($"write {Path.GetFileName(file)}");
        await new BoxFile(file).WriteAsync(disk, Template.Render("templates/box/Vagrantfile.hbs", new { memory = memory.Bytes >> 20, cpus }), activity, cancellation);
        activity.Done($"{new FileInfo(file).Length / 1_000_000} MB");
    }

    private static string Seed(string homes) =>
        $"mkdir -p {BoxSeed.Folder}\n" + string.Concat(BoxSeed.Files(homes).Select(seed => $"printf %s {Command.Quote(seed.Value)} > {BoxSeed.Folder}/{seed.Key}\n"));
}
