namespace Lab.Definitions;

/// <summary>A user that a tree brings.</summary>
public sealed record TreeUser
{
    /// <summary>The login name.</summary>
    public required string Name { get; init; }

    /// <summary>The numeric id, 1 to 65533; null lets the system choose.</summary>
    public int? Uid { get; init; }

    /// <summary>The groups it belongs to besides its own.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The login shell.</summary>
    /// <value><c>/bin/bash</c> unless set.</value>
    public string Shell { get; init; } = DefaultShell;

    /// <summary>The comment field of passwd(5), by custom the full name; may be empty.</summary>
    public string Gecos { get; init; } = string.Empty;

    /// <summary>The home directory.</summary>
    /// <value><c>/var/home/NAME</c> unless set, for a tree's /home is a link to /var/home.</value>
    public required string Home { get; init; }

    /// <summary>Where the definition names it.</summary>
    public required SourceLocation Location { get; init; }

    internal const string DefaultShell = "/bin/bash";

    // Where /home leads on a host that boots through OSTree.
    internal const string Homes = "/var/home";

    internal static string DefaultHome(string name) => $"{Homes}/{name}";
}
