using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Containers;
using Lab.Definitions;

namespace Lab.Cli.Commands;

/// <summary><c>lab image push</c>.</summary>
internal sealed class ImagePushCommand : LabCommand
{
    private readonly Argument<string[]> _files = new("CONTAINER-FILE")
    {
        Description = "Container files [default: all of the lab's]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> _lab = LabOption();

    public ImagePushCommand()
        : base("push", "Builds container images from their files, where they have changed, and pushes them to a lab's registry under their tags.", "lab image push", "lab image push containers/httpd-2.yaml --lab edge-failover")
    {
        Add(_files);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        // Mistakes in files are told before anything is looked for.
        var named = line.GetRequiredValue(_files).Select(ContainerDefinition.Load).ToList();
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var registry = await LabRegistry.FindAsync(lab, context, cancellation);
        await registry.PushAsync(named.Count > 0 ? named : LabDefinition.Load(lab.Up.File).Containers, new ContainerBuilder(context.Home, context.Composer, context.Progress), cancellation);
        context.Show(registry.List(), Documents.All.IReadOnlyListRegistryImage, RegistryView.Write);
        return 0;
    }
}
