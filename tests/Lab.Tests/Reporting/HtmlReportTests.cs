using System.Text.RegularExpressions;
using System.Xml.Linq;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Reporting;
using Lab.Tests.Definitions;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Reporting;

internal sealed class HtmlReportTests
{
    // HTML's void elements are the only ones that may close themselves; a browser takes the others for open.
    private static readonly string[] Void = ["meta", "br", "hr", "img", "link", "input"];

    [Test]
    public void A_run_that_failed_is_a_page() => HtmlReport.Render(SampleRun.Failed).ShouldMatchSnapshot("failed.html");

    [Test]
    public void A_run_that_passed_says_so_and_speaks_of_no_failure()
    {
        var page = Page(SampleRun.Passed);

        OfClass(page, "verdict").Single().Value.Should().Be("passed");
        OfClass(page, "failure").Should().BeEmpty();
    }

    [Test]
    public void A_failure_is_told_at_the_top_with_the_way_to_its_step()
    {
        var page = Page(SampleRun.Failed);

        var headline = OfClass(page, "failure").First();
        headline.Value.Should().Contain("product failure in Rebase to badtree").And.Contain("kernel panic");
        Ids(page).Should().Contain(headline.Descendants("a").Single().Attribute("href")!.Value[1..]);
    }

    [Test]
    public void A_failure_that_came_out_of_an_inner_step_is_told_there()
    {
        var outer = SampleRun.Failed.Run.Steps[1];
        var run = SampleRun.Passed with { Run = SampleRun.Passed.Run with { Steps = [outer with { Steps = [outer.Steps[0] with { Failure = outer.Failure }] }] } };

        OfClass(Page(run), "failure").Should().HaveCount(2, "one is the headline and one is at the inner step");
    }

    [Test]
    public void Every_link_leads_somewhere_in_the_page()
    {
        var page = Page(SampleRun.Failed);

        Ids(page).Should().OnlyHaveUniqueItems();
        page.Descendants("a").Select(link => link.Attribute("href")!.Value).Should().NotBeEmpty().And.OnlyContain(link => Ids(page).Contains(link.TrimStart('#')));
    }

    [Test]
    public void It_needs_nothing_beside_it()
    {
        var page = HtmlReport.Render(SampleRun.Failed);

        Regex.Matches(page, "<(script|link|img|iframe|object)|url\\(|@import|src=").Should().BeEmpty();
        Regex.Matches(page, "https?://[^\"]*").Select(match => match.Value).Distinct().Should().Equal("http://www.w3.org/2000/svg");
    }

    [Test]
    public void What_the_consoles_judge_found_is_marked()
    {
        var mark = Page(SampleRun.Failed).Descendants("mark").Single();

        mark.Attribute("title")!.Value.Should().Be("kernel panic");
        mark.Value.Should().Contain("Kernel panic - not syncing: <init> & co");
    }

    [Test]
    public void It_stays_small_whatever_is_attached()
    {
        var text = string.Concat(Enumerable.Range(0, 200_000).Select(number => $"[{number,12}] node1 systemd[1]: something happened\n"));
        var run = SampleRun.Failed with { Attachments = [new Attachment("node1 journal", text), new Attachment("node2 journal", text)] };

        HtmlReport.Render(run).Length.Should().BeLessThan(1024 * 1024);
    }

    [Property(MaxTest = 40)]
    public Property Whatever_guests_say_it_is_well_formed_for_browsers_and_for_XML() => Prop.ForAll(AnyRun.Hostile, run =>
    {
        var page = Page(run);

        page.Descendants().Where(element => element.IsEmpty && !Void.Contains(element.Name.LocalName) && element.Name.Namespace == XNamespace.None).Should().BeEmpty();
        page.Descendants("details").Should().NotBeEmpty();
    });

    private static XElement Page(RunRecord run) => XDocument.Parse(HtmlReport.Render(run)).Root!;

    private static List<string> Ids(XElement page) => [.. page.Descendants().Select(element => element.Attribute("id")?.Value).OfType<string>()];

    private static IEnumerable<XElement> OfClass(XElement page, string name) =>
        page.Descendants().Where(element => element.Attribute("class")?.Value.Split(' ').Contains(name) == true);
}
