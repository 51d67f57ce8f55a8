using FluentAssertions;
using Lab.Remote;
using NUnit.Framework;

namespace Lab.Tests.Remote;

public sealed class AvailabilityTests
{
    [Test]
    public void The_longest_gap_lies_between_two_answers() =>
        Of("a 0", "a 100", "- 200", "- 300", "b 450", "b 500").Should().Be((TimeSpan.FromMilliseconds(350), 2, "a, b"));

    [Test]
    public void An_outage_that_lasts_to_the_end_counts() =>
        Of("a 0", "a 100", "- 200", "- 900").Should().Be((TimeSpan.FromMilliseconds(800), 2, "a"));

    [Test]
    public void An_outage_from_the_beginning_counts() =>
        Of("- 0", "- 500", "a 700", "a 800").Should().Be((TimeSpan.FromMilliseconds(700), 2, "a"));

    [Test]
    public void Nothing_but_failures_is_one_gap() => Of("- 0", "- 900").Should().Be((TimeSpan.FromMilliseconds(900), 2, string.Empty));

    [Test]
    public void Nothing_at_all_is_no_gap() => Of().Should().Be((TimeSpan.Zero, 0, string.Empty));

    [Test]
    public void Who_comes_back_has_another_turn() => Of("a 0", "b 100", "b 200", "a 300").Should().Be((TimeSpan.FromMilliseconds(100), 0, "a, b, a"));

    // Who answered, or - for nobody, and when: each takes no time.
    private static (TimeSpan Gap, int Failures, string Turns) Of(params IReadOnlyList<string> probes)
    {
        var availability = new Availability([.. probes.Select(probe =>
        {
            var at = TimeSpan.FromMilliseconds(int.Parse(probe.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
            return probe[0] == '-' ? new Probe(at, at, null, "refused") : new Probe(at, at, probe[..1], null);
        })]);
        return (availability.LongestGap, availability.Failures, string.Join(", ", availability.Turns));
    }
}
