using System.Globalization;
using Lab.Cli.Commands;

namespace Lab.Cli.Views;

/// <summary>Trees as tables.</summary>
internal static class TreeViews
{
    /// <summary>Trees that were asked for.</summary>
    public static void Composed(IReadOnlyList<TreeSummary> trees, Screen screen) => screen.Table(
        ["Tree", "Ref", "Version", "Commit", "Composed", string.Empty],
        trees.Select(tree => new Span[]
        {
            tree.Name,
            tree.Ref ?? string.Empty,
            tree.Version ?? string.Empty,
            LabViews.Short(tree.Commit),
            Time(tree.Composed),
            tree.Fresh ? new Span("new", Tone.Good) : new Span("unchanged", Tone.Faint),
        }));

    /// <summary>The trees in the repository.</summary>
    public static void Stored(IReadOnlyList<StoredTree> trees, Screen screen)
    {
        if (trees.Count == 0)
        {
            screen.Line("No tree was composed here yet.");
            return;
        }

        screen.Table(
            ["Tree", "Commit", "Composed", "Used by"],
            trees.Select(tree => new Span[] { tree.Name, LabViews.Short(tree.Commit), Time(tree.Composed), string.Join('\n', tree.UsedBy) }));
    }

    /// <summary>How two trees differ.</summary>
    public static void Difference(TreeDifference difference, Screen screen)
    {
        var packages = difference.Packages;
        if (packages.IsEmpty)
        {
            screen.Line("The same packages.");
        }
        else
        {
            screen.Table(
                ["Package", "Change", "From", "To"],
                [
                    .. packages.Changed.Select(change => new Span[] { change.Name, "changed", change.From.Version, change.To.Version }),
                    .. packages.Added.Select(package => new Span[] { package.Name, new("added", Tone.Good), string.Empty, package.Version }),
                    .. packages.Removed.Select(package => new Span[] { package.Name, new("removed", Tone.Bad), package.Version, string.Empty }),
                ]);
        }

        var files = difference.Files;
        screen.Line($"{files.Added + files.Removed + files.Modified} files differ: {files.Added} added, {files.Removed} removed, {files.Modified} modified.");
    }

    /// <summary>A moment, to the minute.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
