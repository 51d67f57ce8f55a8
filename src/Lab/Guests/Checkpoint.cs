using System.Text.Json.Serialization;
using Lab.Hosting;
using Lab.Media;

namespace Lab.Guests;

/// <summary>A guest's part of a checkpoint.</summary>
/// <param name="Name">The guest.</param>
/// <param name="Digest">What its domain was made from: image, seed, memory, processors, ports, devices.</param>
/// <param name="BootId">The kernel's random boot id then; null when the guest was off, and then there is no memory of it.</param>
/// <param name="Forks">How often its kernel had been told by then that it is a copy: once for every time it was resumed before.</param>
/// <param name="Session">The process of Lab's own SSH session on it, which has nobody at its other end once the guest is resumed; null where there was none.</param>
public sealed record CheckpointGuest(string Name, string Digest, string? BootId, int Forks, int? Session = null);

/// <summary>What a checkpoint's memory can be resumed by: device state and processor features are their maker's own.</summary>
/// <param name="Qemu">QEMU as it names itself.</param>
/// <param name="Accelerator">What executed the guests.</param>
/// <param name="Processor">This host's processor where guests see it; under emulation they see QEMU's own.</param>
public sealed record CheckpointMachine(string Qemu, AcceleratorKind Accelerator, string? Processor)
{
    /// <summary>This host's.</summary>
    public static CheckpointMachine Of(AcceleratorVerdict verdict) =>
        new(verdict.QemuVersion, verdict.Kind, verdict.Kind == AcceleratorKind.Kvm ? ProcessorName() : null);

    // proc_cpuinfo(5). The flags matter more than the name, but a host that is given others by its own hypervisor is rare.
    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2, StringSplitOptions.TrimEntries)[1] ?? "unknown";
}

/// <summary>All guests of a lab at one moment: their memory, devices, disks and consoles, in one folder.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Name">The checkpoint's own name.</param>
/// <param name="Saved">When it was taken.</param>
/// <param name="Machine">What can resume it.</param>
/// <param name="Guests">The guests.</param>
public sealed record Checkpoint(string Lab, string Name, DateTimeOffset Saved, CheckpointMachine Machine, IReadOnlyList<CheckpointGuest> Guests)
{
    /// <summary>The one that <c>lab up</c> keeps of a lab that has come up, and resumes the next time.</summary>
    public const string Ready = "ready";

    // What a guest is told who it is by.
    private static readonly string[] Given = [GuestPlan.SeedName, SeedCredentials.FilesName, GuestPlan.IgnitionName];

    /// <summary>The folder of its files, absolute.</summary>
    [JsonIgnore]
    public string Folder { get; init; } = string.Empty;

    /// <summary>Whether all of it is there still: its description is written last, and goes first.</summary>
    [JsonIgnore]
    public bool IsWhole => File.Exists(Path.Combine(Folder, CheckpointStore.Description));

    /// <summary>What it takes on the disk, in bytes; 0 until it is finished.</summary>
    public long Bytes { get; init; }

    /// <summary>Why it can't be taken up again, as a clause; null when it can.</summary>
    /// <param name="machine">This host's machine.</param>
    /// <param name="digests">What the lab's guests are made from now, by name.</param>
    public string? Misfit(CheckpointMachine machine, IReadOnlyDictionary<string, string> digests)
    {
        if (!Guests.Select(guest => guest.Name).Order(StringComparer.Ordinal).SequenceEqual(digests.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            return $"it holds guests {string.Join(", ", Guests.Select(guest => guest.Name))}, and the lab has {string.Join(", ", digests.Keys)}";
        }

        if (Guests.FirstOrDefault(guest => guest.Digest != digests[guest.Name]) is { } changed)
        {
            return $"guest {changed.Name} was made from another definition then: tree, seed, memory, processors, ports or devices";
        }

        return machine.Accelerator != Machine.Accelerator ? $"its guests ran under {Machine.Accelerator.ToString().ToUpperInvariant()}, and here they run under {machine.Accelerator.ToString().ToUpperInvariant()}"
            : machine.Qemu != Machine.Qemu ? $"{Machine.Qemu} saved it, and this host has {machine.Qemu}"
            : machine.Processor != Machine.Processor ? $"its guests saw the processor {Machine.Processor}, and this host has {machine.Processor}"
            : null;
    }

    internal string MemoryFile(string guest) => Path.Combine(Folder, $"{guest}.memory");

    /// <summary>The copy of a guest's disk.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="disk">The disk's own file.</param>
    // The first has the guest's name alone, as in checkpoints of earlier versions, which still fit.
    internal string DiskFile(string guest, string disk) => Path.Combine(Folder, Path.GetFileName(disk) == GuestPlan.DiskName ? $"{guest}.qcow2" : $"{guest}.{Path.GetFileName(disk)}");

    /// <summary>What its disks are called in a guest's folder.</summary>
    internal IEnumerable<string> Disks(string guest) =>
        Directory.EnumerateFiles(Folder, $"{guest}.disk-*.qcow2").Order(StringComparer.Ordinal).Select(file => Path.GetFileName(file)[(guest.Length + 1)..]).Prepend(GuestPlan.DiskName);

    private string NvramFile(string guest) => Path.Combine(Folder, $"{guest}.nvram");

    private string GivenFile(string guest, string name) => Path.Combine(Folder, $"{guest}.{name}");

    /// <summary>Whether all that the guest needs besides disks and memory is here; earlier versions left out what its seed is made of.</summary>
    internal bool HasFiles(string guest) => File.Exists(GivenFile(guest, GuestPlan.SeedName));

    // What the folder of a guest's files holds besides its disks, and the copies here.
    private IEnumerable<(string File, string Copy)> FilesIn(string folder, string guest) =>
    [
        (GuestPlan.NvramIn(folder), NvramFile(guest)),
        (Path.Combine(folder, GuestPlan.ConsoleName), ConsoleFile(guest)),
        .. Given.Select(name => (Path.Combine(folder, name), GivenFile(guest, name))),
    ];

    /// <summary>Copies what the folder of a guest's files holds besides its disks.</summary>
    internal void TakeFiles(string guest, string folder)
    {
        foreach (var (file, copy) in FilesIn(folder, guest))
        {
            Copy(file, copy);
        }
    }

    /// <summary>Fills the folder of a guest's files with what it held besides its disks.</summary>
    internal void GiveFiles(string guest, string folder)
    {
        foreach (var (file, copy) in FilesIn(folder, guest))
        {
            Copy(copy, file);
        }
    }

    /// <summary>Has the firmware of the guest whose files are in a folder remember what it did then.</summary>
    internal void GiveNvram(string guest, string folder) => Copy(NvramFile(guest), GuestPlan.NvramIn(folder));

    private static void Copy(string from, string to)
    {
        File.Delete(to);
        if (File.Exists(from))
        {
            File.Copy(from, to);
        }
    }

    /// <summary>A copy of what the lab's repository told its guests.</summary>
    internal string RepositoryFolder => Path.Combine(Folder, "repo");

    internal string ConsoleFile(string guest) => Path.Combine(Folder, $"{guest}.log");
}
