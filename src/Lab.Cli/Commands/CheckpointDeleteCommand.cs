using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Guests;
using Lab.State;

namespace Lab.Cli.Commands;

/// <summary><c>lab checkpoint delete</c>.</summary>
internal sealed class CheckpointDeleteCommand : LabCommand
{
    private readonly Argument<string> _name = CheckpointSaveCommand.CheckpointArgument();
    private readonly Option<string?> _lab = new("--lab", "-l") { Description = "The lab's name [default: the only one that has such a checkpoint]", HelpName = "LAB" };

    public CheckpointDeleteCommand()
        : base("delete", "Removes a checkpoint. Without `ready`, the next `lab up` boots.", "lab checkpoint delete before-upgrade", "lab checkpoint delete ready --lab atomic-host")
    {
        Add(_name);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var checkpoint = Find(context.Home, line.GetValue(_name)!, line.GetValue(_lab));
        var deleted = SavedCheckpoint.Of(checkpoint);
        await new CheckpointStore(context.Home).DeleteAsync(checkpoint.Lab, checkpoint.Name, context.Progress, cancellation);
        context.Show<IReadOnlyList<SavedCheckpoint>>([deleted], CheckpointView.Write);
        return 0;
    }

    /// <summary>The checkpoint that a name means.</summary>
    /// <exception cref="CommandLineMistake">There is none, or there are several.</exception>
    public static Checkpoint Find(LabHome home, string name, string? lab)
    {
        var store = new CheckpointStore(home);
        var found = store.Labs().Where(known => lab is null || known == lab).Select(known => store.Find(known, name)).OfType<Checkpoint>().ToList();
        return found switch
        {
            [var only] => only,
            [] => throw new CommandLineMistake(lab is null ? $"No lab has a checkpoint {name}." : $"Lab {lab} has no checkpoint {name}.", "`lab checkpoint list` shows what there is."),
            _ => throw new CommandLineMistake($"Several labs have a checkpoint {name}: {string.Join(", ", found.Select(one => one.Lab))}.", "Say which with `--lab`."),
        };
    }
}
