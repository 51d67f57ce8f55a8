using System.Globalization;
using Lab.Definitions;
using Lab.State;

namespace Lab.Hosting;

/// <summary>Whether a lab fits on this host, said before anything is started.</summary>
public static class HostRoom
{
    // What a guest's overlay, seed and console come to in an hour's use; base disks and trees are counted once.
    private static readonly ByteSize OverlayRoom = ByteSize.FromMiB(512);
    private static readonly ByteSize SharedRoom = ByteSize.FromGiB(4);

    // QEMU's own memory beside the guest's: most of it translated code, where guests are emulated.
    private static readonly ByteSize MachineOverhead = ByteSize.FromMiB(700);

    /// <summary>Checks memory and disk.</summary>
    /// <exception cref="DefinitionException">A guest asks for more than this host has at all.</exception>
    /// <exception cref="HostException">It fits this host, but not now.</exception>
    public static void Check(LabDefinition lab, LabHome home)
    {
        var memory = File.ReadLines("/proc/meminfo").Select(line => line.Split(':', StringSplitOptions.TrimEntries))
            .ToDictionary(pair => pair[0], pair => long.Parse(pair[1].Split(' ')[0], CultureInfo.InvariantCulture) * 1024, StringComparer.Ordinal);
        var total = new ByteSize(memory["MemTotal"]);
        var free = new ByteSize(memory["MemAvailable"]);
        foreach (var guest in lab.Guests.Where(guest => guest.Memory > total))
        {
            throw new DefinitionException(new Diagnostic(guest.Location, $"Guest {guest.Name} asks for {guest.Memory} of memory, and this host has {InMiB(total)}", "Give it less."));
        }

        var wanted = new ByteSize(lab.Guests.Sum(guest => guest.Memory.Bytes + MachineOverhead.Bytes));
        if (wanted > free)
        {
            throw new HostException($"Lab {lab.Name} needs {InMiB(wanted)} of memory for {lab.Guests.Count} guests, and {InMiB(free)} are free.", "Take another lab down (`lab list`), or give the guests less.");
        }

        var disk = new DriveInfo(home.Root).AvailableFreeSpace;
        var room = new ByteSize(SharedRoom.Bytes + lab.Guests.Count * OverlayRoom.Bytes);
        if (room.Bytes > disk)
        {
            throw new HostException($"Lab {lab.Name} needs {InMiB(room)} of disk below {home.Root}, and {InMiB(new ByteSize(disk))} are free.", "`lab gc` removes what no lab uses; LAB_HOME moves Lab's data to another disk.");
        }
    }

    private static string InMiB(ByteSize size) => $"{size.Bytes / (1 << 20)} MiB";
}
