using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary><c>lab checkpoint list</c>.</summary>
internal sealed class CheckpointListCommand() : LabCommand("list", "Lists the checkpoints of all labs, whether they are up or not.", "lab checkpoint list")
{
    public override Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var store = new CheckpointStore(context.Home);
        context.Show([.. store.Labs().Order(StringComparer.Ordinal).SelectMany(store.List).Select(SavedCheckpoint.Of)], Documents.All.IReadOnlyListSavedCheckpoint, CheckpointView.Write);
        return Task.FromResult(0);
    }
}
