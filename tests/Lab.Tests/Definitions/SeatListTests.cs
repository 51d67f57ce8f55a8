using System.Globalization;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Definitions;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SeatListTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lab-seats-").FullName;

    private string File => Path.Combine(_folder, "seats.csv");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_list_as_a_spreadsheet_writes_it_is_read() =>
        Read("\uFEFFSeat,Name\r\n1,Ada\r\n\r\n 7 , \"Hopper, Grace \"\r\n3,\r\n4,\"the \"\"fourth\"\"\"\r\n")
            .Should().Equal(new Seat("web", 1, "Ada"), new Seat("web", 7, "Hopper, Grace"), new Seat("web", 3, string.Empty), new Seat("web", 4, "the \"fourth\""));

    [Test]
    public void A_seat_is_a_lab_of_its_own_name()
    {
        var seat = Read("seat,name\n7,Ada").Single();

        var copy = Lab().For(seat);
        (copy.Name, copy.Seat).Should().Be(("web-7", seat));
    }

    [TestCase("web-7", true)]
    [TestCase("web-200", true)]
    [TestCase("web", false)]
    [TestCase("web-", false)]
    [TestCase("web-07", false)]
    [TestCase("web-front", false)]
    [TestCase("web-7-2", false)]
    [TestCase("webs-7", false)]
    public void A_seat_is_known_by_its_labs_name_and_a_number(string name, bool isSeat) => Seat.IsOf("web", name).Should().Be(isSeat);

    [TestCase("", ":*the list has no seat. Begin it with the line `seat,name`*")]
    [TestCase("seat,name\n", "*the list has no seat.*")]
    [TestCase("1,Ada\n", ":1:1: the first line is `1,Ada`. Write `seat,name`: it says which column is which.")]
    [TestCase("seat;name\n1;Ada\n", ":1:1: the first line is `seat;name`. Write `seat,name`, and separate fields by commas*")]
    [TestCase("seat,name\nA1,Ada\n", ":2:1: `A1` is no seat's number. Write a whole number from 1 to 200.")]
    [TestCase("seat,name\n0,Ada\n", ":2:1: `0` is no seat's number.*")]
    [TestCase("seat,name\n201,Ada\n", ":2:1: `201` is no seat's number.*")]
    [TestCase("seat,name\n1,Ada\n\n  1,Eve\n", ":4:3: seat 1 is taken already, in line 2. Give each seat once.")]
    [TestCase("seat,name\n1\n", ":2:1: the line has no name. *")]
    [TestCase("seat,name\n1,Hopper, Grace\n", ":2:11: the line has more than a seat and a name. *")]
    [TestCase("seat,name\n1,\"Ada\n", ":2:3: a quote is opened and not closed in its line. Close it, or leave it out.")]
    [TestCase("seat,name\n1,\"Ada\" Lovelace\n", ":2:8: after the closing quote stands `Lovelace`. *")]
    [TestCase("seat,name\n1,A\tda\n", ":2:3: this is no name. *")]
    public void What_is_wrong_is_told_with_its_place(string text, string said) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<DefinitionException>().Which.Message.Should().Match(File + said);

    [Test]
    public void All_that_is_wrong_is_told_at_once() =>
        FluentActions.Invoking(() => Read("seat,name\nx,Ada\n1,\"Eve\n2,Bob,3\n")).Should().Throw<DefinitionException>().Which.Diagnostics.Select(found => found.Location.Line).Should().Equal(2, 3, 4);

    [Test]
    public void A_lab_whose_name_leaves_no_room_for_a_number_has_no_seats() =>
        FluentActions.Invoking(() => Seat.Row(Lab() with { Name = new string('a', 30) }, 9)).Should().Throw<DefinitionException>().WithMessage("*31 characters at most*");

    [Property]
    public Property A_list_that_is_written_is_read_back() => Prop.ForAll(Lists(), list =>
    {
        var text = "seat,name\n" + string.Concat(list.Select(seat => $"{seat.Number.ToString(CultureInfo.InvariantCulture)},\"{seat.Student.Replace("\"", "\"\"", StringComparison.Ordinal)}\"\r\n"));
        return Read(text).SequenceEqual(list);
    });

    [Property]
    public Property Whatever_a_list_holds_it_is_read_or_told_with_a_place_in_it() => Prop.ForAll(Texts(), text =>
    {
        try
        {
            return Read("seat,name\n" + text).Count > 0;
        }
        catch (DefinitionException failure)
        {
            return failure.Diagnostics.Count > 0 && failure.Diagnostics.All(found => found.Location.File == File && found.Location.Line <= text.Count(c => c == '\n') + 2);
        }
    });

    private static Arbitrary<IReadOnlyList<Seat>> Lists() => Arb.From(
        from numbers in Gen.Choose(1, Seat.Last).NonEmptyListOf()
        from names in Gen.Elements("", "Ada", "Hopper, Grace", "say \"hi\"", "Žofie", "O'Neill <o@x>").ListOf(numbers.Count)
        select (IReadOnlyList<Seat>)[.. numbers.Zip(names).DistinctBy(pair => pair.First).Select(pair => new Seat("web", pair.First, pair.Second))]);

    private static Arbitrary<string> Texts() => Arb.From(
        from pieces in Gen.Elements("1", "2", "x", ",", ",", "\"", "\n", "\r\n", "\r", " ", ";", "Ada", "é", "\t").ListOf()
        select string.Concat(pieces));

    private IReadOnlyList<Seat> Read(string text)
    {
        System.IO.File.WriteAllText(File, text);
        return SeatList.Load(Lab(), File);
    }

    private static LabDefinition Lab() => new() { Name = "web", File = "/labs/web/lab.yaml", Trees = [], Guests = [], Location = SourceLocation.Whole("/labs/web/lab.yaml") };
}
