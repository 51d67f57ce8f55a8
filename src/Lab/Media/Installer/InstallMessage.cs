using System.Globalization;
using System.Text.RegularExpressions;

namespace Lab.Media.Installer;

/// <summary>A step of an installation.</summary>
public enum InstallPhase
{
    /// <summary>Reads and checks the kickstart.</summary>
    Kickstart,

    /// <summary>Brings the network up.</summary>
    Network,

    /// <summary>Runs <c>%pre</c>. Up to here the disk is as it was.</summary>
    Pre,

    /// <summary>Partitions the disk.</summary>
    Partition,

    /// <summary>Makes the file systems.</summary>
    FileSystems,

    /// <summary>Fetches the tree.</summary>
    Pull,

    /// <summary>Deploys it.</summary>
    Deploy,

    /// <summary>Writes users, keys, host name, network and services into it.</summary>
    Configure,

    /// <summary>Runs <c>%post</c>.</summary>
    Post,

    /// <summary>Writes the boot loader, its first sector last: from then on the disk boots.</summary>
    BootLoader,
}

/// <summary>What the installer says on its console: a line each, so that whoever reads the console knows how far it is.</summary>
public abstract partial record InstallMessage
{
    internal const string Prefix = "Lab installer: ";

    /// <summary>Reads a line.</summary>
    /// <param name="line">A line of the console.</param>
    /// <returns>Null where it is none of the installer's.</returns>
    public static InstallMessage? Read(string line)
    {
        // The kernel writes to the same console, and not only at the beginning of a line.
        var at = line.IndexOf(Prefix, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var said = line[(at + Prefix.Length)..].TrimEnd();
        return Phase().Match(said) is { Success: true } phase && Enum.TryParse<InstallPhase>(phase.Groups["name"].ValueSpan, out var begun) ? new InstallPhaseBegun(begun)
            : Objects().Match(said) is { Success: true } objects ? new InstallObjects(Number(objects, "fetched"), objects.Groups["total"].Success ? Number(objects, "total") : null)
            : Error().Match(said) is { Success: true } error ? new InstallError(error.Groups["text"].Value)
            : said == InstallAlive.Words ? new InstallAlive()
            : Failure().Match(said) is { Success: true } failure && Enum.TryParse<FailureKind>(failure.Groups["kind"].ValueSpan, out var kind) ? new InstallFailed(kind)
            : End().Match(said) is { Success: true } end ? new InstallEnded(end.Groups["commit"].Value, end.Groups["end"].Value == "reboot")
            : null;

        static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    /// <summary>The line.</summary>
    public sealed override string ToString() => Prefix + Text;

    /// <summary>What stands behind the prefix.</summary>
    protected abstract string Text { get; }

    [GeneratedRegex(@"^phase (?<name>[A-Za-z]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Phase();

    [GeneratedRegex(@"^(?<fetched>[0-9]{1,9})( of (?<total>[0-9]{1,9}))? objects$", RegexOptions.ExplicitCapture)]
    private static partial Regex Objects();

    [GeneratedRegex(@"^error: (?<text>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Error();

    [GeneratedRegex(@"^failed, (?<kind>[A-Za-z]+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Failure();

    [GeneratedRegex(@"^installed (?<commit>[0-9a-f]{64}), (?<end>reboot|poweroff)$", RegexOptions.ExplicitCapture)]
    private static partial Regex End();
}

/// <summary>A step begins.</summary>
/// <param name="Phase">Which.</param>
public sealed record InstallPhaseBegun(InstallPhase Phase) : InstallMessage
{
    /// <inheritdoc/>
    protected override string Text => $"phase {Phase}";
}

/// <summary>How far the pull is.</summary>
/// <param name="Fetched">Objects fetched.</param>
/// <param name="Total">Objects that are needed; null as long as nobody knows.</param>
public sealed record InstallObjects(int Fetched, int? Total) : InstallMessage
{
    /// <inheritdoc/>
    protected override string Text => string.Create(CultureInfo.InvariantCulture, $"{Fetched}{(Total is null ? string.Empty : $" of {Total}")} objects");
}

/// <summary>A script of the kickstart takes its time.</summary>
public sealed record InstallAlive : InstallMessage
{
    internal const string Words = "goes on";

    /// <inheritdoc/>
    protected override string Text => Words;
}

/// <summary>A line of what went wrong; <see cref="InstallFailed"/> follows.</summary>
/// <param name="Line">The line.</param>
public sealed record InstallError(string Line) : InstallMessage
{
    /// <inheritdoc/>
    protected override string Text => $"error: {Line}";
}

/// <summary>It gave up; nothing boots from the disk.</summary>
/// <param name="Kind">Whose failure it is.</param>
public sealed record InstallFailed(FailureKind Kind) : InstallMessage
{
    /// <inheritdoc/>
    protected override string Text => $"failed, {Kind}";
}

/// <summary>The host is installed.</summary>
/// <param name="Commit">What was deployed.</param>
/// <param name="Reboots">Whether the machine reboots now, rather than powers off.</param>
public sealed record InstallEnded(string Commit, bool Reboots) : InstallMessage
{
    /// <inheritdoc/>
    protected override string Text => $"installed {Commit}, {(Reboots ? "reboot" : "poweroff")}";
}
