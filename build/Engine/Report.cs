using Lab.Execution;
using Spectre.Console;

namespace Pipeline;

/// <summary>What the pipeline prints about itself: the help, the plan and the summary.</summary>
internal static class Report
{
    /// <summary>The text of <c>--help</c>.</summary>
    public static string Help(PipelineBuild build, TargetGraph graph, IReadOnlyList<Parameter> parameters, IReadOnlyList<TargetNode> defaults)
    {
        var targets = graph.Targets.Where(node => node.Definition.IsListed).Select(node => new[]
        {
            node.Name + (defaults.Contains(node) ? " (default)" : string.Empty),
            node.Definition.Purpose ?? string.Empty,
            node.Dependencies.Any() ? $"[{string.Join(", ", node.Dependencies.Select(other => other.Name))}]" : string.Empty,
        });
        return $"""
            ./build.sh [target…] [option…]

            Targets [and what they depend on]:
            {Table(targets, "  ")}
            Parameters [and their values], also from LAB_NAME and NAME in the environment and from build/parameters.json:
            {Table(Described(own: false), "  ")}
            Options:
            {Table(Described(own: true), "  ")}
            """;

        IEnumerable<string[]> Described(bool own) => parameters.Where(parameter => parameter.IsOwn == own).Select(parameter => new[]
        {
            $"{parameter.Option} {parameter.Placeholder}",
            parameter.Description + (parameter.ValueIn(build) is { Length: > 0 } value && !own ? $" [{value}]" : string.Empty),
        });
    }

    /// <summary>The text of <c>--plan</c>.</summary>
    public static string Plan(ExecutionPlan plan) => Table(plan.Steps
        .Select((step, index) => new[]
        {
            $"{index + 1}",
            step.Node.Name,
            string.Join(", ", step.Node.Dependencies.Select(node => node.Name)),
            step.Why,
            step.Skipped is { } reason ? $"skipped: {reason}" : string.Join(", ", step.Node.Definition.DynamicConditions.Select(condition => $"only when {condition.Text}")),
        })
        .Prepend(["#", "Target", "Depends on", "Why", "Remark"]));

    /// <summary>The table that closes a run, as plain text.</summary>
    public static string Summary(IReadOnlyList<TargetOutcome> outcomes, TimeSpan total) => Table(Rows(outcomes, total));

    /// <summary>The table that closes a run, for a terminal.</summary>
    public static void Summary(IReadOnlyList<TargetOutcome> outcomes, TimeSpan total, IAnsiConsole terminal)
    {
        var rows = Rows(outcomes, total);
        var table = new Table().Border(TableBorder.Rounded).AddColumns(rows[0]);
        foreach (var row in rows.Skip(1))
        {
            table.AddRow(row.Select((cell, column) => new Text(cell, column == 1 ? new Style(ColourOf(cell)) : null)));
        }

        terminal.Write(table);
    }

    /// <summary>What became of the run as a whole: the gravest of its targets' ends.</summary>
    public static TargetStatus Verdict(IReadOnlyList<TargetOutcome> outcomes) =>
        new[] { TargetStatus.Aborted, TargetStatus.Failed }.FirstOrDefault(status => outcomes.Any(outcome => outcome.Status == status), TargetStatus.Succeeded);

    private static string[][] Rows(IReadOnlyList<TargetOutcome> outcomes, TimeSpan total) =>
    [
        ["Target", "Status", "Duration", "Remark"],
        .. outcomes.Select(outcome => new[]
        {
            outcome.Name,
            $"{outcome.Status}",
            outcome.Duration is { } duration ? ConsoleProgress.Elapsed(duration) : string.Empty,
            outcome.Remark ?? string.Empty,
        }),
        ["Total", $"{Verdict(outcomes)}", ConsoleProgress.Elapsed(total), string.Empty],
    ];

    private static Color ColourOf(string status) => status switch
    {
        nameof(TargetStatus.Succeeded) => Color.Green,
        nameof(TargetStatus.Failed) or nameof(TargetStatus.Aborted) => Color.Red,
        _ => Color.Grey,
    };

    // For logs and pipes: no borders, and no spaces at a line's end.
    private static string Table(IEnumerable<string[]> cells, string indent = "")
    {
        var rows = cells.ToList();
        return string.Concat(rows.Select(row =>
            (indent + string.Join("  ", row.Select((cell, column) => cell.PadRight(rows.Max(other => other[column].Length))))).TrimEnd() + "\n"));
    }
}
