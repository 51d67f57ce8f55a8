using Lab.Cli.CommandLine;
using Lab.Guests;
using Lab.State;

namespace Lab.Cli.Labs;

/// <summary>Which checkpoint a name means.</summary>
internal static class CheckpointChoice
{
    /// <summary>The checkpoint of that name.</summary>
    /// <param name="home">Where checkpoints are.</param>
    /// <param name="name">Its name.</param>
    /// <param name="lab">Its lab's name; null for the only lab that has such a checkpoint.</param>
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
