using Lab.Building;

namespace Pipeline.Tests.Targets;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TestProjectTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("checkout-").FullName;

    public TestProjectTests()
    {
        foreach (var project in new[] { "tests/Lab.Tests/Lab.Tests", "tests/Lab.EndToEnd/Lab.EndToEnd", "tests/Build.Tests/Build.Tests", "tests/Build.Tests/Sample/Sample", "labs/Labs" })
        {
            var file = Path.Combine(_root, project + ".csproj");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, "<Project/>");
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Quick_projects_come_first_and_those_that_boot_guests_last() =>
        TestProject.In(_root, "Debug", []).Select(project => project.Name).Should().Equal("Build.Tests", "Lab.Tests", "Lab.EndToEnd", "Labs");

    [Test]
    public void A_project_is_run_from_where_it_was_built() =>
        TestProject.In(_root, "Release", ["Labs"]).Should().ContainSingle().Which.Assembly.Should().Be(Path.Combine(_root, "labs", "bin", "Release", "net10.0", "Labs.dll"));

    [Test]
    public void An_unknown_project_is_refused_with_those_there_are() =>
        FluentActions.Invoking(() => TestProject.In(_root, "Debug", ["Lab.Test"])).Should().Throw<PipelineException>()
            .Which.Remedy.Should().Be("There are Build.Tests, Lab.Tests, Lab.EndToEnd, Labs.");
}
