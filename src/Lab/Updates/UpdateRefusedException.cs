using System.Text.RegularExpressions;

namespace Lab.Updates;

/// <summary>A host would not do what was asked, such as take an update that nobody vouches for. It goes on running what it ran.</summary>
public sealed partial class UpdateRefusedException : LabException
{
    internal UpdateRefusedException(string guest, string command, string reason, string? remedy)
        : base(FailureKind.Product, $"On guest {guest}: `{command}` was refused: {reason}", remedy)
    {
        Guest = guest;
        Reason = reason;
    }

    /// <summary>The guest that refused.</summary>
    public string Guest { get; }

    /// <summary>Why, in the tool's own words where it has any.</summary>
    public string Reason { get; }

    /// <summary>The refusal that a tool's error text tells of; null if it failed for another reason.</summary>
    internal static UpdateRefusedException? Recognise(string guest, string command, string error)
    {
        var remedy = Refusals().Match(error) switch
        {
            { Success: false } => null,
            { Groups: var groups } when groups["signature"].Success => "Sign the commit with a key that the guest's remote trusts.",
            { Groups: var groups } when groups["content"].Success => "The repository behind the remote is damaged or was tampered with: `ostree fsck` there says where.",
            { Groups: var groups } when groups["age"].Success => "Give the commit a later time, or rebase to it by a ref of its own.",
            _ => NothingToGoBackTo,
        };
        return remedy is null ? null : new UpdateRefusedException(guest, command, ErrorPrefix().Replace(error.Trim(), string.Empty), remedy);
    }

    internal const string NothingToGoBackTo = "Upgrade or rebase, and boot into that, first.";

    // ostree's words: ostree-gpg-verify-result.c, ostree-repo-pull.c, ostree-fetcher-util.c, ostree-sysroot-upgrader.c; the last is rpm-ostree's.
    [GeneratedRegex(
        @"(?<signature>GPG signatures found, but none are in trusted keyring|GPG verification enabled, but no signatures found|No detached metadata found for GPG verification|BAD signature|Can't check signature|Commit [0-9a-f]{64}: Signature made|Commit has no requested ref)"
        + @"|(?<content>Corrupted \w+ object; checksum expected=|exceeded maximum size of [0-9]+ bytes|Data is corrupt)"
        + @"|(?<age>is chronologically older than current revision)"
        + "|No rollback deployment found",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Refusals();

    [GeneratedRegex(@"\Aerror: ")]
    private static partial Regex ErrorPrefix();
}
