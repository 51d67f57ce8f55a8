using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Hosting;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Hosting;

public sealed class SegmentFaultTests
{
    private static readonly string[] All = ["one", "two", "three", "host"];

    [Test]
    public void A_partition_cuts_every_link_between_its_groups_both_ways() =>
        SegmentFault.Parse(["partition", "one,two", "three"], All).Links.Should().BeEquivalentTo(
            [new SegmentLink("one", "three"), new SegmentLink("two", "three"), new SegmentLink("three", "one"), new SegmentLink("three", "two")]);

    [Test]
    public void A_block_leaves_the_way_back() =>
        SegmentFault.Parse(["block", "one", "two"], All).Links.Should().Equal(new SegmentLink("one", "two"));

    [Test]
    public void Loss_and_delay_hold_for_all_that_a_port_sends_and_hears()
    {
        var lossy = SegmentFault.Parse(["lose", "12.5%", "one"], All);
        (lossy.Loss, lossy.Links.Count).Should().Be((0.125, 6));
        SegmentFault.Parse(["delay", "200ms", "one"], All).Delay.Should().Be(TimeSpan.FromMilliseconds(200));
    }

    [TestCase("")]
    [TestCase("partition one")]
    [TestCase("partition one one")]
    [TestCase("block one one")]
    [TestCase("block one")]
    [TestCase("lose 0% one")]
    [TestCase("lose 101% one")]
    [TestCase("lose 20 one")]
    [TestCase("delay 0ms one")]
    [TestCase("delay 61s one")]
    [TestCase("explode one")]
    public void What_is_no_fault_is_refused(string words) =>
        FluentActions.Invoking(() => SegmentFault.Parse(words.Split(' '), All)).Should().Throw<HostException>().WithMessage("*is no fault*");

    [Property]
    public Property Whatever_is_typed_is_a_fault_with_links_or_refused() => Prop.ForAll(
        Arb.From(Gen.ArrayOf(Gen.Elements("partition", "block", "lose", "delay", "one", "two", "one,two", ",", "", "20%", "%", "ms", "200ms", "-1ms", "1e9%", "host"))),
        words =>
        {
            try
            {
                var fault = SegmentFault.Parse(words, All);
                return fault.Links.Count > 0 && fault.Links.All(link => link.From != link.To) && (fault.Loss > 0 || fault.Delay > TimeSpan.Zero);
            }
            catch (HostException)
            {
                return true;
            }
        });
}
