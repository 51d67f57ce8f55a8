using System.Runtime.CompilerServices;

namespace Pipeline;

/// <summary>Something that must hold, and its source as the reader sees it.</summary>
internal sealed record Condition(string Text, Func<bool> Holds);

/// <summary>The verbs that describe a target. They are NUKE's, by name and meaning; each returns the same object.</summary>
public sealed class TargetDefinition
{
    internal TargetDefinition(string name) => Name = name;

    internal string Name { get; }

    internal string? Purpose { get; private set; }

    internal bool IsListed { get; private set; } = true;

    internal bool IsAssured { get; private set; }

    internal bool LetsOthersProceed { get; private set; }

    internal DependencyBehavior WhenSkippedDependencies { get; private set; }

    internal List<(EdgeKind Kind, Target Other)> Predecessors { get; } = [];

    internal List<(EdgeKind Kind, Target Other)> Successors { get; } = [];

    internal List<Condition> StaticConditions { get; } = [];

    internal List<Condition> DynamicConditions { get; } = [];

    internal List<Condition> Requirements { get; } = [];

    internal List<Func<CancellationToken, Task>> Actions { get; } = [];

    /// <summary>What it is for, as <c>--help</c> shows it.</summary>
    public TargetDefinition Description(string text) => With(() => Purpose = text);

    /// <summary>Runs the others first; without them this target doesn't run.</summary>
    public TargetDefinition DependsOn(params Target[] others) => Link(Predecessors, EdgeKind.Dependency, others);

    /// <summary>Makes the others depend on this target.</summary>
    public TargetDefinition DependentFor(params Target[] others) => Link(Successors, EdgeKind.Dependency, others);

    /// <summary>Runs later than the others where they run at all.</summary>
    public TargetDefinition After(params Target[] others) => Link(Predecessors, EdgeKind.Order, others);

    /// <summary>Runs earlier than the others where they run at all.</summary>
    public TargetDefinition Before(params Target[] others) => Link(Successors, EdgeKind.Order, others);

    /// <summary>Brings the others into the run, after this target.</summary>
    public TargetDefinition Triggers(params Target[] others) => Link(Successors, EdgeKind.Trigger, others);

    /// <summary>Joins any run that holds one of the others, after it.</summary>
    public TargetDefinition TriggeredBy(params Target[] others) => Link(Predecessors, EdgeKind.Trigger, others);

    /// <summary>Skips this target unless the condition holds when its turn comes.</summary>
    /// <param name="condition">Asked just before the target would run.</param>
    /// <param name="text">The condition as the reader sees it; its source by default.</param>
    public TargetDefinition OnlyWhenDynamic(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        Conditional(DynamicConditions, condition, text);

    /// <summary>Skips this target unless the condition holds before anything runs.</summary>
    /// <param name="condition">Asked once, when the run is planned.</param>
    /// <param name="text">The condition as the reader sees it; its source by default.</param>
    public TargetDefinition OnlyWhenStatic(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        Conditional(StaticConditions, condition, text);

    /// <summary>Refuses the whole run, before anything runs, unless the condition holds.</summary>
    /// <param name="condition">Asked once, when the run is planned.</param>
    /// <param name="text">The condition as the reader sees it; its source by default.</param>
    public TargetDefinition Requires(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        Conditional(Requirements, condition, text);

    /// <summary>Refuses the whole run, before anything runs, unless the value is there: not null and not an empty text.</summary>
    /// <param name="value">A parameter, as a rule: <c>() => ApiKey</c>.</param>
    /// <param name="text">The value as the reader sees it; its source by default.</param>
    public TargetDefinition Requires(Func<object?> value, [CallerArgumentExpression(nameof(value))] string text = "") =>
        Conditional(Requirements, () => value() is not (null or ""), text);

    /// <summary>Adds something to do; several run in the order they were added.</summary>
    public TargetDefinition Executes(Action action) => Executes(_ =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="Executes(Action)"/>
    public TargetDefinition Executes(Func<Task> action) => Executes(_ => action());

    /// <inheritdoc cref="Executes(Action)"/>
    /// <param name="action">Its token is cancelled by Ctrl-C and by SIGTERM.</param>
    public TargetDefinition Executes(Func<CancellationToken, Task> action) => With(() => Actions.Add(action));

    /// <summary>Lets the rest of the run go on when this target fails, except what depends on it. The run has failed all the same.</summary>
    public TargetDefinition ProceedAfterFailure() => With(() => LetsOthersProceed = true);

    /// <summary>Runs this target even if the run has failed or was interrupted: for giving back and for reports.</summary>
    public TargetDefinition AssuredAfterFailure() => With(() => IsAssured = true);

    /// <summary>Keeps it out of <c>--help</c>.</summary>
    public TargetDefinition Unlisted() => With(() => IsListed = false);

    /// <summary>Says what becomes of the dependencies when <c>--skip</c> or a static condition skips this target.</summary>
    public TargetDefinition WhenSkipped(DependencyBehavior dependencies) => With(() => WhenSkippedDependencies = dependencies);

    private TargetDefinition Link(List<(EdgeKind Kind, Target Other)> edges, EdgeKind kind, Target[] others) =>
        With(() => edges.AddRange(others.Select(other => (kind, other))));

    private TargetDefinition Conditional(List<Condition> conditions, Func<bool> holds, string text) =>
        With(() => conditions.Add(new Condition(text.StartsWith("() => ", StringComparison.Ordinal) ? text["() => ".Length..] : text, holds)));

    private TargetDefinition With(Action change)
    {
        change();
        return this;
    }
}
