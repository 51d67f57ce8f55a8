using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary><c>lab reset</c>.</summary>
internal sealed class ResetCommand : LabCommand
{
    private readonly Argument<string> _seat = new("SEAT") { Description = "The seat's lab, such as atomic-host-7" };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "A checkpoint of the seat's own [default: what it was when it was handed out]",
        HelpName = "CHECKPOINT",
    };

    public ResetCommand()
        : base("reset", "Makes a seat what it was when it was handed out, keys and machine ids included: what its student has done since is thrown away.", "lab reset atomic-host-7", "lab reset atomic-host-7 --to before-lunch")
    {
        Add(_seat);
        Add(_to);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_seat), context, cancellation);
        await (line.GetValue(_to) is { } name
            ? lab.Instance.RestoreAsync(CheckpointChoice.Find(context.Home, name, lab.Up.Name), context.Progress, cancellation)
            : lab.Instance.ResetAsync(context.Progress, cancellation));
        context.Show(await LabStatus.AskAsync(lab.Up, lab.Instance, lab.Hypervisor, cancellation), Documents.All.LabStatus, LabViews.Status);
        return 0;
    }
}
