using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;

namespace Lab.Cli.Labs;

/// <summary>What a seat looks like right now.</summary>
/// <param name="Seat">Its number.</param>
/// <param name="Student">Who sits there; may be empty.</param>
/// <param name="Lab">The copy's name.</param>
/// <param name="Guests">Its guests, by name; none where it did not come up.</param>
internal sealed record SeatStatus(int Seat, string Student, string Lab, IReadOnlyList<GuestStatus> Guests)
{
    /// <summary>Why it did not come up; null where it did, or was not asked to.</summary>
    public string? Failure { get; init; }

    /// <summary>What its disks hold of their own, in bytes.</summary>
    public long Disk { get; init; }

    /// <summary>The seat of a failure.</summary>
    public static SeatStatus Failed(Seat seat, LabException failure) => new(seat.Number, seat.Student, seat.Name, []) { Failure = failure.Message };

    /// <summary>Asks a seat's guests.</summary>
    /// <returns>Null where it has just gone down.</returns>
    public static async Task<SeatStatus?> AskAsync(UpLab seat, Hypervisor hypervisor, TimeProvider time, CancellationToken cancellation)
    {
        if (await LabInstance.FindAsync(seat.Name, hypervisor, time, cancellation) is not { } instance)
        {
            return null;
        }

        try
        {
            return Of(seat.Seat!, await LabStatus.AskAsync(seat, instance, hypervisor, cancellation), instance);
        }
        finally
        {
            await OpenLab.LetGoAsync(instance);
        }
    }

    private static SeatStatus Of(Seat seat, LabStatus status, LabInstance instance) => new(seat.Number, seat.Student, seat.Name, status.Guests)
    {
        Disk = instance.Guests.SelectMany(guest => GuestPlan.DisksIn(guest.Folder)).Where(File.Exists).Sum(disk => new FileInfo(disk).Length),
    };
}
