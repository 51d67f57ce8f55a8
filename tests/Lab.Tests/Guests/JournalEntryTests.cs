using System.Text;
using System.Text.Json;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Guests;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Guests;

public sealed class JournalEntryTests
{
    [TestCase("""{"__REALTIME_TIMESTAMP":"1","MESSAGE":[104,105,255],"_COMM":"dd"}""", "dd", "hi\ufffd")]
    [TestCase("""{"__REALTIME_TIMESTAMP":"1","MESSAGE":["first","second"]}""", "", "first")]
    [TestCase("""{"__REALTIME_TIMESTAMP":"1","MESSAGE":null}""", "", "")]
    [TestCase("""{"__REALTIME_TIMESTAMP":"1"}""", "", "")]
    public void A_field_may_be_bytes_or_given_twice_or_missing(string line, string source, string message) =>
        JournalEntry.Parse(line).Should().Equal(new JournalEntry(DateTimeOffset.UnixEpoch.AddMicroseconds(1), source, 6, message));

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("nonsense")]
    [TestCase("""{"__REALTIME_TIMESTAMP":"99999999999999999999"}""")]
    [TestCase("""{"__REALTIME_TIMESTAMP":"1","MESSAGE":[1000]}""")]
    public void What_is_none_of_the_journals_lines_is_refused(string line) =>
        FluentActions.Invoking(() => JournalEntry.Parse(line)).Should().Throw<InvalidDataException>().WithMessage($"*{line.Replace("[", "*").Replace("{", "*")}*");

    [Property]
    public Property Any_text_and_its_bytes_are_read_alike() => Prop.ForAll(ArbMap.Default.ArbFor<UnicodeString>(), text =>
    {
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.Get ?? string.Empty));
        var bytes = Encoding.UTF8.GetBytes(valid).Select(value => (int)value).ToArray();
        var (one, other) = (JsonSerializer.Serialize(new { __REALTIME_TIMESTAMP = "1", MESSAGE = valid }), JsonSerializer.Serialize(new { __REALTIME_TIMESTAMP = "1", MESSAGE = bytes }));

        JournalEntry.Parse($"{one}\n{other}\n").Select(entry => entry.Message).Should().Equal(valid, valid);
    });
}
