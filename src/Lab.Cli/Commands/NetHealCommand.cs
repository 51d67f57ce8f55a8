using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary><c>lab net heal</c>.</summary>
internal sealed class NetHealCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();

    public NetHealCommand()
        : base("heal", "Mends everything that `lab net break` broke in a lab, and plugs every cable that `lab net link` pulled.", "lab net heal") => Add(_lab);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var network = await lab.NetworkAsync(cancellation);
        var pulled = await SegmentChoice.PulledAsync(lab, network, cancellation);
        foreach (var (guest, segment) in pulled)
        {
            await guest.SetLinkAsync(segment, up: true, cancellation);
        }

        IReadOnlyList<string> healed = SegmentChoice.IsConnected(network) ? await SegmentControl.HealAsync(lab.NetworkFolder, cancellation) : [];
        context.Show([.. healed, .. pulled.Select(cable => $"{cable.Guest.Name}'s cable to {cable.Segment}")], Documents.All.IReadOnlyListString, (mended, screen) =>
            screen.Line(mended.Count == 0 ? "Nothing was broken." : $"Mended: {string.Join("; ", mended)}."));
        return 0;
    }
}
