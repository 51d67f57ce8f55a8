namespace Pipeline;

/// <summary>
/// A property or field of the build that the command line (<c>--name value</c>), the environment (<c>LAB_NAME</c>, <c>NAME</c>)
/// or <c>build/parameters.json</c> fills, the first of them that has it. What none of them has keeps its initial value.
/// </summary>
/// <param name="description">What it is for, as <c>--help</c> shows it.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ParameterAttribute(string description) : Attribute
{
    /// <summary>What it is for, as <c>--help</c> shows it.</summary>
    public string Description { get; } = description;
}
