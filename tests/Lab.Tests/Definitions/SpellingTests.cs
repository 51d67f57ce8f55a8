using FluentAssertions;
using Lab.Definitions.Yaml;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class SpellingTests
{
    private static readonly string[] _keys = ["tree", "memory", "cpus", "disk", "forward", "kernel-arguments"];

    [TestCase("memroy", "memory")]
    [TestCase("Memory", "memory")]
    [TestCase("foward", "forward")]
    [TestCase("kernel_args", null)]
    [TestCase("kernelarguments", "kernel-arguments")]
    [TestCase("ram", null)]
    [TestCase("cpu", "cpus")]
    [TestCase("", null)]
    public void A_slip_finds_the_word_that_was_meant(string word, string? meant) => Spelling.Nearest(word, _keys).Should().Be(meant);

    [TestCase("", "", 0)]
    [TestCase("abc", "", 3)]
    [TestCase("abcd", "acbd", 1)]
    [TestCase("kitten", "sitting", 3)]
    public void Distance_counts_slips_and_a_swap_is_one(string left, string right, int distance)
    {
        Spelling.Distance(left, right).Should().Be(distance);
        Spelling.Distance(right, left).Should().Be(distance);
    }
}
