using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Reporting;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Reporting;

internal sealed class PageLineTests
{
    [Test]
    public void A_short_text_stays_as_it_is() =>
        PageLine.Of("one\n\n  three\n", 1000).Should().Equal(new PageLine("one"), new PageLine(""), new PageLine("  three"));

    [Test]
    public void A_long_text_loses_its_middle_and_says_how_much()
    {
        var lines = PageLine.Of(string.Concat(Enumerable.Range(1, 1000).Select(number => $"line {number:0000}\n")), 200);

        lines.Select(line => line.Text).Should().Equal(
            "line 0001", "line 0002", "line 0003", "line 0004", "line 0005", "line 0006", "line 0007", "line 0008", "line 0009", "line 0010",
            "… 980 lines (9,800 characters) are left out here; run.json has them …",
            "line 0991", "line 0992", "line 0993", "line 0994", "line 0995", "line 0996", "line 0997", "line 0998", "line 0999", "line 1000");
        lines.Where(line => line.Omission).Should().ContainSingle();
    }

    [Test]
    public void A_long_line_loses_its_middle_and_says_how_much() =>
        PageLine.Of(new string('a', 500) + new string('b', 500), 400).Should().ContainSingle()
            .Which.Text.Should().Be(new string('a', 50) + " … 900 characters are left out here; run.json has them … " + new string('b', 50));

    [Property]
    public Property A_text_is_cut_to_what_was_allowed_and_a_word_about_it() => Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
    {
        var lines = PageLine.Of(string.Concat(Enumerable.Repeat(text.Get + "\n", 50)), 400);

        lines.Sum(line => line.Text.Length).Should().BeLessThan(400 + (70 * 4) + 80);
    });

    [Test]
    public void A_consoles_lines_say_when_and_what_the_judge_calls_them()
    {
        var console = new ConsoleTranscript("node1", [SampleRun.Line(4.25, "login:"), SampleRun.Line(1234.5, "Kernel panic - not syncing")]);

        PageLine.Of(console, SampleRun.At(0), 1000).Should().Equal(
            new PageLine("     4.3  login:"),
            new PageLine("  1234.5  Kernel panic - not syncing", "kernel panic"));
    }
}
