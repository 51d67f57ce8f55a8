using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary><c>lab plan</c>.</summary>
internal sealed class PlanCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();
    private readonly Option<string?> _seats = SeatChoice.Option();

    public PlanCommand()
        : base("plan", "Computes what a lab's seats would cost in memory, disk and processors, and whether this host has it. Starts nothing. Exit code 3 says that they don't fit.", "lab plan atomic-host --seats 20", "lab plan atomic-host --seats seats.csv")
    {
        Add(_lab);
        _seats.Required = true;
        Add(_seats);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var up = await context.ListUpAsync(cancellation);
        var lab = await LabChoice.Here.DefinitionAsync(line.GetValue(_lab), () => Task.FromResult(up));
        var plan = SeatChoice.Plan(lab, SeatChoice.Wanted(line.GetValue(_seats)!, lab), Checkpoint.Ready, up, context);
        context.Show(plan, Documents.All.SeatPlan, SeatViews.Plan);
        return plan.Fits ? 0 : (int)FailureKind.Infrastructure;
    }
}
