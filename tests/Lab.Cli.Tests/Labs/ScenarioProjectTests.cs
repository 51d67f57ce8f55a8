using Lab.Cli.Labs;

namespace Lab.Cli.Tests.Labs;

internal sealed class ScenarioProjectTests
{
    [Test]
    public void A_labs_scenarios_are_compiled_by_the_project_beside_it()
    {
        using var user = new LabUser();
        user.Write("labs/Labs.csproj", "<Project/>");
        user.Write("labs/web/lab.yaml", string.Empty);

        ScenarioProject.Above(Path.Combine(user.Folder, "labs", "web"))!.Root.Should().Be(user.Folder);
        ScenarioProject.Above(user.Folder).Should().BeNull();
    }

    [Test]
    public void A_run_takes_the_labs_own_category()
    {
        new ScenarioProgram("/labs/Labs.dll").Run("web", filter: null, toError: false).ToString()
            .Should().Be("dotnet /labs/Labs.dll --output Detailed --show-stdout Failed --show-stderr Failed --filter TestCategory=web");
    }

    [Test]
    public void A_filter_narrows_the_labs_own_category()
    {
        new ScenarioProgram("/labs/Labs.dll").Run("web", "Name~Rollback|Name~Upgrade", toError: false).Arguments[^1]
            .Should().Be("(TestCategory=web)&(Name~Rollback|Name~Upgrade)");
    }

    [Test]
    public async Task For_json_what_scenarios_print_goes_to_standard_error()
    {
        var run = new ScenarioProgram("--version").Run("web", filter: null, toError: true);

        // Takes the same way as a run, with an argument that dotnet itself answers.
        var result = await (run with { Arguments = run.Arguments.Take(5).ToList() }).RunAsync();

        result.Output.Should().BeEmpty();
        result.Error.Should().MatchRegex(@"^\d+\.\d+");
    }
}
