using Lab.Definitions;
using Lab.Definitions.Yaml;

namespace Lab.Media.Kickstart;

/// <summary>
/// A kickstart: what Anaconda does without asking. Checked when it is read, against what an installer's version knows
/// (pykickstart's documentation is the reference). Nothing of its text is lost: <see cref="ToString"/> gives it back.
/// </summary>
public sealed record KickstartFile
{
    /// <summary>The versions by the names that people write.</summary>
    public static IReadOnlyDictionary<string, KickstartVersion> Versions { get; } =
        Enum.GetValues<KickstartVersion>().ToDictionary(version => version.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>The full path of its file.</summary>
    public required string File { get; init; }

    /// <summary>Whose installer it is for.</summary>
    public required KickstartVersion Version { get; init; }

    /// <summary>All of it, from top to bottom.</summary>
    public required IReadOnlyList<KickstartEntry> Entries { get; init; }

    /// <summary>Its commands, in their order.</summary>
    public IEnumerable<KickstartCommand> Commands => Entries.OfType<KickstartCommand>();

    /// <summary>Its sections, in their order.</summary>
    public IEnumerable<KickstartSection> Sections => Entries.OfType<KickstartSection>();

    /// <summary>Reads and checks a kickstart.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="version">Whose installer it is for.</param>
    /// <exception cref="DefinitionException">Something is wrong; everything that is, is in it. It tells no password.</exception>
    public static KickstartFile Load(string file, KickstartVersion version)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        var full = Path.GetFullPath(file);
        return Parse(SourceText.Load(full).Text, full, version);
    }

    /// <summary>Checks a kickstart's text.</summary>
    /// <param name="text">All of it.</param>
    /// <param name="file">What to call it when something is wrong.</param>
    /// <param name="version">Whose installer it is for.</param>
    /// <exception cref="DefinitionException">Something is wrong; everything that is, is in it. It tells no password.</exception>
    public static KickstartFile Parse(string text, string file, KickstartVersion version)
    {
        var problems = new Problems(file);
        var entries = new KickstartReader(file, KickstartSyntax.Of(version), problems).Read(text);
        KickstartRules.Check([.. entries.OfType<KickstartCommand>()], KickstartSyntax.Of(version), problems);
        problems.ThrowIfAny();
        return new KickstartFile { File = file, Version = version, Entries = entries };
    }

    /// <summary>The text that it was read from.</summary>
    public override string ToString() => string.Concat(Entries.Select(entry => entry.Text));
}
