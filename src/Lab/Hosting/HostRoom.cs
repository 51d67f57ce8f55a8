using System.Globalization;
using Lab.Definitions;
using Lab.State;

namespace Lab.Hosting;

/// <summary>What this host has to give to labs.</summary>
/// <param name="Memory">All of its memory.</param>
/// <param name="FreeMemory">What it can give without swapping, now.</param>
/// <param name="FreeDisk">What is free where a home is.</param>
/// <param name="Processors">The processors that this process may use.</param>
public sealed record HostRoom(ByteSize Memory, ByteSize FreeMemory, ByteSize FreeDisk, int Processors)
{
    // What a guest's overlay, seed and console come to in an hour's use; base disks and trees are counted once.
    private static readonly ByteSize OverlayRoom = ByteSize.FromMiB(512);
    private static readonly ByteSize SharedRoom = ByteSize.FromGiB(4);

    // QEMU's own memory beside the guest's: most of it translated code, where guests are emulated.
    private static readonly ByteSize MachineOverhead = ByteSize.FromMiB(700);

    /// <summary>Asks the host (proc_meminfo(5)).</summary>
    /// <param name="home">Where labs' files go.</param>
    public static HostRoom Of(LabHome home)
    {
        var memory = File.ReadLines("/proc/meminfo").Select(line => line.Split(':', StringSplitOptions.TrimEntries))
            .ToDictionary(pair => pair[0], pair => long.Parse(pair[1].Split(' ')[0], CultureInfo.InvariantCulture) * 1024, StringComparer.Ordinal);
        return new HostRoom(new ByteSize(memory["MemTotal"]), new ByteSize(memory["MemAvailable"]), new ByteSize(new DriveInfo(home.Root).AvailableFreeSpace), Environment.ProcessorCount);
    }

    /// <summary>The memory that a lab may come to: its guests', and their machines' own.</summary>
    public static ByteSize MemoryOf(LabDefinition lab) => new(lab.Guests.Sum(guest => guest.Memory.Bytes + MachineOverhead.Bytes));

    /// <summary>The disk that a lab may come to in an hour's use, beside what all labs share.</summary>
    public static ByteSize DiskOf(LabDefinition lab) => new(lab.Guests.Count * OverlayRoom.Bytes);

    /// <summary>Checks whether a lab fits on this host, before anything is started.</summary>
    /// <exception cref="DefinitionException">A guest asks for more than this host has at all.</exception>
    /// <exception cref="HostException">It fits this host, but not now.</exception>
    public static void Check(LabDefinition lab, LabHome home)
    {
        var host = Of(home);
        foreach (var guest in lab.Guests.Where(guest => guest.Memory > host.Memory))
        {
            throw new DefinitionException(new Diagnostic(guest.Location, $"Guest {guest.Name} asks for {guest.Memory} of memory, and this host has {InMiB(host.Memory)}", "Give it less."));
        }

        var wanted = MemoryOf(lab);
        if (wanted > host.FreeMemory)
        {
            throw new HostException($"Lab {lab.Name} needs {InMiB(wanted)} of memory for {lab.Guests.Count} guests, and {InMiB(host.FreeMemory)} are free.", "Take another lab down (`lab list`), or give the guests less.");
        }

        var room = new ByteSize(SharedRoom.Bytes + DiskOf(lab).Bytes);
        if (room > host.FreeDisk)
        {
            throw new HostException($"Lab {lab.Name} needs {InMiB(room)} of disk below {home.Root}, and {InMiB(host.FreeDisk)} are free.", "`lab gc` removes what no lab uses; LAB_HOME moves Lab's data to another disk.");
        }
    }

    /// <summary>A size as people compare it here: 1536 MiB.</summary>
    internal static string InMiB(ByteSize size) => $"{size.Bytes / (1 << 20)} MiB";
}
