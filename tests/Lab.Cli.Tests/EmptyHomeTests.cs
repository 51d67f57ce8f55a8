using System.Text.Json;

namespace Lab.Cli.Tests;

/// <summary>A home in which nothing was ever done.</summary>
internal sealed class EmptyHomeTests
{
    [TestCase("list", "No lab is up.\n")]
    [TestCase("down", "No lab is up.\n")]
    [TestCase("down web", "Lab web was not up.\n")]
    [TestCase("down --all", "No lab is up.\n")]
    [TestCase("gc", "There is nothing to remove.\n")]
    [TestCase("gc --dry-run", "There is nothing to remove.\n")]
    [TestCase("tree list", "No tree was composed here yet.\n")]
    [TestCase("checkpoint list", "There is no checkpoint.\n")]
    [TestCase("box list", "There is no box.\n")]
    public async Task Nothing_is_there_and_that_is_fine(string line, string said)
    {
        using var user = new LabUser();

        var result = await user.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(0, because: result.Error);
        result.Output.Should().Be(said);
        result.Error.Should().BeEmpty();
    }

    [TestCase("list", "[]")]
    [TestCase("down web", """[{"lab":"web","wasUp":false}]""")]
    [TestCase("gc", """{"found":[],"busy":[],"removed":true}""")]
    [TestCase("tree list", "[]")]
    [TestCase("checkpoint list", "[]")]
    [TestCase("box list", "[]")]
    public async Task Nothing_is_there_and_that_is_json(string line, string document)
    {
        using var user = new LabUser();

        var result = await user.RunAsync([.. line.Split(' '), "--json"]);

        result.ExitCode.Should().Be(0, because: result.Error);
        JsonSerializer.Serialize(JsonDocument.Parse(result.Output)).Should().Be(document);
    }

    [Test]
    public async Task What_a_killed_command_left_is_collected()
    {
        using var user = new LabUser();
        await user.RunAsync("list");
        var leftover = Directory.CreateDirectory(Path.Combine(user.Home, "images", "work-0123")).FullName;
        await File.WriteAllTextAsync(Path.Combine(leftover, "disk.raw"), "half a disk");

        var look = await user.RunAsync("gc", "--dry-run");
        Directory.Exists(leftover).Should().BeTrue(because: "looking removes nothing");
        var collection = await user.RunAsync("gc");

        look.Output.Should().Contain($"partial file  {leftover}  its process was killed").And.EndWith("`lab gc` removes them.\n");
        collection.ExitCode.Should().Be(0, because: collection.Error);
        collection.Error.Should().StartWith($"remove {leftover} (its process was killed");
        collection.Output.Should().StartWith("Removed 1 things");
        Directory.Exists(leftover).Should().BeFalse();
    }
}
