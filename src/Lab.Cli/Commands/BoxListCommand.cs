using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Images;

namespace Lab.Cli.Commands;

/// <summary><c>lab box list</c>.</summary>
internal sealed class BoxListCommand() : LabCommand("list", "Lists the boxes that were imported.", "lab box list")
{
    public override Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        context.Show(new BoxStore(context.Home).List(), Documents.All.IReadOnlyListImportedBox, BoxView.Write);
        return Task.FromResult(0);
    }
}
