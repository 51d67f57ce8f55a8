using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Media;
using Lab.Media.Kickstart;

namespace Lab.Cli.Commands;

/// <summary>An installer image that was written.</summary>
/// <param name="File">The image.</param>
/// <param name="VolumeId">The volume's name.</param>
/// <param name="Menus">The boot menus with their entries' arguments.</param>
internal sealed record EmbeddedKickstart(string File, string VolumeId, IReadOnlyList<BootMenu> Menus);

/// <summary><c>lab media embed</c>.</summary>
internal sealed class MediaEmbedCommand : LabCommand
{
    private readonly Argument<string> _iso = new("ISO") { Description = "The installer's image" };
    private readonly Argument<string> _kickstart = new("KICKSTART") { Description = "The kickstart; it is checked first" };
    private readonly Option<string> _output = new("--output", "-o") { Description = "The image to write, for its owner only", HelpName = "FILE", Required = true };
    private readonly Option<string?> _append = new("--append") { Description = "More kernel arguments, in quotes where they are several", HelpName = "ARGUMENTS" };
    private readonly Option<string> _version = MediaCheckCommand.VersionOption();

    public MediaEmbedCommand()
        : base(
            "embed",
            "Writes a copy of an installer's image that carries a kickstart and boots with it, by BIOS and UEFI.",
            "lab media embed boot.iso ks.cfg -o edge.iso --append console=ttyS0")
    {
        Add(_iso);
        Add(_kickstart);
        Add(_output);
        Add(_append);
        Add(_version);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var version = MediaCheckCommand.VersionOf(line.GetRequiredValue(_version));
        var iso = Path.GetFullPath(line.GetRequiredValue(_iso));
        var output = Path.GetFullPath(line.GetRequiredValue(_output));
        if (!File.Exists(iso))
        {
            throw new CommandLineMistake($"There is no file {iso}.");
        }

        if (iso == output)
        {
            throw new CommandLineMistake("The copy cannot take the place of the image that it is made from.", "Give `--output` another name.");
        }

        var kickstart = KickstartFile.Load(line.GetRequiredValue(_kickstart), version);
        var arguments = (line.GetValue(_append) ?? string.Empty).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        await InstallerIso.EmbedAsync(iso, output, kickstart.ToString(), arguments, cancellation);
        var written = await InstallerIso.InspectAsync(output, cancellation);
        context.Show(new EmbeddedKickstart(output, written.VolumeId, written.Menus), Documents.All.EmbeddedKickstart, (made, screen) =>
        {
            screen.Line($"{made.File} installs by itself.");
            screen.Table(["Menu", "Kernel arguments"], made.Menus.Select(menu => new Span[] { menu.File, string.Join('\n', menu.Arguments) }));
        });
        return 0;
    }
}
