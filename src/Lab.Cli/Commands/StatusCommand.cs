using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary><c>lab status</c>.</summary>
internal sealed class StatusCommand : LabCommand
{
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(2);

    private readonly Argument<string?> _lab = LabArgument();
    private readonly Option<bool> _seats = new("--seats") { Description = "Show the lab's seats instead, a row each" };
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Keep the seats' table up to date on a terminal, until Ctrl-C" };

    public StatusCommand()
        : base("status", "Shows a lab's guests: power, addresses, booted and next deployment, health. Or its seats.", "lab status atomic-host", "lab status --json", "lab status atomic-host --seats --watch")
    {
        Add(_lab);
        Add(_seats);
        Add(_watch);
        Validators.Add(result =>
        {
            if (result.GetValue(_watch) && !result.GetValue(_seats))
            {
                result.AddError("--watch is for --seats.");
            }
        });
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        if (!line.GetValue(_seats))
        {
            await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
            context.Show(await LabStatus.AskAsync(lab.Up, lab.Instance, lab.Hypervisor, cancellation), Documents.All.LabStatus, LabViews.Status);
            return 0;
        }

        await using var hypervisor = await context.FindHypervisorAsync(cancellation);
        var name = SeatChoice.LabOf(line.GetValue(_lab), hypervisor is null ? [] : await UpLab.ListAsync(hypervisor, cancellation));
        Task<IReadOnlyList<SeatStatus>> AskAsync(CancellationToken token) => hypervisor is null ? Task.FromResult<IReadOnlyList<SeatStatus>>([]) : SeatsAsync(name, hypervisor, context, token);
        if (!line.GetValue(_watch) || context.Json || !context.Output.IsTerminal)
        {
            context.Show(await AskAsync(cancellation), Documents.All.IReadOnlyListSeatStatus, SeatViews.Status);
            return 0;
        }

        await context.Output.WatchAsync(AskAsync, SeatViews.Status, RefreshEvery, context.Time, cancellation);
        return 0;
    }

    private static async Task<IReadOnlyList<SeatStatus>> SeatsAsync(string lab, Hypervisor hypervisor, CommandContext context, CancellationToken cancellation)
    {
        var seats = SeatChoice.Up(lab, await UpLab.ListAsync(hypervisor, cancellation));
        return [.. (await Task.WhenAll(seats.Select(seat => SeatStatus.AskAsync(seat, hypervisor, context.Time, cancellation)))).OfType<SeatStatus>()];
    }
}
