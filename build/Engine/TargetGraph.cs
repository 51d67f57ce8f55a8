using System.Reflection;
using Lab;
using Lab.Definitions.Yaml;

namespace Pipeline;

/// <summary>How one target bears on another that comes after it.</summary>
internal enum EdgeKind
{
    /// <summary>The later one needs the earlier one.</summary>
    Dependency,

    /// <summary>Where both run, this is their order.</summary>
    Order,

    /// <summary>The earlier one brings the later one into the run.</summary>
    Trigger,
}

/// <summary>A target and the targets that come before it.</summary>
internal sealed class TargetNode(TargetDefinition definition)
{
    public string Name => definition.Name;

    public TargetDefinition Definition => definition;

    public List<(EdgeKind Kind, TargetNode Node)> Before { get; } = [];

    public IEnumerable<TargetNode> Dependencies => Earlier(EdgeKind.Dependency);

    public IEnumerable<TargetNode> TriggeredBy => Earlier(EdgeKind.Trigger);

    private IEnumerable<TargetNode> Earlier(EdgeKind kind) => Before.Where(edge => edge.Kind == kind).Select(edge => edge.Node).Distinct();
}

/// <summary>All targets of a build and how they bear on each other.</summary>
internal sealed class TargetGraph
{
    private readonly Dictionary<Target, TargetNode> _nodes = [];

    private TargetGraph(object build)
    {
        foreach (var property in DeclaredIn(build.GetType()))
        {
            var target = (Target)property.GetValue(build)!;
            _nodes[target] = new TargetNode(target(new TargetDefinition(property.Name)));
        }

        foreach (var node in _nodes.Values)
        {
            node.Before.AddRange(node.Definition.Predecessors.Select(edge => (edge.Kind, Find(edge.Other, node.Name))));
            foreach (var (kind, other) in node.Definition.Successors)
            {
                Find(other, node.Name).Before.Add((kind, node));
            }
        }
    }

    /// <summary>Every target, in the order of declaration.</summary>
    public IReadOnlyCollection<TargetNode> Targets => _nodes.Values;

    /// <summary>Reads the targets off a build's properties.</summary>
    /// <exception cref="PipelineException">A target names another that is no property of the build.</exception>
    public static TargetGraph Of(object build) => new(build);

    /// <summary>The node of a target that the build's own code names.</summary>
    /// <param name="target">What a property of the build returned: a new delegate at each call, but delegates of one method and object are equal.</param>
    /// <param name="user">Who names it, for the message.</param>
    /// <exception cref="PipelineException">It is no property of the build.</exception>
    public TargetNode Find(Target target, string user) => _nodes.TryGetValue(target, out var node)
        ? node
        : throw new PipelineException(FailureKind.Definition, $"{user} refers to a target that is no property of this build.", "Declare it as a property: `Target Name => _ => _…`.");

    /// <summary>The target that a user named, in any case.</summary>
    /// <exception cref="PipelineException">There is none.</exception>
    public TargetNode Find(string name) =>
        Targets.FirstOrDefault(node => string.Equals(node.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new PipelineException(
            FailureKind.Definition,
            $"There is no target `{name}`.",
            Spelling.DidYouMean(name, Targets.Select(node => node.Name)) + "`--help` lists them.");

    /// <summary>What must run for some targets, in order: dependencies and triggered targets added, nothing earlier than it must be.</summary>
    /// <exception cref="PipelineException">The targets wait for each other in a circle.</exception>
    public IReadOnlyList<TargetNode> Order(IReadOnlyList<TargetNode> asked)
    {
        var chosen = new List<TargetNode>(asked.Distinct());
        for (var i = 0; i < chosen.Count; i++)
        {
            var node = chosen[i];
            var drawn = node.Dependencies.Concat(Targets.Where(other => other.TriggeredBy.Contains(node)));
            chosen.AddRange(drawn.Except(chosen));
        }

        var (ordered, path) = (new List<TargetNode>(), new List<(EdgeKind Kind, TargetNode Node)>());
        foreach (var node in chosen)
        {
            Visit((EdgeKind.Order, node));
        }

        return ordered;

        void Visit((EdgeKind Kind, TargetNode Node) step)
        {
            if (ordered.Contains(step.Node))
            {
                return;
            }

            var start = path.FindIndex(earlier => earlier.Node == step.Node);
            path.Add(step);
            if (start >= 0)
            {
                throw Circle(path[start..]);
            }

            foreach (var edge in step.Node.Before.Where(edge => chosen.Contains(edge.Node)))
            {
                Visit(edge);
            }

            path.RemoveAt(path.Count - 1);
            ordered.Add(step.Node);
        }
    }

    private static PipelineException Circle(List<(EdgeKind Kind, TargetNode Node)> path)
    {
        var steps = path.Skip(1).Select(step => $"{Verb(step.Kind)} {step.Node.Name}");
        return new PipelineException(
            FailureKind.Definition,
            $"Targets wait for each other in a circle: {path[0].Node.Name} {string.Join(", which ", steps)}.",
            "Take one of these links away.");
    }

    private static string Verb(EdgeKind kind) => kind switch
    {
        EdgeKind.Dependency => "depends on",
        EdgeKind.Order => "runs after",
        _ => "is triggered by",
    };

    private static IEnumerable<PropertyInfo> DeclaredIn(Type build)
    {
        const BindingFlags Anywhere = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        for (var type = build; type is not null; type = type.BaseType)
        {
            foreach (var property in type.GetProperties(Anywhere).Where(property => property.PropertyType == typeof(Target)).OrderBy(property => property.MetadataToken))
            {
                yield return property;
            }
        }
    }
}
