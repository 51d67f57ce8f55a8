using System.Globalization;
using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>Somebody's place in a class: a copy of a lab for them alone, with the lab's addresses and keys of its own.</summary>
/// <param name="Lab">The lab that it is a copy of.</param>
/// <param name="Number">Its number, from 1 to <see cref="Last"/>.</param>
/// <param name="Student">Who sits there, in the trainer's words; may be empty.</param>
public sealed record Seat(string Lab, int Number, string Student)
{
    /// <summary>The highest number that a seat can have.</summary>
    public const int Last = 200;

    /// <summary>The copy's own name, which every command takes for a lab's: <c>atomic-host-7</c>.</summary>
    public string Name => $"{Lab}-{Number}";

    /// <summary>Whether a name is that of a seat of a lab.</summary>
    /// <param name="lab">The lab's name.</param>
    /// <param name="name">The name.</param>
    public static bool IsOf(string lab, string name) =>
        name.StartsWith(lab + '-', StringComparison.Ordinal) && int.TryParse(name.AsSpan(lab.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && new Seat(lab, number, string.Empty).Name == name;

    /// <summary>Seats by number alone, from 1.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="count">How many; 1 to <see cref="Last"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There can't be so many.</exception>
    /// <exception cref="DefinitionException">The lab's name leaves no room for a number.</exception>
    public static IReadOnlyList<Seat> Row(LabDefinition lab, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Last);
        return Named(lab, [.. Enumerable.Range(1, count).Select(number => new Seat(lab.Name, number, string.Empty))]);
    }

    internal static IReadOnlyList<Seat> Named(LabDefinition lab, IReadOnlyList<Seat> seats) =>
        seats.FirstOrDefault(seat => !Grammar.Name.IsMatch(seat.Name)) is { } longest
            ? throw new DefinitionException(new Diagnostic(lab.Location, $"lab `{lab.Name}` has a name so long that `{longest.Name}` is none for a seat: a name has 31 characters at most", "Give the lab a shorter one, with `--as`, say."))
            : seats;
}
