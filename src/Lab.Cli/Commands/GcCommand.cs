using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary><c>lab gc</c>.</summary>
internal sealed class GcCommand : LabCommand
{
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Only list what would be removed" };

    public GcCommand()
        : base("gc", "Removes what no lab uses: leftovers of killed commands, disks, old trees, checkpoints that nothing can resume. What is in use or locked stays.", "lab gc --dry-run", "lab gc") => Add(_dryRun);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var hypervisor = await context.FindHypervisorAsync(cancellation);
        var collector = new GarbageCollector(context.Home, hypervisor, context.Progress);
        context.Show(await collector.CollectAsync(remove: !line.GetValue(_dryRun), cancellation), Documents.All.GarbageReport, GarbageView.Write);
        return 0;
    }
}
