using Lab.Execution;

namespace Pipeline.Tests.Targets;

/// <summary>This checkout's own pipeline, as the program that build.sh starts.</summary>
internal sealed class BuildTests
{
    [Test]
    public async Task Every_target_can_be_planned_alone_and_all_of_them_together()
    {
        var names = TargetGraph.Of(new Lab.Building.Build()).Targets.Select(target => target.Name).ToList();
        names.Should().Contain(["Default", "Clean", "Restore", "Compile", "Test"]);
        foreach (var targets in names.Select(name => new[] { name }).Append([.. names]))
        {
            var result = await RunAsync([.. targets, "--plan"]);

            result.ExitCode.Should().Be(0, because: result.Error);
            result.Output.Should().ContainAll(targets);
        }
    }

    [Test]
    public async Task Clean_comes_before_all_that_it_would_spoil()
    {
        var result = await RunAsync("Test", "Clean", "--plan");

        result.Output.Should().MatchRegex(@"(?s)1  Clean.*2  Restore.*3  Compile.*\d  Test");
    }

    [Test]
    public async Task Every_listed_target_and_parameter_says_what_it_is_for()
    {
        var result = await RunAsync("--help");

        result.Output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal))
            .Should().AllSatisfy(line => line.Trim().Should().MatchRegex(@"^\S+( \(default\)| <\S+>…?)?  +\S"));
    }

    [Test]
    public async Task A_mistyped_test_project_is_the_users_mistake()
    {
        var result = await RunAsync("Test", "--skip", "--project", "Lab.Tets");

        result.ExitCode.Should().Be(2);
        result.Output.Should().Contain("There is no test project Lab.Tets.");
    }

    private static Task<CommandResult> RunAsync(params string[] arguments) =>
        new Command("dotnet", [Path.Combine(AppContext.BaseDirectory, "Build.dll"), .. arguments]).In(Folder()).RunAsync();

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string test = "") => Path.GetDirectoryName(test)!;
}
