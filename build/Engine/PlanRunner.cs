using Lab;
using Lab.Execution;

namespace Pipeline;

/// <summary>Runs a plan, one target after the other, and keeps what became of each.</summary>
internal sealed class PlanRunner(ExecutionPlan plan, ConsoleProgress console, Palette palette, TimeProvider clock)
{
    private readonly Dictionary<TargetNode, TargetOutcome> _outcomes = [];
    private TargetNode? _stopper;

    /// <summary>Runs the plan to its end. What a target throws is its outcome; nothing is thrown from here.</summary>
    public async Task<IReadOnlyList<TargetOutcome>> RunAsync(CancellationToken cancellation)
    {
        await using var notice = cancellation.Register(() =>
            console.WriteLine(palette.Bad("Interrupted: ending what runs. Ctrl-C once more leaves at once.")));
        foreach (var step in plan.Steps)
        {
            _outcomes[step.Node] = RefusalOf(step, cancellation) ?? await ExecuteAsync(step.Node, cancellation);
        }

        return [.. plan.Steps.Select(step => _outcomes[step.Node])];
    }

    private TargetOutcome? RefusalOf(PlannedTarget step, CancellationToken cancellation)
    {
        var node = step.Node;
        if (step.Skipped is not null)
        {
            return new TargetOutcome(node.Name, TargetStatus.Skipped, Remark: step.Skipped);
        }

        if (!node.Definition.IsAssured)
        {
            if (cancellation.IsCancellationRequested)
            {
                return new TargetOutcome(node.Name, TargetStatus.Aborted, Remark: "interrupted");
            }

            if ((_stopper ?? node.Dependencies.FirstOrDefault(HasNoResult)) is { } culprit)
            {
                return new TargetOutcome(node.Name, TargetStatus.NotRun, Remark: $"{culprit.Name} {Verdict(_outcomes[culprit].Status)}");
            }
        }

        return step.Triggers.Count > 0 && step.Triggers.All(trigger => _outcomes[trigger].Status == TargetStatus.Skipped)
            ? new TargetOutcome(node.Name, TargetStatus.Skipped, Remark: $"{step.Triggers[0].Name} was skipped")
            : null;
    }

    private bool HasNoResult(TargetNode node) => _outcomes[node].Status is TargetStatus.Failed or TargetStatus.NotRun or TargetStatus.Aborted;

    private async Task<TargetOutcome> ExecuteAsync(TargetNode node, CancellationToken cancellation)
    {
        // A target that gives back after an interruption must not be interrupted by the same signal.
        var token = cancellation.IsCancellationRequested ? CancellationToken.None : cancellation;
        var started = clock.GetTimestamp();
        try
        {
            if (node.Definition.DynamicConditions.Find(condition => !condition.Holds()) is { } unmet)
            {
                return new TargetOutcome(node.Name, TargetStatus.Skipped, Remark: $"only when {unmet.Text}");
            }

            if (node.Definition.Actions.Count > 0)
            {
                console.WriteLine(palette.Title($"=== {node.Name}"));
            }

            foreach (var action in node.Definition.Actions)
            {
                await action(token);
            }

            return Ended(node, new TargetOutcome(node.Name, TargetStatus.Succeeded, clock.GetElapsedTime(started)));
        }
        catch (Exception failure)
        {
            // A child that died of the same Ctrl-C fails in its own way: that is no failure of the target.
            var status = token.IsCancellationRequested ? TargetStatus.Aborted : TargetStatus.Failed;
            if (status == TargetStatus.Failed && !node.Definition.LetsOthersProceed)
            {
                _stopper ??= node;
            }

            return Ended(node, new TargetOutcome(node.Name, status, clock.GetElapsedTime(started), RemarkOn(failure, status), failure));
        }
    }

    private TargetOutcome Ended(TargetNode node, TargetOutcome outcome)
    {
        if (outcome is { Status: TargetStatus.Failed, Failure: { } failure })
        {
            console.WriteLine(palette.Bad(failure is LabException ? failure.Message : failure.ToString()));
            if (failure is LabException { Remedy: { } remedy })
            {
                console.WriteLine(remedy);
            }
        }

        if (node.Definition.Actions.Count > 0 || outcome.Failure is not null)
        {
            console.WriteLine(palette.Of(outcome.Status, $"=== {node.Name} {Verdict(outcome.Status)} after {ConsoleProgress.Elapsed(outcome.Duration!.Value)}"));
        }

        return outcome;
    }

    private static string Verdict(TargetStatus status) => status switch
    {
        TargetStatus.Succeeded => "succeeded",
        TargetStatus.Failed => "failed",
        TargetStatus.Aborted => "was interrupted",
        _ => "did not run",
    };

    private static string RemarkOn(Exception failure, TargetStatus status) =>
        status == TargetStatus.Aborted && failure is OperationCanceledException ? "interrupted" : failure.Message.Split('\n', 2)[0].TrimEnd('\r', ' ');
}
