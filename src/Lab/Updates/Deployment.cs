namespace Lab.Updates;

/// <summary>
/// One bootable tree on a host: a commit checked out for a stateroot. What a tool's output does not tell is null
/// (or false for a flag), never guessed.
/// </summary>
public sealed record Deployment
{
    /// <summary>The stateroot (once called osname) it belongs to; null where rpm-ostree's short text leaves it out.</summary>
    public string? StateRoot { get; init; }

    /// <summary>
    /// The deployed commit's checksum: whole, except in the table of 2015, which shows its first ten digits.
    /// Where rpm-ostree's short text names only the base commit under layered packages, or the digest of a container image, it is that.
    /// </summary>
    public required string Commit { get; init; }

    /// <summary>Counts the deployments of one commit, from 0; null where rpm-ostree's text leaves it out.</summary>
    public int? Serial { get; init; }

    /// <summary>The host runs from it now.</summary>
    public bool Booted { get; init; }

    /// <summary>It lies in /run and is finalized at shutdown: a hard reset loses it. rpm-ostree's text tells this only with <c>-v</c>.</summary>
    public bool Staged { get; init; }

    /// <summary>It comes before the booted one, so it is booted next. True of a staged deployment too. Set by <see cref="HostStatus"/>.</summary>
    public bool Pending { get; internal init; }

    /// <summary>It follows the booted one: where a rollback leads. Set by <see cref="HostStatus"/>.</summary>
    public bool Rollback { get; internal init; }

    /// <summary>It is kept when later updates clean up.</summary>
    public bool Pinned { get; init; }

    /// <summary>How /usr was made writable: <c>development</c>, <c>hotfix</c> or <c>transient</c>; null when it is read-only.</summary>
    public string? Unlocked { get; init; }

    /// <summary>The commit's version, if it carries one.</summary>
    public string? Version { get; init; }

    /// <summary>
    /// What it follows, as its origin has it: <c>lab:labtree</c>, or a container image reference. Null without one;
    /// cut short with <c>...</c> in the table of 2015.
    /// </summary>
    public string? Refspec { get; init; }

    /// <summary>When the commit was made, UTC; null where the tool does not tell, as <c>ostree admin status</c> never does.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Whether this is the commit, when either checksum may be cut short.</summary>
    /// <param name="checksum">A checksum or its first digits.</param>
    public bool CommitMatches(string checksum)
    {
        ArgumentException.ThrowIfNullOrEmpty(checksum);
        return Commit.StartsWith(checksum, StringComparison.Ordinal) || checksum.StartsWith(Commit, StringComparison.Ordinal);
    }
}
