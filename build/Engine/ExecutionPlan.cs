using Lab;

namespace Pipeline;

/// <summary>A target in its place in a run.</summary>
/// <param name="Node">The target.</param>
/// <param name="Why">What brought it into the run.</param>
/// <param name="Skipped">Why it won't run, where that is known beforehand; null otherwise.</param>
/// <param name="Triggers">The targets without which it would not be here: it was neither asked for nor is it needed.</param>
internal sealed record PlannedTarget(TargetNode Node, string Why, string? Skipped, IReadOnlyList<TargetNode> Triggers);

/// <summary>What will run, in order, and what is known beforehand to be skipped.</summary>
internal sealed class ExecutionPlan
{
    private ExecutionPlan(IReadOnlyList<PlannedTarget> steps) => Steps = steps;

    public IReadOnlyList<PlannedTarget> Steps { get; }

    /// <summary>Plans a run.</summary>
    /// <param name="graph">The build's targets.</param>
    /// <param name="asked">What the user wants.</param>
    /// <param name="skip">What the user wants skipped; empty for all that isn't asked for, null for nothing.</param>
    /// <exception cref="PipelineException">The targets wait for each other in a circle.</exception>
    public static ExecutionPlan Of(TargetGraph graph, IReadOnlyList<TargetNode> asked, IReadOnlyList<TargetNode>? skip)
    {
        var order = graph.Order(asked);
        var skipped = new Dictionary<TargetNode, string>();

        // Latest first, so that a target is judged when all that depend on it have been.
        foreach (var node in order.Reverse())
        {
            var dependents = order.Where(other => other.Dependencies.Contains(node)).ToList();
            if (skip is not null && (skip.Count == 0 ? !asked.Contains(node) : skip.Contains(node)))
            {
                skipped[node] = "--skip";
            }
            else if (node.Definition.StaticConditions.Find(condition => !condition.Holds()) is { } unmet)
            {
                skipped[node] = $"only when {unmet.Text}";
            }
            else if (!asked.Contains(node) && dependents.Count > 0 && dependents.TrueForAll(SkipsDependencies))
            {
                skipped[node] = $"{Names(dependents)} skipped";
            }
        }

        return new ExecutionPlan([.. order.Select(Planned)]);

        bool SkipsDependencies(TargetNode node) => skipped.ContainsKey(node) && node.Definition.WhenSkippedDependencies == DependencyBehavior.Skip;

        PlannedTarget Planned(TargetNode node)
        {
            var needing = order.Where(other => other.Dependencies.Contains(node)).ToList();
            var triggers = asked.Contains(node) || needing.Count > 0 ? [] : node.TriggeredBy.Where(order.Contains).ToList();
            var why = triggers.Count > 0 ? $"triggered by {Names(triggers)}" : asked.Contains(node) ? "asked for" : $"needed by {Names(needing)}";
            return new PlannedTarget(node, why, skipped.GetValueOrDefault(node), triggers);
        }
    }

    /// <summary>Refuses the run where something that a target requires isn't there.</summary>
    /// <exception cref="PipelineException">It isn't; the message names every such requirement.</exception>
    public void CheckRequirements(IReadOnlyList<Parameter> parameters)
    {
        var unmet = Steps
            .Where(step => step.Skipped is null)
            .SelectMany(step => step.Node.Definition.Requirements.Where(requirement => !requirement.Holds()), (step, requirement) => (step.Node.Name, requirement.Text))
            .ToList();
        if (unmet.Count > 0)
        {
            var missing = parameters.FirstOrDefault(parameter => unmet.Exists(requirement => requirement.Text == parameter.Name));
            throw new PipelineException(
                FailureKind.Definition,
                string.Join("; ", unmet.Select(requirement => $"{requirement.Name} requires {Shown(requirement.Text)}")) + ".",
                missing is null ? null : $"Give `{missing.Option} {missing.Placeholder}` or set {missing.Variables[0]}.");
        }

        string Shown(string text) => parameters.FirstOrDefault(parameter => parameter.Name == text)?.Option ?? text;
    }

    private static string Names(IEnumerable<TargetNode> nodes) => string.Join(", ", nodes.Select(node => node.Name));
}
