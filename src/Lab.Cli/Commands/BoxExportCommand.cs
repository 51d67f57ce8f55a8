using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions.Yaml;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary>A box that was written.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Guest">The guest that it was made from, or whose memory and processors it got.</param>
/// <param name="Tree">The tree that it was made from; null for a guest.</param>
/// <param name="File">The box.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record WrittenBox(string Lab, string Guest, string? Tree, string File, long Bytes);

/// <summary><c>lab box export</c>.</summary>
internal sealed class BoxExportCommand : LabCommand
{
    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _lab = LabOption();
    private readonly Option<string?> _tree = new("--tree") { Description = "Make it of this tree of the lab, which need not be up, instead of the guest as it runs", HelpName = "TREE" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The box to write [default: TREE.box or GUEST.box here]", HelpName = "FILE" };

    public BoxExportCommand()
        : base(
            "export",
            "Writes a box that Vagrant takes (provider libvirt): user vagrant with Vagrant's well-known key, sudo, DHCP. A guest is cleaned of the lab's keys, copied and put back, with all guests of its lab.",
            "lab box export --lab atomic-host --tree labtree-1",
            "lab box export node1 --output node1.box")
    {
        Add(_guest);
        Add(_lab);
        Add(_tree);
        Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var written = line.GetValue(_tree) is { } tree ? await OfTreeAsync(tree, line, context, cancellation) : await OfGuestAsync(line, context, cancellation);
        context.Show(written, Documents.All.WrittenBox, (box, screen) => screen.Line($"The box of {box.Tree ?? $"{box.Lab}/{box.Guest}"} is {box.File}, {box.Bytes / 1_000_000} MB. `lab vagrantfile` prints a Vagrantfile for it."));
        return 0;
    }

    private async Task<WrittenBox> OfTreeAsync(string name, ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var lab = await LabChoice.Here.DefinitionAsync(line.GetValue(_lab), () => context.ListUpAsync(cancellation));
        var names = lab.Trees.Where(known => known.Ref is not null).Select(known => known.Name).ToList();
        var tree = lab.Trees.FirstOrDefault(known => known.Name == name && known.Ref is not null)
            ?? throw new CommandLineMistake($"Lab {lab.Name} has no tree `{name}` that can be installed.", $"{Spelling.DidYouMean(name, names)}It has {Spelling.Listed(names)}.");
        var guest = line.GetValue(_guest) is { } named ? lab.Guests.First(known => known.Name == LabChoice.Guest(lab.Name, [.. lab.Guests.Select(other => other.Name)], named)) : lab.Guests[0];
        var file = FileOf(line, name);
        await Box.ExportAsync(tree, guest, context.Composer, context.Home, file, context.Progress, cancellation);
        return new WrittenBox(lab.Name, guest.Name, name, file, new FileInfo(file).Length);
    }

    private async Task<WrittenBox> OfGuestAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetValue(_guest));
        var file = FileOf(line, guest.Name);
        await Box.ExportAsync(lab.Instance, guest, file, context.Progress, context.Time, cancellation);
        return new WrittenBox(lab.Up.Name, guest.Name, Tree: null, file, new FileInfo(file).Length);
    }

    private string FileOf(ParseResult line, string name)
    {
        var file = Path.GetFullPath(line.GetValue(_output) ?? name + Box.Extension);
        return Directory.Exists(Path.GetDirectoryName(file)) ? file : throw new CommandLineMistake($"There is no folder {Path.GetDirectoryName(file)}.");
    }
}
