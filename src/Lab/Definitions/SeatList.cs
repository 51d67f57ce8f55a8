using System.Globalization;
using System.Text;
using Lab.Definitions.Yaml;

namespace Lab.Definitions;

/// <summary>
/// A class as a trainer's spreadsheet has it: comma-separated values (RFC 4180) whose first line is <c>seat,name</c>, then a line a seat. A field with
/// commas stands in double quotes. Empty lines are skipped, and blanks around a field.
/// </summary>
public static class SeatList
{
    private const string Heading = "seat,name";
    private const int LongestName = 100;

    /// <summary>Reads and checks such a file.</summary>
    /// <param name="lab">The lab that the seats are copies of.</param>
    /// <param name="path">The file.</param>
    /// <returns>The seats in the file's order; at least one.</returns>
    /// <exception cref="DefinitionException">Something is wrong; everything that is, is in it.</exception>
    public static IReadOnlyList<Seat> Load(LabDefinition lab, string path)
    {
        var source = SourceText.Load(Path.GetFullPath(path));
        var problems = new Problems(source.File);
        var seats = Read(lab.Name, source, problems);
        problems.ThrowIfAny();
        return Seat.Named(lab, seats);
    }

    private static List<Seat> Read(string lab, SourceText source, Problems problems)
    {
        var seats = new List<Seat>();
        var taken = new Dictionary<int, SourceLocation>();
        var headed = false;
        foreach (var fields in Records(source, problems))
        {
            if (!headed)
            {
                headed = true;
                CheckHeading(fields, problems);
            }
            else if (fields is [var number, var student])
            {
                if (Number(number, problems) is { } seat && Claim(seat, number.Location, taken, problems) && IsName(student, problems))
                {
                    seats.Add(new Seat(lab, seat, student.Text));
                }
            }
            else
            {
                var (at, what) = fields.Count < 2 ? (fields[0].Location, "has no name") : (fields[2].Location, "has more than a seat and a name");
                problems.Add(at, $"the line {what}", "Write `7,Ada`, or `7,` for a seat that is nobody's yet; a name with commas goes in double quotes.");
            }
        }

        if (!headed || (seats.Count == 0 && !problems.AnyIn(source.File)))
        {
            problems.Add(SourceLocation.Whole(source.File), "the list has no seat", $"Begin it with the line `{Heading}`, and write a line such as `1,Ada` for each seat.");
        }

        return seats;
    }

    private static void CheckHeading(IReadOnlyList<Field> fields, Problems problems)
    {
        var said = string.Join(',', fields.Select(field => field.Text));
        if (!string.Equals(said, Heading, StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(fields[0].Location, $"the first line is `{said}`", said.Contains(';', StringComparison.Ordinal) || said.Contains('\t', StringComparison.Ordinal)
                ? $"Write `{Heading}`, and separate fields by commas: save the list as comma-separated values."
                : $"Write `{Heading}`: it says which column is which.");
        }
    }

    private static int? Number(Field field, Problems problems)
    {
        if (int.TryParse(field.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Seat.Last)
        {
            return number;
        }

        problems.Add(field.Location, $"`{field.Text}` is no seat's number", $"Write a whole number from 1 to {Seat.Last}.");
        return null;
    }

    private static bool Claim(int seat, SourceLocation at, Dictionary<int, SourceLocation> taken, Problems problems)
    {
        if (taken.TryAdd(seat, at))
        {
            return true;
        }

        problems.Add(at, $"seat {seat} is taken already, in line {taken[seat].Line}", "Give each seat once.");
        return false;
    }

    // A domain's metadata is XML, which has no place for the last two.
    private static bool IsName(Field field, Problems problems)
    {
        if (field.Text.Length <= LongestName && !field.Text.AsSpan().ContainsAny('\t', '\uFFFE', '\uFFFF'))
        {
            return true;
        }

        problems.Add(field.Location, "this is no name", $"Write one of {LongestName} characters at most, without tabs.");
        return false;
    }

    private sealed record Field(string Text, SourceLocation Location);

    // A line that breaks the format is told and left out.
    private static IEnumerable<IReadOnlyList<Field>> Records(SourceText source, Problems problems)
    {
        var (text, at) = (source.Text, 0);
        while (at < text.Length)
        {
            var fields = new List<Field>();
            var sound = true;
            do
            {
                var (field, next, well) = Next(source, at, problems);
                fields.Add(field);
                sound &= well;
                at = next;
            }
            while (at < text.Length && text[at++] == ',');

            // What ended the line was its break, or the text's end.
            if (at < text.Length && text[at - 1] == '\r' && text[at] == '\n')
            {
                at++;
            }

            if (sound && fields is not [{ Text.Length: 0 }])
            {
                yield return fields;
            }
        }
    }

    // Ends before the comma or line break that follows the field.
    private static (Field Field, int Next, bool Sound) Next(SourceText source, int at, Problems problems)
    {
        var text = source.Text;
        while (at < text.Length && text[at] is ' ')
        {
            at++;
        }

        if (at == text.Length || text[at] != '"')
        {
            var end = text.AsSpan(at).IndexOfAny(",\r\n") is var found and >= 0 ? at + found : text.Length;
            return (new Field(text[at..end].TrimEnd(' '), source.At(at)), end, true);
        }

        var (location, value) = (source.At(at), new StringBuilder());
        for (at++; at < text.Length && text[at] is not ('\r' or '\n'); at++)
        {
            if (text[at] != '"')
            {
                value.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                value.Append('"');
                at++;
            }
            else
            {
                var end = text.AsSpan(at + 1).IndexOfAny(",\r\n") is var found and >= 0 ? at + 1 + found : text.Length;
                var after = text.AsSpan((at + 1)..end).Trim(' ');
                if (after.Length > 0)
                {
                    problems.Add(source.At(at + 1), $"after the closing quote stands `{after}`", "Put the whole field in quotes, and double a quote that belongs to it.");
                }

                return (new Field(value.ToString().Trim(' '), location), end, after.Length == 0);
            }
        }

        problems.Add(location, "a quote is opened and not closed in its line", "Close it, or leave it out.");
        return (new Field(value.ToString(), location), at, false);
    }
}
