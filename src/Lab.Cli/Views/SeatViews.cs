using Lab.Cli.Labs;
using Lab.Guests;

namespace Lab.Cli.Views;

/// <summary>Classes as tables: what they would cost, and how their seats are.</summary>
internal static class SeatViews
{
    /// <summary>A class's seats, a row each.</summary>
    public static void Status(IReadOnlyList<SeatStatus> seats, Screen screen)
    {
        if (seats.Count == 0)
        {
            screen.Line("No seat is up.");
            return;
        }

        screen.Table(
            ["Seat", "Name", "Lab", "Guest", "Power", "Health", "SSH", "Memory", "Disk"],
            seats.SelectMany(seat => seat.Guests.Count > 0 ? seat.Guests.Select((guest, index) => Row(seat, guest, index == 0)) : [Row(seat)]));
        foreach (var seat in seats.Where(seat => seat.Failure is not null))
        {
            screen.Line($"Seat {seat.Seat}: ", new Span(seat.Failure!, Tone.Bad));
        }
    }

    /// <summary>What seats would cost, and what the host has.</summary>
    public static void Plan(SeatPlan plan, Screen screen)
    {
        var each = plan.Seats - plan.Up;
        screen.Table(
            ["", "A seat", plan.Up > 0 ? $"{each} more" : $"{each} seats", "This host has", ""],
            [
                ["memory", Bytes.Text(plan.SeatMemory.Bytes), Bytes.Text(plan.Memory.Bytes), $"{Bytes.Text(plan.Host.FreeMemory.Bytes)} free", Verdict(plan.Memory <= plan.Host.FreeMemory)],
                ["disk", Bytes.Text(plan.SeatDisk.Bytes), Bytes.Text(plan.Disk.Bytes), $"{Bytes.Text(plan.Host.FreeDisk.Bytes)} free", Verdict(plan.Disk <= plan.Host.FreeDisk)],
                ["virtual processors", $"{plan.SeatProcessors}", $"{plan.Processors}{(plan.Up > 0 ? " in all" : string.Empty)}", $"{plan.Host.Processors} processors", Verdict(plan.Processors <= SeatPlan.MostPerProcessor * plan.Host.Processors)],
            ]);
        screen.Line($"{plan.Starts.AtOnce} would start at once.{(plan.SharedDisk.Bytes > 0 ? $" The lab boots once first, and keeps a checkpoint of up to {Bytes.Text(plan.SharedDisk.Bytes)} that all seats share." : string.Empty)}");
        foreach (var lack in plan.Lacks)
        {
            screen.Line(new Span(lack, Tone.Bad));
        }

        if (!plan.Fits)
        {
            screen.Line($"{plan.Fitting} of {plan.Seats} would fit.");
        }
    }

    private static Span Verdict(bool fits) => fits ? new Span("fits", Tone.Good) : new Span("too little", Tone.Bad);

    private static IReadOnlyList<Span> Row(SeatStatus seat) => [$"{seat.Seat}", seat.Student, seat.Lab, string.Empty, new Span("failed", Tone.Bad), string.Empty, string.Empty, string.Empty, string.Empty];

    private static IReadOnlyList<Span> Row(SeatStatus seat, GuestStatus guest, bool first) =>
    [
        first ? $"{seat.Seat}" : string.Empty,
        first ? seat.Student : string.Empty,
        first ? seat.Lab : string.Empty,
        guest.Name,
        LabViews.PowerOf(guest.Power),
        LabViews.Health(guest),
        guest.Addresses.FirstOrDefault(address => address.Port == LabViews.SshPort)?.Address ?? string.Empty,
        guest.Cost is { } cost ? Bytes.Text(cost.Memory) : string.Empty,
        first ? Bytes.Text(seat.Disk) : string.Empty,
    ];
}
