using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary><c>lab image list</c>.</summary>
internal sealed class ImageListCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();

    public ImageListCommand()
        : base("list", "Lists what is in a lab's registry. Tags of one image show the same digest.", "lab image list") => Add(_lab);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        context.Show((await LabRegistry.FindAsync(lab, context, cancellation)).List(), Documents.All.IReadOnlyListRegistryImage, RegistryView.Write);
        return 0;
    }
}
