namespace Lab.Updates;

/// <summary>How a file of /etc differs from what the tree delivered.</summary>
public enum ConfigChangeKind
{
    /// <summary>The tree delivered it otherwise; printed <c>M</c>.</summary>
    Modified,

    /// <summary>The tree did not deliver it; printed <c>A</c>.</summary>
    Added,

    /// <summary>The tree delivered it, and it is gone; printed <c>D</c>.</summary>
    Removed,
}

/// <summary>One line of <c>ostree admin config-diff</c>.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="Path">Its path below /etc: <c>motd</c>, <c>selinux/config</c>.</param>
public sealed record ConfigChange(ConfigChangeKind Kind, string Path)
{
    /// <summary>Reads the whole output of <c>ostree admin config-diff</c>, in its order.</summary>
    /// <exception cref="StatusFormatException">A line is not a letter, blanks and a path.</exception>
    public static IReadOnlyList<ConfigChange> ParseAll(string text) =>
        [.. ToolLine.Of(text).Where(line => !line.IsBlank).Select(line => new ConfigChange(KindOf(line), line.Text[2..].TrimStart()))];

    private static ConfigChangeKind KindOf(ToolLine line) => line.Text switch
    {
        ['M', ' ', _, ..] => ConfigChangeKind.Modified,
        ['A', ' ', _, ..] => ConfigChangeKind.Added,
        ['D', ' ', _, ..] => ConfigChangeKind.Removed,
        _ => throw line.Unexpected("M, A or D and a path below /etc"),
    };
}
