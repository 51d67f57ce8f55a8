using Lab.Definitions;
using Lab.Hosting;

namespace Lab.Guests;

/// <summary>What a class costs its host, computed before anything of it is started.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Seats">How many seats are wanted.</param>
/// <param name="Up">How many of them are up already, and have their memory and disk.</param>
/// <param name="Host">What the host has.</param>
public sealed record SeatPlan(string Lab, int Seats, int Up, HostRoom Host)
{
    /// <summary>Virtual processors on each of the host's, beyond which guests wait for each other more than they work.</summary>
    public const int MostPerProcessor = 10;

    // The process that serves a seat its trees and switches its segments.
    private static readonly ByteSize ServerMemory = ByteSize.FromMiB(150);

    /// <summary>The memory of one seat: its guests', their machines' own, and its content server's. Nothing of it is shared with other seats.</summary>
    public required ByteSize SeatMemory { get; init; }

    /// <summary>The disk that one seat comes to in an hour's use.</summary>
    public required ByteSize SeatDisk { get; init; }

    /// <summary>The virtual processors of one seat.</summary>
    public required int SeatProcessors { get; init; }

    /// <summary>The disk that the checkpoint takes which all seats share; nothing where it is there already.</summary>
    public required ByteSize SharedDisk { get; init; }

    /// <summary>The disk that a seat's memory takes while it is handed out.</summary>
    public required ByteSize PassingDisk { get; init; }

    /// <summary>How many seats are started at once.</summary>
    public required StartLimit Starts { get; init; }

    /// <summary>The memory that the seats which are not up yet need.</summary>
    public ByteSize Memory => new((Seats - Up) * SeatMemory.Bytes);

    /// <summary>The disk that they need, and that their start needs for a while.</summary>
    public ByteSize Disk => Seats == Up ? default : new(((Seats - Up) * SeatDisk.Bytes) + SharedDisk.Bytes + (Starts.AtOnce * PassingDisk.Bytes));

    /// <summary>The virtual processors of all seats.</summary>
    public int Processors => Seats * SeatProcessors;

    /// <summary>What the host has too little of, as sentences; nothing where the seats fit.</summary>
    public IReadOnlyList<string> Lacks =>
    [
        .. Memory > Host.FreeMemory ? [$"They need {HostRoom.InMiB(Memory)} of memory, and {HostRoom.InMiB(Host.FreeMemory)} are free."] : Array.Empty<string>(),
        .. Disk > Host.FreeDisk ? [$"They need {HostRoom.InMiB(Disk)} of disk, and {HostRoom.InMiB(Host.FreeDisk)} are free."] : Array.Empty<string>(),
        .. Processors > MostPerProcessor * Host.Processors ? [$"They have {Processors} virtual processors, and {MostPerProcessor} for each of this host's {Host.Processors} is the most that works."] : Array.Empty<string>(),
    ];

    /// <summary>Whether the host has room for all of them.</summary>
    public bool Fits => Lacks.Count == 0;

    /// <summary>How many seats would fit, of those that are wanted; those that are up among them.</summary>
    public int Fitting => Enumerable.Range(Up, Seats - Up + 1).LastOrDefault(count => (this with { Seats = count }).Fits);

    /// <summary>Computes it.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="seats">How many seats; 1 or more.</param>
    /// <param name="up">How many of them are up already.</param>
    /// <param name="checkpoint">What they begin with; null where the lab boots once for them and keeps one.</param>
    /// <param name="host">What the host has.</param>
    public static SeatPlan Of(LabDefinition lab, int seats, int up, Checkpoint? checkpoint, HostRoom host)
    {
        var memory = new ByteSize(HostRoom.MemoryOf(lab).Bytes + ServerMemory.Bytes);
        var saved = checkpoint?.Bytes ?? lab.Guests.Sum(guest => guest.Memory.Bytes);
        return new SeatPlan(lab.Name, seats, up, host)
        {
            SeatMemory = memory,
            SeatDisk = HostRoom.DiskOf(lab),
            SeatProcessors = lab.Guests.Sum(guest => guest.Cpus),
            SharedDisk = checkpoint is null ? new ByteSize(saved + HostRoom.DiskOf(lab).Bytes) : default,
            PassingDisk = new ByteSize(saved),
            Starts = StartLimit.Of(host, memory, lab.Guests.Count),
        };
    }

    /// <summary>Refuses seats for which there is no room.</summary>
    /// <exception cref="HostException">The host has too little of something.</exception>
    public void Check()
    {
        if (!Fits)
        {
            throw new HostException(
                $"{Seats} seats of lab {Lab} don't fit on this host{(Up > 0 ? $", {Up} of which are up" : string.Empty)}. {string.Join(' ', Lacks)}",
                Fitting > Up ? $"{Fitting} would fit. `lab plan {Lab} --seats {Fitting}` shows what they cost." : "Take other labs down (`lab list`), or give the guests less.");
        }
    }
}
