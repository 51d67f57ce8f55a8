using System.CommandLine;
using Lab.Tests.Definitions;

namespace Lab.Cli.Tests;

internal sealed class HelpTests
{
    [TestCaseSource(nameof(Commands))]
    public async Task Every_command_has_help_with_an_example(string command)
    {
        using var user = new LabUser();

        var result = await user.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        result.ExitCode.Should().Be(0, because: result.Error);
        result.Error.Should().BeEmpty();
        result.Output.ShouldMatchSnapshot("help" + string.Concat(command.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => "-" + word)));
        Directory.Exists(user.Home).Should().BeFalse(because: "asking for help makes nothing");
    }

    [TestCase("")]
    [TestCase("tree")]
    public async Task A_group_of_commands_by_itself_prints_its_help(string group)
    {
        using var user = new LabUser();
        string[] words = [.. group.Split(' ', StringSplitOptions.RemoveEmptyEntries)];

        var result = await user.RunAsync(words);

        result.ExitCode.Should().Be(0);
        result.Output.Should().Be((await user.RunAsync([.. words, "--help"])).Output);
    }

    [Test]
    public async Task The_version_is_a_line()
    {
        using var user = new LabUser();

        var result = await user.RunAsync("--version");

        result.ExitCode.Should().Be(0);
        result.Output.Should().MatchRegex(@"^\d+\.\d+\.\d+\S*\n$");
    }

    private static IEnumerable<string> Commands() => Paths(LabProgram.Commands(), string.Empty);

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(sub => Paths(sub, $"{path} {sub.Name}".TrimStart())).Prepend(path);
}
