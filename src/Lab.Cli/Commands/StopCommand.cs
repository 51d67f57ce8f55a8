using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary>What became of a guest's power.</summary>
/// <param name="Guest">Its name.</param>
/// <param name="Power">What libvirt says that it does now.</param>
/// <param name="Changed">Whether that was otherwise before.</param>
internal sealed record PowerChange(string Guest, string Power, bool Changed)
{
    /// <summary>Asks libvirt.</summary>
    public static async Task<PowerChange> AskAsync(Guest guest, bool changed, CancellationToken cancellation) =>
        new(guest.Name, Labs.Power.Of(await guest.Domain.GetStatusAsync(cancellation)), changed);
}

/// <summary><c>lab stop</c>.</summary>
internal sealed class StopCommand : LabCommand
{
    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _lab = LabOption();
    private readonly Option<bool> _force = new("--force") { Description = "Cut its power: what it has not written to its disk is lost" };

    public StopCommand()
        : base("stop", "Shuts a guest down and keeps it: `lab inspect` looks into its disk, `lab start` boots it again. Does nothing where it is off.", "lab stop node1", "lab stop node1 --force")
    {
        Add(_guest);
        Add(_lab);
        Add(_force);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetValue(_guest));
        var changed = await LabInstance.StopAsync(guest, line.GetValue(_force), context.Progress, cancellation);
        context.Show(await PowerChange.AskAsync(guest, changed, cancellation), Documents.All.PowerChange, (change, screen) =>
            screen.Line(change.Changed ? $"Guest {change.Guest} is {change.Power}." : $"Guest {change.Guest} was not running: it is {change.Power}."));
        return 0;
    }
}
