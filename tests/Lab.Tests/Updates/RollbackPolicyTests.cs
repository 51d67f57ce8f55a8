using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Updates;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Updates;

public sealed class RollbackPolicyTests
{
    private const string Old = "aaaaaaaaaaaaaaaa";
    private const string New = "bbbbbbbbbbbbbbbb";

    [TestCase("classic\nattempts 3\n", RollbackFlavour.Greenboot, 3)]
    [TestCase("classic\nattempts \"5\"\n", RollbackFlavour.Greenboot, 5)]
    [TestCase("classic\n", RollbackFlavour.Greenboot, 3)]
    [TestCase("rs\nattempts 2\n", RollbackFlavour.GreenbootRs, 2)]
    [TestCase("tries 4\n", RollbackFlavour.OstreeBootCounting, 4)]
    [TestCase("tries 0\n", RollbackFlavour.None, 0)]
    [TestCase("", RollbackFlavour.None, 0)]
    public void A_hosts_way_of_undoing_updates_is_read_from_its_configuration(string answer, RollbackFlavour flavour, int attempts) =>
        RollbackPolicy.Parse(answer).Should().Be(new RollbackPolicy(flavour, attempts));

    [TestCase(RollbackFlavour.Greenboot, 3, UpdateFate.Healthy, "new ✓")]
    [TestCase(RollbackFlavour.Greenboot, 3, UpdateFate.Unhealthy, "new ✗, new ✗, new ✗, old ✓")]
    [TestCase(RollbackFlavour.Greenboot, 1, UpdateFate.Unbootable, "new ✗, old ✓")]
    [TestCase(RollbackFlavour.GreenbootRs, 3, UpdateFate.Unhealthy, "new ✗, new ✗, new ✗, new ✗, old ✓")]
    [TestCase(RollbackFlavour.GreenbootRs, 3, UpdateFate.Unbootable, "new ✗, new ✗")]
    [TestCase(RollbackFlavour.OstreeBootCounting, 2, UpdateFate.Unbootable, "new ✗, new ✗, old ✓")]
    [TestCase(RollbackFlavour.OstreeBootCounting, 2, UpdateFate.Unhealthy, "new ✓")]
    [TestCase(RollbackFlavour.None, 0, UpdateFate.Unhealthy, "new ✓")]
    [TestCase(RollbackFlavour.None, 0, UpdateFate.Unbootable, "new ✗, new ✗")]
    public void Each_way_leads_to_its_own_boots(RollbackFlavour flavour, int attempts, UpdateFate fate, string boots) =>
        new RollbackPolicy(flavour, attempts).Predict(Old, New, fate).ToString().Should().Be(boots);

    [Test]
    public void Greenboot_counts_down_to_nought_and_says_that_it_fell_back() =>
        new RollbackPolicy(RollbackFlavour.Greenboot, 3).Predict(Old, New, UpdateFate.Unhealthy).Boots
            .Select(boot => (boot.Entry, boot.CounterBefore, boot.CounterAfter))
            .Should().Equal(("0", 3, 2), ("0", 2, 1), ("0", 1, 0), ("1", 0, -1));

    [Test]
    public void What_tries_for_ever_ends_nowhere()
    {
        var prediction = new RollbackPolicy(RollbackFlavour.None, 0).Predict(Old, New, UpdateFate.Unbootable);

        prediction.Settles.Should().BeFalse();
        prediction.Ends.Should().BeNull();
    }

    [Property]
    public Property Only_the_last_boot_can_succeed_and_it_is_where_the_host_ends() => Prop.ForAll(
        Arb.From(
            from flavour in Gen.Elements(Enum.GetValues<RollbackFlavour>())
            from fate in Gen.Elements(Enum.GetValues<UpdateFate>())
            from attempts in Gen.Choose(1, 9)
            select new RollbackPolicy(flavour, attempts).Predict(Old, New, fate)),
        prediction => prediction.Boots.SkipLast(1).All(boot => boot.Fails && boot.Commit == New)
            && prediction.Ends == (prediction.Settles ? prediction.Boots[^1].Commit : null));
}
