using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary>A checkpoint in short.</summary>
/// <param name="Lab">Its lab.</param>
/// <param name="Name">Its name.</param>
/// <param name="Saved">When it was taken.</param>
/// <param name="Bytes">What it takes on the disk.</param>
/// <param name="Guests">The guests that it holds.</param>
internal sealed record SavedCheckpoint(string Lab, string Name, DateTimeOffset Saved, long Bytes, IReadOnlyList<string> Guests)
{
    public static SavedCheckpoint Of(Checkpoint checkpoint) =>
        new(checkpoint.Lab, checkpoint.Name, checkpoint.Saved, checkpoint.Bytes, [.. checkpoint.Guests.Select(guest => guest.Name)]);
}

/// <summary><c>lab checkpoint save</c>.</summary>
internal sealed class CheckpointSaveCommand : LabCommand
{
    private readonly Argument<string> _name = CheckpointArgument();
    private readonly Option<string?> _lab = LabOption();

    public CheckpointSaveCommand()
        : base("save", "Keeps all guests of a lab as they are now: memory, devices and disks, of one moment. They stop for a few seconds and go on.", "lab checkpoint save before-upgrade", "lab checkpoint save ready --lab atomic-host")
    {
        Add(_name);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var name = LabName.Check(line.GetValue(_name)!, "a checkpoint");
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var saved = await lab.Instance.CheckpointAsync(name, context.Progress, context.Time, cancellation);
        context.Show([SavedCheckpoint.Of(saved)], Documents.All.IReadOnlyListSavedCheckpoint, CheckpointView.Write);
        return 0;
    }
}
