using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Interval = Lab.Reporting.Interval;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Reporting;

internal sealed class IntervalTests
{
    [TestCase("", 0)]
    [TestCase("2-5", 3)]
    [TestCase("2-5 5-6", 4)]
    [TestCase("2-5 3-8", 6, Description = "overlapping")]
    [TestCase("2-8 3-5", 6, Description = "one inside the other")]
    [TestCase("6-8 2-5", 5, Description = "in any order")]
    [TestCase("0-100", 10, Description = "only what lies within")]
    [TestCase("9-30", 1)]
    [TestCase("20-30", 0)]
    [TestCase("4-4", 0)]
    public void What_several_cover_counts_once(string others, double covered) =>
        Within.CoveredBy(others.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('-')).Select(ends => Stretch(int.Parse(ends[0]), int.Parse(ends[1]))))
            .Should().Be(TimeSpan.FromSeconds(covered));

    [Property]
    public Property It_agrees_with_counting_second_by_second() => Prop.ForAll(Stretches, stretches =>
    {
        var counted = Enumerable.Range(0, 10).Count(second => stretches.Any(stretch => stretch.From <= second && stretch.To > second));

        Within.CoveredBy(stretches.Select(stretch => Stretch(stretch.From, stretch.To))).Should().Be(TimeSpan.FromSeconds(counted));
    });

    private static Interval Within => Stretch(0, 10);

    private static Arbitrary<(int From, int To)[]> Stretches => Arb.From(
        from ends in Gen.Choose(-3, 14).Two().ArrayOf()
        select ends.Select(pair => (Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2))).ToArray());

    private static Interval Stretch(int from, int to) => new(SampleRun.At(from), SampleRun.At(to));
}
