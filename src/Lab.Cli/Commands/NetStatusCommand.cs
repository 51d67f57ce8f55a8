using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary><c>lab net status</c>.</summary>
internal sealed class NetStatusCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();

    public NetStatusCommand()
        : base("status", "Shows who is on a lab's segments, what went through, and what is broken.", "lab net status edge-failover") => Add(_lab);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        context.Show(await SegmentChoice.StatusAsync(lab, cancellation), Documents.All.IReadOnlyListSegmentStatus, SegmentView.Write);
        return 0;
    }
}
