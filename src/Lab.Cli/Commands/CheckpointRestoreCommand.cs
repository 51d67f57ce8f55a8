using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary><c>lab checkpoint restore</c>.</summary>
internal sealed class CheckpointRestoreCommand : LabCommand
{
    private readonly Argument<string> _name = CheckpointArgument();
    private readonly Option<string?> _lab = LabOption();

    public CheckpointRestoreCommand()
        : base("restore", "Makes the guests of a lab that is up what they were: what they have done since is thrown away. `lab up --from NAME` does it to one that is down.", "lab checkpoint restore before-upgrade")
    {
        Add(_name);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var checkpoint = CheckpointChoice.Find(context.Home, line.GetValue(_name)!, lab.Instance.Name);
        await lab.Instance.RestoreAsync(checkpoint, context.Progress, cancellation);
        context.Show([SavedCheckpoint.Of(checkpoint)], Documents.All.IReadOnlyListSavedCheckpoint, CheckpointView.Write);
        return 0;
    }
}
