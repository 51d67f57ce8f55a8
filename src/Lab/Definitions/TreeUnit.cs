namespace Lab.Definitions;

/// <summary>What a tree does about one systemd unit.</summary>
public sealed record TreeUnit
{
    /// <summary>The unit's full name, as <c>lab-web.service</c>; see systemd.unit(5).</summary>
    public required string Name { get; init; }

    /// <summary>Whether it starts at boot; null leaves it as its package has it.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Whether it is masked, so that nothing can start it.</summary>
    public bool Masked { get; init; }

    /// <summary>The unit file's text, whether it stood in the definition or in a file of its own; null for a unit that a package brings.</summary>
    public string? Content { get; init; }

    /// <summary>Where the definition names it.</summary>
    public required SourceLocation Location { get; init; }
}
