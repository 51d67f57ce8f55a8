using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary><c>lab net link</c>.</summary>
internal sealed class NetLinkCommand : LabCommand
{
    private const string Up = "up";
    private const string Down = "down";

    private readonly Argument<string> _guest = new("GUEST") { Description = "The guest" };
    private readonly Argument<string> _state = new("STATE") { Description = $"`{Down}` pulls the cable, `{Up}` plugs it again" };
    private readonly Option<string?> _segment = new("--segment", "-s") { Description = "The segment [default: the guest's only one]", HelpName = "SEGMENT" };
    private readonly Option<string?> _lab = LabOption();

    public NetLinkCommand()
        : base("link", "Pulls or plugs a guest's cable to a segment; the guest sees its carrier go or come. `lab net heal` plugs all.", "lab net link primary down", "lab net link primary up --segment edge")
    {
        _state.AcceptOnlyFromAmong(Up, Down);
        Add(_guest);
        Add(_state);
        Add(_segment);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetRequiredValue(_guest));
        var network = await lab.NetworkAsync(cancellation);
        var segment = SegmentChoice.Find(line.GetValue(_segment), [.. network.Segments.Where(segment => segment.Nics.Any(nic => nic.Guest == guest.Name)).Select(segment => segment.Name)], $"Guest {guest.Name}");
        await guest.SetLinkAsync(segment, line.GetRequiredValue(_state) == Up, cancellation);
        context.Show(await SegmentChoice.StatusAsync(lab, cancellation), Documents.All.IReadOnlyListSegmentStatus, SegmentView.Write);
        return 0;
    }
}
