using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary>A Vagrantfile.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Text">The file's text.</param>
internal sealed record PrintedVagrantfile(string Lab, string Text);

/// <summary><c>lab vagrantfile</c>.</summary>
internal sealed class VagrantfileCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();

    public VagrantfileCommand()
        : base("vagrantfile", "Prints a Vagrantfile of a lab's guests, for boxes that `lab box export` writes, with the driver that guests can use on this host.", "lab vagrantfile atomic-host > Vagrantfile") => Add(_lab);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var lab = await LabChoice.Here.DefinitionAsync(line.GetValue(_lab), () => context.ListUpAsync(cancellation));
        var verdict = await new Accelerator(context.Home.Host, context.Progress).DecideAsync(cancellation);
        context.Show(new PrintedVagrantfile(lab.Name, Box.Vagrantfile(lab, verdict.Kind)), Documents.All.PrintedVagrantfile, (file, screen) => screen.Writer.Write(file.Text));
        return 0;
    }
}
