using System.Globalization;
using Lab.Cli.Commands;

namespace Lab.Cli.Views;

/// <summary>Checkpoints as a table.</summary>
internal static class CheckpointView
{
    public static void Write(IReadOnlyList<SavedCheckpoint> checkpoints, Screen screen)
    {
        if (checkpoints.Count == 0)
        {
            screen.Line("There is no checkpoint.");
            return;
        }

        screen.Table(
            ["Lab", "Checkpoint", "Saved", "Size", "Guests"],
            checkpoints.Select(checkpoint => new Span[]
            {
                checkpoint.Lab,
                checkpoint.Name,
                TreeViews.Time(checkpoint.Saved),
                string.Create(CultureInfo.InvariantCulture, $"{checkpoint.Bytes / 1_000_000} MB"),
                string.Join(", ", checkpoint.Guests),
            }));
    }
}
