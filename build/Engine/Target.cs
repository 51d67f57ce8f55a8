namespace Pipeline;

/// <summary>
/// A step of the pipeline, declared as a property of the build class:
/// <c>Target Compile => _ => _.DependsOn(Restore).Executes(…);</c>
/// </summary>
/// <param name="definition">What the lambda describes; the same object comes back.</param>
public delegate TargetDefinition Target(TargetDefinition definition);

/// <summary>What happens to the dependencies of a target that is skipped before anything runs.</summary>
public enum DependencyBehavior
{
    /// <summary>They run all the same. The default.</summary>
    Execute,

    /// <summary>Those that nothing else asks for are skipped with it.</summary>
    Skip,
}
