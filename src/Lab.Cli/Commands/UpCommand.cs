using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Trees;

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

    public UpCommand()
        : base("up", "Brings a lab up: composes its trees, builds disks, boots its guests and waits until all are ready. Keeps a checkpoint then, which the next call resumes instead of booting, as long as nothing of the lab has changed. Finishes what a killed call began.", "lab up atomic-host", "lab up labs/atomic-host --as second", "lab up atomic-host --cold", "lab up atomic-host --install")
    {
        Add(_lab);
        Add(_as);
        Add(_from);
        Add(_cold);
        Add(_install);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var definition = await LabChoice.Here.DefinitionAsync(line.GetValue(_lab), () => context.ListUpAsync(cancellation));
        if (line.GetValue(_as) is { } name)
        {
            definition = definition with { Name = LabName.Check(name) };
        }

        var (from, install) = (line.GetValue(_from), line.GetValue(_install));
        var cold = line.GetValue(_cold) || install;
        if (from is not null && cold)
        {
            throw new CommandLineMistake($"`{(install ? "--install" : "--cold")}` boots and `--from` resumes: only one can be.", "Leave one out.");
        }

        // Said before anything is made.
        _ = from is null ? null : CheckpointChoice.Find(context.Home, from, definition.Name);
        var hypervisor = await context.OpenHypervisorAsync(cancellation);
        if (hypervisor.Verdict.Kind == AcceleratorKind.Tcg)
        {
            context.Remark($"Guests are emulated here, so every deadline is {hypervisor.Verdict.TimeFactor:0.#} times longer. {hypervisor.Verdict.Reason}");
        }

        await using var lab = await UpAsync(definition, hypervisor, cold ? null : from ?? Checkpoint.Ready, install, context, cancellation);
        context.Show(await LabStatus.AskAsync(lab.Up, lab.Instance, hypervisor, cancellation), (status, screen) =>
        {
            LabViews.Status(status, screen);
            LabViews.Next(status, screen);
        });
        return 0;
    }

    private static async Task<OpenLab> UpAsync(LabDefinition definition, Hypervisor hypervisor, string? from, bool install, CommandContext context, CancellationToken cancellation)
    {
        try
        {
            // Before the server makes the lab's folder.
            LabInstance.CheckHost(definition, hypervisor.Home);
            var serving = await ContentProcess.EnsureAsync(hypervisor, definition.Name, LabInstance.Network(hypervisor.Home, definition), context.Progress, cancellation);
            try
            {
                var instance = await LabInstance.UpAsync(definition, hypervisor, context.Composer, context.Progress, context.Time, from: from, install: install, cancellation: cancellation);
                return new OpenLab((await UpLab.ListAsync(hypervisor, cancellation)).First(lab => lab.Name == definition.Name), instance, hypervisor);
            }
            catch when (serving)
            {
                await StopServingNobodyAsync(definition.Name, hypervisor);
                throw;
            }
        }
        catch
        {
            await hypervisor.DisposeAsync();
            throw;
        }
    }

    // A lab that got no guest needs no server; one that got some is half up, and the next call goes on.
    private static async Task StopServingNobodyAsync(string lab, Hypervisor hypervisor)
    {
        if ((await UpLab.ListAsync(hypervisor, CancellationToken.None)).All(other => other.Name != lab))
        {
            await LabContent.StopAsync(hypervisor.Home, lab, CancellationToken.None);
        }
    }
}
