using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary><c>lab image tag</c>.</summary>
internal sealed class ImageTagCommand : LabCommand
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "An image of the registry: NAME:TAG" };
    private readonly Argument<string> _target = new("TARGET") { Description = "What it is to be called as well: NAME:TAG, whichever image was called so before" };
    private readonly Option<string?> _lab = LabOption();

    public ImageTagCommand()
        : base("tag", "Gives an image in a lab's registry another name and tag, as `podman tag` and `podman push` do: guests that follow it update to it.", "lab image tag httpd:v2 httpd:prod")
    {
        Add(_image);
        Add(_target);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var target = LabRegistry.Checked(line.GetRequiredValue(_target));
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var registry = await LabRegistry.FindAsync(lab, context, cancellation);
        await registry.TagAsync(LabRegistry.Present(registry, line.GetRequiredValue(_image)), target, cancellation);
        context.Show(registry.List(), Documents.All.IReadOnlyListRegistryImage, RegistryView.Write);
        return 0;
    }
}
