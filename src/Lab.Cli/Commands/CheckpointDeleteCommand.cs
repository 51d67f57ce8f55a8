using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary><c>lab checkpoint delete</c>.</summary>
internal sealed class CheckpointDeleteCommand : LabCommand
{
    private readonly Argument<string> _name = CheckpointArgument();
    private readonly Option<string?> _lab = new("--lab", "-l") { Description = "The lab's name [default: the only one that has such a checkpoint]", HelpName = "LAB" };

    public CheckpointDeleteCommand()
        : base("delete", "Removes a checkpoint. Without `ready`, the next `lab up` boots.", "lab checkpoint delete before-upgrade", "lab checkpoint delete ready --lab atomic-host")
    {
        Add(_name);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var checkpoint = CheckpointChoice.Find(context.Home, line.GetValue(_name)!, line.GetValue(_lab));
        var deleted = SavedCheckpoint.Of(checkpoint);
        await new CheckpointStore(context.Home).DeleteAsync(checkpoint.Lab, checkpoint.Name, context.Progress, cancellation);
        context.Show([deleted], Documents.All.IReadOnlyListSavedCheckpoint, CheckpointView.Write);
        return 0;
    }
}
