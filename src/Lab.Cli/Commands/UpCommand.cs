using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using LibvirtSharp;

namespace Lab.Cli.Commands;

/// <summary><c>lab up</c>.</summary>
internal sealed class UpCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();

    private readonly Option<string?> _as = new("--as")
    {
        Description = "Bring it up under another name, beside the lab of its own",
        HelpName = "NAME",
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = $"Resume this checkpoint of the lab instead [default: {Checkpoint.Ready}, where there is one that fits]",
        HelpName = "CHECKPOINT",
    };

    private readonly Option<bool> _cold = new("--cold") { Description = "Boot, whatever checkpoint there is, and keep none" };

    private readonly Option<bool> _install = new("--install") { Description = "Let the guests install themselves on empty disks, as their kickstarts say, and keep no checkpoint" };

    private readonly Option<string?> _seats = SeatChoice.Option();

    public UpCommand()
        : base("up", "Brings a lab up: composes its trees, builds disks, boots its guests and waits until all are ready. Keeps a checkpoint then, which the next call resumes instead of booting, as long as nothing of the lab has changed, and which all seats begin with. Finishes what a killed call began.", "lab up atomic-host", "lab up labs/atomic-host --as second", "lab up atomic-host --cold", "lab up atomic-host --install", "lab up atomic-host --seats 20")
    {
        Add(_lab);
        Add(_as);
        Add(_from);
        Add(_cold);
        Add(_install);
        Add(_seats);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        LibvirtConnection.Load();
        var definition = await LabChoice.Here.DefinitionAsync(line.GetValue(_lab), () => context.ListUpAsync(cancellation));
        SeatChoice.RefuseSeat(definition);
        if (line.GetValue(_as) is { } name)
        {
            definition = definition with { Name = LabName.Check(name) };
        }

        var (from, install, wanted) = (line.GetValue(_from), line.GetValue(_install), line.GetValue(_seats));
        var cold = line.GetValue(_cold) || install;
        if (cold && (from ?? wanted) is not null)
        {
            throw new CommandLineMistake($"`{(install ? "--install" : "--cold")}` boots and `{(from is null ? "--seats" : "--from")}` resumes: only one can be.", "Leave one out.");
        }

        // Said before anything is made.
        _ = from is null ? null : CheckpointChoice.Find(context.Home, from, definition.Name);
        var seats = wanted is null ? null : SeatChoice.Wanted(wanted, definition);
        await using var hypervisor = await context.OpenHypervisorAsync(cancellation);
        if (hypervisor.Verdict.Kind == AcceleratorKind.Tcg)
        {
            context.Remark($"Guests are emulated here, so every deadline is {hypervisor.Verdict.TimeFactor:0.#} times longer. {hypervisor.Verdict.Reason}");
        }

        return seats is null
            ? await UpAsync(definition, hypervisor, cold ? null : from ?? Checkpoint.Ready, install, context, cancellation)
            : await UpAsync(definition, seats, hypervisor, from ?? Checkpoint.Ready, context, cancellation);
    }

    private static async Task<int> UpAsync(LabDefinition definition, Hypervisor hypervisor, string? from, bool install, CommandContext context, CancellationToken cancellation)
    {
        var instance = await new ServedLab(hypervisor, context).UpAsync(definition, from, install, cancellation);
        try
        {
            var up = (await UpLab.ListAsync(hypervisor, cancellation)).First(lab => lab.Name == definition.Name);
            context.Show(await LabStatus.AskAsync(up, instance, hypervisor, cancellation), Documents.All.LabStatus, (status, screen) =>
            {
                LabViews.Status(status, screen);
                LabViews.Next(status, screen);
            });
            return 0;
        }
        finally
        {
            await OpenLab.LetGoAsync(instance);
        }
    }

    // The worst of what failed decides the exit code; what came up is up all the same.
    private static async Task<int> UpAsync(LabDefinition definition, IReadOnlyList<Seat> seats, Hypervisor hypervisor, string from, CommandContext context, CancellationToken cancellation)
    {
        var outcomes = await new ServedClass(hypervisor, context).UpAsync(definition, seats, from, cancellation);
        context.Show([.. outcomes.Select(outcome => outcome.Status)], Documents.All.IReadOnlyListSeatStatus, SeatViews.Status);
        return outcomes.Select(outcome => outcome.Failure is { } failure ? (int)failure.Kind : 0).Max();
    }
}
