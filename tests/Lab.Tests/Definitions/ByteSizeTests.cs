using System.Text.RegularExpressions;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Definitions;

public sealed partial class ByteSizeTests
{
    [TestCase("1 GiB", 1L << 30)]
    [TestCase("1GiB", 1L << 30)]
    [TestCase("1536 MiB", 1536L << 20)]
    [TestCase("2 TiB", 2L << 40)]
    [TestCase("7 KiB", 7L << 10)]
    [TestCase("513 B", 513L)]
    public void A_number_and_a_binary_unit_are_a_size(string text, long bytes) => ByteSize.Parse(text).Bytes.Should().Be(bytes);

    [TestCase("1024", "Add the unit, KiB, MiB, GiB or TiB: `1024 MiB`, say.")]
    [TestCase("1 GB", "Write `1 GiB`: units are KiB, MiB, GiB and TiB, powers of 1024.")]
    [TestCase("1 gib", "Write `1 GiB`: units are KiB, MiB, GiB and TiB, powers of 1024.")]
    [TestCase("512m", "Write `512 MiB`: units are KiB, MiB, GiB and TiB, powers of 1024.")]
    [TestCase("1.5 GiB", "Write a whole number: `1536 MiB`.")]
    [TestCase("1,5 GB", "Write a whole number: `1536 MiB`.")]
    [TestCase("0.1 KiB", "Write a whole number: `1 KiB`.")]
    [TestCase("-1 GiB", "Write a whole number and a unit of KiB, MiB, GiB or TiB, as in `1 GiB`.")]
    [TestCase("much", "Write a whole number and a unit of KiB, MiB, GiB or TiB, as in `1 GiB`.")]
    [TestCase("", "Write a whole number and a unit of KiB, MiB, GiB or TiB, as in `1 GiB`.")]
    [TestCase("99999999999999999999 GiB", "Write a whole number and a unit of KiB, MiB, GiB or TiB, as in `1 GiB`.")]
    [TestCase("99999999 TiB", "Write a whole number and a unit of KiB, MiB, GiB or TiB, as in `1 GiB`.")]
    public void What_is_not_a_size_says_what_to_write(string text, string advice)
    {
        ByteSize.TryParse(text, out _).Should().BeFalse();
        FluentActions.Invoking(() => ByteSize.Parse(text)).Should().Throw<FormatException>().WithMessage($"`{text}` is not a size. {advice}");
    }

    [TestCase(0L, "0 B")]
    [TestCase(1023L, "1023 B")]
    [TestCase(1L << 20, "1 MiB")]
    [TestCase((1L << 30) + (1L << 20), "1025 MiB")]
    public void A_size_is_written_in_the_largest_unit_that_divides_it(long bytes, string text) => new ByteSize(bytes).ToString().Should().Be(text);

    [Property]
    public Property A_size_that_is_written_is_read_back() =>
        Prop.ForAll(Sizes(), size => ByteSize.Parse(size.ToString()) == size);

    [Property]
    public Property Sizes_compare_as_their_bytes_do() => Prop.ForAll(Sizes(), Sizes(), (left, right) =>
        left < right == left.Bytes < right.Bytes && left >= right == left.Bytes >= right.Bytes && left.CompareTo(right) == left.Bytes.CompareTo(right.Bytes));

    [Property]
    public Property What_is_advised_instead_of_a_wrong_size_is_a_size() => Prop.ForAll(
        Arb.From(
            from number in Gen.Elements("0", "1", "12", "1048576", "999999999999", "1.5", "0,25", "3.333", "999999.9")
            from blank in Gen.Elements("", " ", "  ")
            from unit in Gen.Elements("", "B", "K", "kb", "Mb", "GB", "gib", "T", "TB", "EiB")
            select number + blank + unit),
        text => ByteSize.TryParse(text, out _) || Advised().Matches(ByteSize.Advice(text)).All(advised => ByteSize.TryParse(advised.Groups[1].Value, out _)));

    [Test]
    public void A_size_is_not_negative() => FluentActions.Invoking(() => new ByteSize(-1)).Should().Throw<ArgumentOutOfRangeException>();

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Advised();

    // From all magnitudes, and often whole units.
    private static Arbitrary<ByteSize> Sizes() => Arb.From(
        from count in Gen.Choose(0, int.MaxValue)
        from shift in Gen.Elements(0, 10, 20, 30, 32)
        select new ByteSize((long)count << shift));
}
