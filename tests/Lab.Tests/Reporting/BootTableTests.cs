using FluentAssertions;
using Lab.Reporting;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Reporting;

internal sealed class BootTableTests
{
    [Test]
    public void A_boot_is_one_line()
    {
        var run = SampleRun.Failed with { Run = new StepRecord { Name = "", Start = SampleRun.At(0), Duration = TimeSpan.Zero, Boots = [new RecordedBoot("node1", SampleRun.Boot(2, 4, [0.4, 1.1, 3, 6.2, 41.5], SampleRun.Bad, ready: true))] } };

        BootTable.Render(run).Should().Be("boot 2  lab:badtree 1-bad  firmware 0.4 s  grub 1.1 s  kernel 3.0 s  initramfs 6.2 s  userspace 41 s  ready after 52 s\n");
    }

    [Test]
    public void Several_boots_are_aligned_and_name_their_guest() => BootTable.Render(SampleRun.Failed).ShouldMatchSnapshot("boots");

    [Test]
    public void A_run_without_boots_has_no_lines() => BootTable.Render(SampleRun.Failed with { Run = SampleRun.Failed.Run with { Steps = [] } }).Should().BeEmpty();

    [Test]
    public void A_commit_that_is_none_of_the_labs_trees_is_called_by_its_first_digits()
    {
        var run = SampleRun.Passed with { Trees = [] };

        BootTable.Render(run).Should().Contain("  5d5c0f1e9a  ");
    }
}
