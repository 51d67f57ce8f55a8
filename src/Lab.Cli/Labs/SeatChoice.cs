using System.CommandLine;
using System.Globalization;
using Lab.Cli.CommandLine;
using Lab.Definitions;
using Lab.Guests;

namespace Lab.Cli.Labs;

/// <summary>Which seats a command line means.</summary>
internal static class SeatChoice
{
    /// <summary>The option by which seats are wanted.</summary>
    public static Option<string?> Option() => new("--seats")
    {
        Description = "How many copies of the lab, each with the same addresses and keys of its own, or a list of them as comma-separated values with the columns seat and name",
        HelpName = "N|FILE",
    };

    /// <summary>The seats that the option's value means.</summary>
    /// <param name="wanted">The value.</param>
    /// <param name="lab">The lab that they are copies of.</param>
    /// <exception cref="CommandLineMistake">There can't be so many, or the lab is a seat itself.</exception>
    /// <exception cref="DefinitionException">The list is wrong.</exception>
    public static IReadOnlyList<Seat> Wanted(string wanted, LabDefinition lab)
    {
        RefuseSeat(lab);
        return !int.TryParse(wanted, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) ? SeatList.Load(lab, wanted)
            : count is >= 1 and <= Seat.Last ? Seat.Row(lab, count)
            : throw new CommandLineMistake($"There can't be {count} seats.", $"Give a number from 1 to {Seat.Last}, or a list of seats.");
    }

    /// <summary>Refuses a seat where a lab is wanted that boots.</summary>
    /// <exception cref="CommandLineMistake">It is a seat.</exception>
    public static void RefuseSeat(LabDefinition lab)
    {
        if (lab.Seat is { } seat)
        {
            throw new CommandLineMistake($"{lab.Name} is seat {seat.Number} of lab {seat.Lab}.", $"`lab up {seat.Lab} --seats` brings seats up, `lab reset {lab.Name}` makes it what it was, `lab start --lab {lab.Name}` boots a guest of it that is off.");
        }
    }

    /// <summary>The lab whose seats a word means: the lab itself need not be up, nor its file be where it was.</summary>
    /// <param name="named">What the user typed; null for the only lab that has seats.</param>
    /// <param name="up">The labs that are up.</param>
    /// <exception cref="CommandLineMistake">There is no such lab.</exception>
    public static string LabOf(string? named, IReadOnlyList<UpLab> up)
    {
        var seated = up.Select(lab => lab.Seat?.Lab).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return named is null && seated is [var only] ? only
            : named is not null && seated.Contains(named, StringComparer.Ordinal) ? named
            : LabChoice.Here.Name(named, up);
    }

    /// <summary>The seats of a lab that are up, by number.</summary>
    public static IReadOnlyList<UpLab> Up(string lab, IReadOnlyList<UpLab> up) => [.. up.Where(copy => copy.Seat?.Lab == lab).OrderBy(copy => copy.Seat!.Number)];

    /// <summary>What the seats that are wanted cost, of which some may be up.</summary>
    public static SeatPlan Plan(LabDefinition lab, IReadOnlyList<Seat> seats, string from, IReadOnlyList<UpLab> up, CommandContext context) => SeatPlan.Of(
        lab, seats.Count, Up(lab.Name, up).Count(copy => seats.Any(seat => seat.Number == copy.Seat!.Number)), new CheckpointStore(context.Home).Find(lab.Name, from), Hosting.HostRoom.Of(context.Home));
}
