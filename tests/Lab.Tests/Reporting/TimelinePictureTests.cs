using System.Globalization;
using System.Xml.Linq;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Reporting;
using Lab.Tests.Definitions;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Reporting;

internal sealed class TimelinePictureTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Test]
    public void A_run_is_drawn_with_its_steps_boots_and_commands() => TimelinePicture.Render(SampleRun.Failed).ShouldMatchSnapshot("timeline.svg");

    [Test]
    public void A_boot_is_drawn_a_row_a_stage() => BootPicture.Render(SampleRun.Failed.Boots.First()).ShouldMatchSnapshot("boot.svg");

    [Test]
    public void Every_shape_that_stands_for_something_says_what()
    {
        var picture = XElement.Parse(TimelinePicture.Render(SampleRun.Failed));

        picture.Element(Svg + "title")!.Value.Should().Be("Timeline of the run");
        Titles(picture).Should().Contain(
            "Rebase to badtree: 50 s, failed",
            "ostree admin upgrade --stage: exit code 0, 11 s",
            "kernel 3.4 s",
            "boot 1: lab:labtree 1, 5d5c0f1e9a · GRUB entry 0: ready after 30 s",
            "boot 2, GRUB entry 0: not ready after 30 s, stopped in userspace");
    }

    [Test]
    public void Stages_stand_end_to_end()
    {
        var bars = XElement.Parse(BootPicture.Render(SampleRun.Failed.Boots.First())).Descendants(Svg + "rect").ToList();

        bars.Should().HaveCount(5);
        foreach (var (before, after) in bars.Zip(bars.Skip(1)))
        {
            (Number(before, "x") + Number(before, "width")).Should().BeApproximately(Number(after, "x"), 0.2);
        }
    }

    [Test]
    public void Captions_of_boots_that_follow_at_once_stand_below_each_other()
    {
        var boots = Enumerable.Range(0, 4).Select(index => new RecordedBoot("node1", SampleRun.Boot(index + 1, 10 + (index * 6), [1, 1, 1, 1, 1], SampleRun.One, ready: true)));
        var run = SampleRun.Passed with { Run = SampleRun.Passed.Run with { Steps = [], Boots = [.. boots] } };

        var captions = XElement.Parse(TimelinePicture.Render(run)).Descendants(Svg + "text").Where(text => text.Value.StartsWith("boot ", StringComparison.Ordinal)).Select(text => Number(text, "y")).ToList();

        captions.Should().HaveCount(4).And.BeInDescendingOrder().And.OnlyHaveUniqueItems();
    }

    [Property]
    public Property Whatever_guests_say_a_picture_is_well_formed_and_within_its_frame() => Prop.ForAll(AnyRun.Hostile, run =>
    {
        var picture = XElement.Parse(TimelinePicture.Render(run));
        var frame = picture.Attribute("viewBox")!.Value.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();

        foreach (var bar in picture.Descendants(Svg + "rect"))
        {
            Number(bar, "x").Should().BeInRange(0, frame[2]);
            (Number(bar, "x") + Number(bar, "width")).Should().BeInRange(0, frame[2]);
            (Number(bar, "y") + Number(bar, "height")).Should().BeInRange(0, frame[3]);
        }
    });

    [TestCase(0)]
    [TestCase(0.4)]
    [TestCase(59)]
    [TestCase(3600)]
    [TestCase(10_000_000)]
    public void A_run_of_any_length_has_an_axis_that_can_be_read(double seconds)
    {
        var run = SampleRun.Passed with { Run = new StepRecord { Name = "x", Start = SampleRun.At(0), Duration = TimeSpan.FromSeconds(seconds) } };

        var ticks = XElement.Parse(TimelinePicture.Render(run)).Descendants(Svg + "text").Where(text => text.Attribute("class")!.Value == "tick").ToList();

        ticks.Count.Should().BeInRange(1, 14);
        ticks.Select(tick => tick.Value).Should().OnlyHaveUniqueItems();
    }

    private static IEnumerable<string> Titles(XElement picture) => picture.Descendants(Svg + "title").Select(title => title.Value);

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
