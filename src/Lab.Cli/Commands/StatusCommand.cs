using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary><c>lab status</c>.</summary>
internal sealed class StatusCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();

    public StatusCommand()
        : base("status", "Shows a lab's guests: power, addresses, booted and next deployment, health.", "lab status atomic-host", "lab status --json") => Add(_lab);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        context.Show(await LabStatus.AskAsync(lab.Up, lab.Instance, lab.Hypervisor, cancellation), LabViews.Status);
        return 0;
    }
}
