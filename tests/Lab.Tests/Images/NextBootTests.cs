using FluentAssertions;
using Lab.Images;
using NUnit.Framework;

namespace Lab.Tests.Images;

/// <summary>greenboot's classic rules, as its grub.cfg snippet has them.</summary>
public sealed class NextBootTests
{
    [TestCase("3", "0", 0, 3, "3 tries left")]
    [TestCase("1", "0", 0, 1, "1 try left")]
    [TestCase("0", "0", 1, 0, "entry 0 has no tries left")]
    [TestCase("-1", "0", 1, 0, "entry 0 has no tries left")]
    [TestCase("3", "1", 0, null, "boot_success is not 0")]
    [TestCase("3", null, 0, null, "boot_success is not 0")]
    [TestCase(null, "0", 0, null, "boot_counter is not set")]
    [TestCase("", "0", 0, null, "boot_counter is not set")]
    [TestCase("many", "0", 0, null, "boot_counter=many is no number of boots")]
    [TestCase("-2", "0", 0, null, "boot_counter=-2 is no number of boots")]
    public void The_counter_decides(string? counter, string? success, int entry, int? tries, string reason)
    {
        var environment = new Dictionary<string, string?> { ["boot_counter"] = counter, ["boot_success"] = success }
            .Where(variable => variable.Value is not null).ToDictionary(variable => variable.Key, variable => variable.Value!);

        NextBoot.Of(environment, entries: 2, counts: true).Should().Be(new NextBoot(entry, tries, reason));
    }

    [Test]
    public void Where_there_is_one_entry_GRUB_takes_it_whatever_is_counted() =>
        NextBoot.Of(Exhausted, entries: 1, counts: true).Should().Be(new NextBoot(0, 0, "no tries left, and there is no other"));

    [Test]
    public void Without_entries_nothing_boots() =>
        NextBoot.Of(Exhausted, entries: 0, counts: true).Should().Be(new NextBoot(null, null, "there is no boot loader entry"));

    [Test]
    public void A_GRUB_that_counts_nothing_takes_the_first_entry() =>
        NextBoot.Of(Exhausted, entries: 2, counts: false).Should().Be(new NextBoot(0, null, "its GRUB counts no boots, so that boot_counter=0 means nothing"));

    private static Dictionary<string, string> Exhausted => new() { ["boot_counter"] = "0", ["boot_success"] = "0" };
}
