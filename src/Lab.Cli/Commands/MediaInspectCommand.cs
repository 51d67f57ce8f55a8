using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary>What is on an image.</summary>
/// <param name="File">The image.</param>
/// <param name="VolumeId">The volume's name.</param>
/// <param name="Files">Its files by path.</param>
internal sealed record MediaContents(string File, string VolumeId, IReadOnlyList<MediaFile> Files);

/// <summary>A file on an image.</summary>
internal sealed record MediaFile(string Path, long Bytes, string Mode);

/// <summary><c>lab media inspect</c>.</summary>
internal sealed partial class MediaInspectCommand : LabCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "An ISO 9660 image" };

    public MediaInspectCommand()
        : base("inspect", "Lists an image's volume id and files.", "lab media inspect seed.iso") => Add(_file);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var file = Path.GetFullPath(line.GetRequiredValue(_file));
        if (!File.Exists(file))
        {
            throw new CommandLineMistake($"There is no file {file}.");
        }

        context.Show(await ReadAsync(file, cancellation), (contents, screen) =>
        {
            screen.Line($"Volume id: {contents.VolumeId}");
            screen.Table(["File", "Bytes", "Mode"], contents.Files.Select(entry => new Span[] { entry.Path, entry.Bytes.ToString(CultureInfo.InvariantCulture), entry.Mode }));
        });
        return 0;
    }

    private static async Task<MediaContents> ReadAsync(string file, CancellationToken cancellation)
    {
        // xorriso(1): where there is no ISO 9660 it would present a blank image, and says so in a warning only.
        var result = await new Execution.Command("xorriso", "-abort_on", "WARNING", "-report_about", "WARNING", "-indev", $"stdio:{file}", "-pvd_info", "-find", "/", "-type", "f", "-exec", "lsdl", "--").RunAsync(cancellation);
        var volume = VolumeId().Match(result.Output);
        return result.ExitCode == 0 && volume.Success
            ? new MediaContents(file, volume.Groups["id"].Value.Trim(), [.. Entry().Matches(result.Output).Select(Read).OrderBy(entry => entry.Path, StringComparer.Ordinal)])
            : throw new CommandLineMistake($"{file} is no ISO 9660 image.");
    }

    private static MediaFile Read(Match entry) =>
        new(entry.Groups["path"].Value, long.Parse(entry.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture), entry.Groups["mode"].Value);

    [GeneratedRegex(@"^Volume Id *: (?<id>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex VolumeId();

    // As ls -ld has it: mode, links, owner, group, size, time, and the path in quotes.
    [GeneratedRegex(@"^(?<mode>-\S{9}) +[0-9]+ +\S+ +\S+ +(?<bytes>[0-9]+) .* '(?<path>/.*)'$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();
}
