using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Definitions.Yaml;
using Lab.Media.Kickstart;

namespace Lab.Cli.Commands;

/// <summary>A kickstart in which nothing is wrong.</summary>
/// <param name="File">Its file.</param>
/// <param name="Version">Whose installer it was checked for.</param>
/// <param name="Commands">How many commands it has.</param>
/// <param name="Sections">How many sections.</param>
internal sealed record CheckedKickstart(string File, string Version, int Commands, int Sections);

/// <summary><c>lab media check</c>.</summary>
internal sealed class MediaCheckCommand : LabCommand
{
    private const string DefaultVersion = "rhel9";

    private readonly Argument<string> _file = new("FILE") { Description = "A kickstart" };
    private readonly Option<string> _version = VersionOption();

    public MediaCheckCommand()
        : base("check", "Checks a kickstart, and tells everything wrong with it by line and column.", "lab media check ks.cfg --version rhel8")
    {
        Add(_file);
        Add(_version);
    }

    /// <summary>The option that names a version.</summary>
    public static Option<string> VersionOption() => new("--version")
    {
        Description = $"Whose installer reads it: {string.Join(", ", KickstartFile.Versions.Keys)}",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultVersion,
    };

    /// <summary>The version that a word means.</summary>
    /// <exception cref="CommandLineMistake">There is none.</exception>
    public static KickstartVersion VersionOf(string word) => KickstartFile.Versions.TryGetValue(word, out var version)
        ? version
        : throw new CommandLineMistake($"There is no version `{word}`.", $"{Spelling.DidYouMean(word, KickstartFile.Versions.Keys)}The versions are {Spelling.Listed([.. KickstartFile.Versions.Keys])}.");

    public override Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var name = line.GetRequiredValue(_version);
        var kickstart = KickstartFile.Load(line.GetRequiredValue(_file), VersionOf(name));
        context.Show(
            new CheckedKickstart(kickstart.File, name, kickstart.Commands.Count(), kickstart.Sections.Count()),
            Documents.All.CheckedKickstart,
            (sound, screen) => screen.Line($"{sound.File} is sound for {sound.Version}: {sound.Commands} commands, {sound.Sections} sections."));
        return Task.FromResult(0);
    }
}
