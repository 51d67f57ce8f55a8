using System.Text.RegularExpressions;
using Lab.Execution;

namespace Lab.Trees;

/// <summary>A mirror of Debian's archive, and the keyring that its releases are verified with.</summary>
/// <param name="BaseUri">Where <c>dists/</c> and <c>pool/</c> are, without a slash at the end.</param>
/// <param name="Keyring">The file that holds the archive's public keys.</param>
public sealed record AptMirror(string BaseUri, string Keyring);

/// <summary>Finds the mirror that this host itself uses, so that Lab needs no address of its own.</summary>
public sealed partial class AptMirrors
{
    /// <summary>The environment variable that names a mirror, for hosts that are not Debian.</summary>
    public const string Variable = "LAB_DEBIAN_MIRROR";

    // Under these names the package debian-archive-keyring has it; the second is what newer releases write.
    private static readonly string[] ArchiveKeyrings =
        ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

    /// <summary>A mirror's address that overrules the host's configuration; <see cref="Variable"/> by default.</summary>
    public string? Setting { get; init; } = Environment.GetEnvironmentVariable(Variable);

    /// <summary>The apt configuration file to read, as <c>APT_CONFIG</c> has it (apt.conf(5)); the host's by default.</summary>
    public string? Configuration { get; init; }

    /// <summary>Finds it: the setting, or the first source of Debian's own archive in apt's configuration.</summary>
    /// <param name="cancellation">Stops asking.</param>
    /// <exception cref="HostException">There is none, or no keyring to verify it with.</exception>
    public async Task<AptMirror> FindAsync(CancellationToken cancellation = default)
    {
        if (!string.IsNullOrWhiteSpace(Setting))
        {
            return Uri.TryCreate(Setting, UriKind.Absolute, out _)
                ? new AptMirror(Setting.TrimEnd('/'), ArchiveKeyring())
                : throw new HostException($"{Variable} is '{Setting}', which is not an address.", "Give the folder that holds dists/ and pool/, scheme included.");
        }

        // Origin and Label come from the signed release files, so a mirror is known by what it serves, not by its name.
        var targets = await AptGet("indextargets", "--format", "$(SITE) $(SOURCESENTRY)", "Created-By: Packages", "Origin: Debian", "Label: Debian")
            .SucceedAsync(cancellation);
        foreach (var target in targets.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (target.Split(' ') is [var site, var entry])
            {
                return new AptMirror(site.TrimEnd('/'), await SignedByAsync(entry, site, cancellation) ?? ArchiveKeyring());
            }
        }

        throw new HostException(
            "apt knows no mirror of Debian's archive on this host.",
            $"Run `apt-get update` if its lists are empty, or set {Variable} to a mirror's address.");
    }

    /// <summary>Whether apt has the lists of a suite, <c>bookworm-backports</c> say, whatever file its source stands in.</summary>
    /// <param name="suite">The suite as a source names it.</param>
    /// <param name="cancellation">Stops asking.</param>
    public async Task<bool> ServesAsync(string suite, CancellationToken cancellation = default)
    {
        var releases = await AptGet("indextargets", "--format", "$(RELEASE)", "Created-By: Packages").SucceedAsync(cancellation);
        return releases.Split('\n').Contains(suite, StringComparer.Ordinal);
    }

    /// <summary>The keyring that a source names for itself, or null where it names none; apt does not print it.</summary>
    private static async Task<string?> SignedByAsync(string entry, string site, CancellationToken cancellation)
    {
        var path = entry[..entry.LastIndexOf(':')];
        if (!File.Exists(path))
        {
            return null;
        }

        // sources.list(5): paragraphs in a .sources file, a source a line in a .list.
        var text = await File.ReadAllTextAsync(path, cancellation);
        var sources = path.EndsWith(".sources", StringComparison.Ordinal) ? BlankLine().Split(text) : text.Split('\n');
        var names = new Regex(Regex.Escape(site) + @"/?(\s|$)", RegexOptions.CultureInvariant);
        return sources
            .Where(source => names.IsMatch(source))
            .Select(source => SignedBy().Match(source))
            .FirstOrDefault(match => match.Success)?.Groups["keyring"].Value;
    }

    private static string ArchiveKeyring() =>
        ArchiveKeyrings.FirstOrDefault(File.Exists)
        ?? throw new HostException("The keys of Debian's archive are not on this host.", "Install debian-archive-keyring.");

    private Command AptGet(params string[] arguments)
    {
        var command = new Command("apt-get", arguments);
        return Configuration is null ? command : command.WithEnvironment("APT_CONFIG", Configuration);
    }

    [GeneratedRegex(@"\n\s*\n", RegexOptions.CultureInvariant)]
    private static partial Regex BlankLine();

    [GeneratedRegex(@"^Signed-By:\s*(?<keyring>/\S+)|\bsigned-by=(?<keyring>/[^\]\s,]+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex SignedBy();
}
