using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary><c>lab start</c>.</summary>
internal sealed class StartCommand : LabCommand
{
    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _lab = LabOption();

    public StartCommand()
        : base("start", "Boots a guest that is off and waits until it is ready. Only waits where it runs already.", "lab start node1")
    {
        Add(_guest);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetValue(_guest));
        await ContentProcess.EnsureAsync(lab.Hypervisor, lab.Up.Name, network: null, context.Progress, cancellation);
        var changed = await LabInstance.StartAsync(guest, context.Progress, cancellation);
        context.Show(await PowerChange.AskAsync(guest, changed, cancellation), Documents.All.PowerChange, (change, screen) =>
            screen.Line(change.Changed ? $"Guest {change.Guest} is {change.Power}." : $"Guest {change.Guest} was {change.Power} already."));
        return 0;
    }
}
