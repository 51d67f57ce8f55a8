using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary><c>lab list</c>.</summary>
internal sealed class ListCommand() : LabCommand("list", "Lists the labs that are up and their guests.", "lab list")
{
    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        context.Show(await context.ListUpAsync(cancellation), Documents.All.IReadOnlyListUpLab, LabViews.List);
        return 0;
    }
}
