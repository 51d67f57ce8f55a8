using System.CommandLine;
using System.Globalization;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Media;

namespace Lab.Cli.Commands;

/// <summary>What is on an image.</summary>
/// <param name="File">The image.</param>
/// <param name="VolumeId">The volume's name.</param>
/// <param name="BootRecords">What firmware finds to boot.</param>
/// <param name="Kickstart">The path of the embedded kickstart; null for none.</param>
/// <param name="Menus">The boot menus with their entries' arguments.</param>
/// <param name="Files">Its files by path.</param>
internal sealed record MediaContents(string File, string VolumeId, IReadOnlyList<string> BootRecords, string? Kickstart, IReadOnlyList<BootMenu> Menus, IReadOnlyList<InstallerFile> Files);

/// <summary><c>lab media inspect</c>.</summary>
internal sealed class MediaInspectCommand : LabCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "An ISO 9660 image" };

    public MediaInspectCommand()
        : base("inspect", "Lists an image's volume id, boot records, embedded kickstart, kernel arguments and files.", "lab media inspect seed.iso") => Add(_file);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var file = Path.GetFullPath(line.GetRequiredValue(_file));
        if (!File.Exists(file))
        {
            throw new CommandLineMistake($"There is no file {file}.");
        }

        var found = await InstallerIso.InspectAsync(file, cancellation);
        context.Show(new MediaContents(file, found.VolumeId, found.BootRecords, found.Kickstart, found.Menus, found.Files), Documents.All.MediaContents, Show);
        return 0;
    }

    private static void Show(MediaContents contents, Screen screen)
    {
        screen.Line($"Volume id: {contents.VolumeId}");
        foreach (var record in contents.BootRecords)
        {
            screen.Line($"Boot record: {record}");
        }

        if (contents.Kickstart is { } kickstart)
        {
            screen.Line($"Kickstart: {kickstart}");
        }

        if (contents.Menus.Count > 0)
        {
            screen.Table(["Menu", "Kernel arguments"], contents.Menus.Select(menu => new Span[] { menu.File, string.Join('\n', menu.Arguments) }));
        }

        screen.Table(["File", "Bytes", "Mode"], contents.Files.Select(entry => new Span[] { entry.Path, entry.Bytes.ToString(CultureInfo.InvariantCulture), entry.Mode }));
    }
}
