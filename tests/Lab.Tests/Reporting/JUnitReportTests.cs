using System.Xml.Linq;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Reporting;
using Lab.Tests.Definitions;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Reporting;

internal sealed class JUnitReportTests
{
    [Test]
    public void A_run_is_a_suite_and_a_step_is_a_case() => JUnitReport.Render(SampleRun.Failed).ShouldMatchSnapshot("junit.xml");

    [Test]
    public void The_counts_are_those_of_the_cases()
    {
        var suite = Suite(SampleRun.Failed);

        ((int)suite.Attribute("tests")!).Should().Be(suite.Elements("testcase").Count()).And.Be(5);
        ((int)suite.Attribute("failures")!).Should().Be(suite.Descendants("failure").Count()).And.Be(1);
        ((int)suite.Attribute("errors")!).Should().Be(suite.Descendants("error").Count()).And.Be(2);
    }

    [Test]
    public void Only_the_products_failures_are_failures()
    {
        var suite = Suite(SampleRun.Failed);

        suite.Descendants("failure").Select(failure => (string?)failure.Attribute("type")).Should().Equal("product");
        suite.Descendants("error").Select(error => (string?)error.Attribute("type")).Should().Equal("infrastructure", "definition");
    }

    [Test]
    public void A_failure_outside_of_any_step_is_a_case_of_its_own()
    {
        var run = SampleRun.Passed with { Run = SampleRun.Passed.Run with { Failure = SampleRun.Failed.Failure } };

        Suite(run).Elements("testcase").Last().Attribute("name")!.Value.Should().Be("outside of any step");
        ((int)Suite(run).Attribute("failures")!).Should().Be(1);
    }

    [Property]
    public Property Whatever_guests_say_it_is_well_formed() => Prop.ForAll(AnyRun.Hostile, run =>
    {
        var suite = Suite(run);

        suite.Elements("testcase").Should().HaveCount(run.Run.Steps.Count);
        ((int)suite.Attribute("failures")!).Should().Be(1);
    });

    private static XElement Suite(RunRecord run) => XDocument.Parse(JUnitReport.Render(run)).Root!.Elements("testsuite").Single();
}
