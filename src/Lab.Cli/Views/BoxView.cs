using Lab.Images;

namespace Lab.Cli.Views;

/// <summary>Boxes as a table.</summary>
internal static class BoxView
{
    public static void Write(IReadOnlyList<ImportedBox> boxes, Screen screen)
    {
        if (boxes.Count == 0)
        {
            screen.Line("There is no box.");
            return;
        }

        screen.Table(
            ["Image", "Imported", "Disks", "From"],
            boxes.Select(box => new Span[] { $"box:{box.Name}", TreeViews.Time(box.Imported), $"{box.Disks.Count}", box.Source }));
    }
}
