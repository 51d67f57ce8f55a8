using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Images;

namespace Lab.Cli.Commands;

/// <summary><c>lab box import</c>.</summary>
internal sealed class BoxImportCommand : LabCommand
{
    private readonly Argument<string> _box = new("BOX") { Description = "The box's file" };
    private readonly Option<string?> _name = new("--name") { Description = "What labs call it [default: the file's name]", HelpName = "NAME" };

    public BoxImportCommand()
        : base("import", "Takes the disks out of a box for vagrant-libvirt, version 1 or 2, so that guests of labs can begin on them: `image: box:NAME`. They must have cloud-init.", "lab box import debian-13.box", "lab box import x.box --name debian-13")
    {
        Add(_box);
        Add(_name);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var file = Path.GetFullPath(line.GetRequiredValue(_box));
        if (!File.Exists(file))
        {
            throw new CommandLineMistake($"There is no file {file}.");
        }

        var name = LabName.Check(line.GetValue(_name) ?? Path.GetFileNameWithoutExtension(file));
        var box = await new BoxStore(context.Home).ImportAsync(file, name, context.Progress, context.Time, cancellation);
        context.Show([box], Documents.All.IReadOnlyListImportedBox, BoxView.Write);
        return 0;
    }
}
