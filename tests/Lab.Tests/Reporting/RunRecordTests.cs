using System.Text.Json;
using FluentAssertions;
using Lab.Reporting;
using NUnit.Framework;

namespace Lab.Tests.Reporting;

internal sealed class RunRecordTests
{
    [Test]
    public void A_record_is_read_back_as_it_was_written() =>
        RunRecord.FromJson(SampleRun.Failed.ToJson()).ToJson().Should().Be(SampleRun.Failed.ToJson());

    [Test]
    public void Its_figures_stand_in_the_file_for_other_tools()
    {
        using var json = JsonDocument.Parse(SampleRun.Failed.ToJson());

        json.RootElement.GetProperty("Overhead").GetString().Should().Be(SampleRun.Failed.Overhead.ToString());
        json.RootElement.GetProperty("Failure").GetProperty("Kind").GetString().Should().Be("Product");
    }

    [Test]
    public async Task A_run_is_written_as_three_files_that_agree()
    {
        using var folder = new Hosting.HostFolder();
        var output = folder["reports/atomic-host"];

        var page = await SampleRun.Failed.WriteAsync(output);

        page.Should().Be(Path.Combine(output, "report.html"));
        Directory.EnumerateFiles(output).Select(Path.GetFileName).Should().BeEquivalentTo("report.html", "junit.xml", "run.json");
        var read = RunRecord.FromJson(await File.ReadAllTextAsync(Path.Combine(output, "run.json")));
        HtmlReport.Render(read).Should().Be(await File.ReadAllTextAsync(page));
        JUnitReport.Render(read).Should().Be(await File.ReadAllTextAsync(Path.Combine(output, "junit.xml")));
    }
}
