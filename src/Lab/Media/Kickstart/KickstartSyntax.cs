using System.Globalization;
using System.Text.RegularExpressions;

namespace Lab.Media.Kickstart;

/// <summary>What an option takes.</summary>
internal enum OptionValue
{
    None,
    Optional,
    Text,
    Number,
    Choice,
}

/// <summary>An option of a command or of a section's header.</summary>
/// <param name="Names">Its names, the usual one first.</param>
/// <param name="Value">What it takes.</param>
/// <param name="Choices">The values that it may have, where it takes a choice.</param>
/// <param name="Required">Whether it must be given.</param>
internal sealed record OptionSyntax(IReadOnlyList<string> Names, OptionValue Value, IReadOnlyList<string> Choices, bool Required);

/// <summary>Options of which so many must be given.</summary>
/// <param name="Least">How many at least.</param>
/// <param name="Most">How many at most.</param>
/// <param name="Options">Their names.</param>
internal sealed record OptionGroup(int Least, int Most, IReadOnlyList<string> Options);

/// <summary>A command, or a section's header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Repeats">Whether it may be given several times.</param>
/// <param name="Identity">The option, or <c>0</c> for the first argument, in which two of the same command must differ; null where they need not.</param>
/// <param name="Rivals">Of all commands with the same word here, one can be given; null where it has no rivals.</param>
/// <param name="Least">How many arguments it takes at least.</param>
/// <param name="Most">How many at most.</param>
/// <param name="Options">Its options; null where another program reads its words, so that anything goes.</param>
/// <param name="Groups">Options that depend on each other.</param>
internal sealed record CommandSyntax(
    string Name, bool Repeats, string? Identity, string? Rivals, int Least, int Most, IReadOnlyList<OptionSyntax>? Options, IReadOnlyList<OptionGroup> Groups);

/// <summary>What one version of the installer knows. The table is in the other part of this class.</summary>
internal sealed partial class KickstartSyntax
{
    private static readonly IReadOnlyDictionary<KickstartVersion, KickstartSyntax> _all =
        Enum.GetValues<KickstartVersion>().ToDictionary(version => version, version => new KickstartSyntax(version));

    private readonly Dictionary<string, CommandSyntax> _known;

    private KickstartSyntax(KickstartVersion version)
    {
        Version = version;
        _known = Table.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(row => row.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(row => row[1].Contains(Letter(version), StringComparison.Ordinal))
            .SelectMany(row => row[0].Split(',').Select(name => Read(name, row)))
            .ToDictionary(command => command.Name, StringComparer.Ordinal);
    }

    public KickstartVersion Version { get; }

    /// <summary>The commands' names; sections' begin with <c>%</c>.</summary>
    public IEnumerable<string> Names => _known.Keys;

    /// <summary>What a version knows.</summary>
    public static KickstartSyntax Of(KickstartVersion version) => _all[version];

    /// <summary>The versions that know a command.</summary>
    public static IReadOnlyList<KickstartVersion> Knowing(string command) => [.. _all.Values.Where(syntax => syntax._known.ContainsKey(command)).Select(syntax => syntax.Version)];

    /// <summary>What people call a version.</summary>
    public static string NameOf(KickstartVersion version) => version == KickstartVersion.Fedora ? "Fedora" : $"RHEL {version.ToString()[4..]}";

    /// <summary>A command or section; null where this version does not know it.</summary>
    public CommandSyntax? Find(string name) => _known.GetValueOrDefault(name);

    private static char Letter(KickstartVersion version) => "89XF"[(int)version];

    private CommandSyntax Read(string name, string[] row)
    {
        var times = Times().Match(row[2]).Groups;
        var arguments = row[3].Split('-');
        var least = arguments[0] == "any" ? 0 : int.Parse(arguments[0], CultureInfo.InvariantCulture);
        var most = arguments switch
        {
            ["any"] or [_, ""] => int.MaxValue,
            [var only] => int.Parse(only, CultureInfo.InvariantCulture),
            _ => int.Parse(arguments[1], CultureInfo.InvariantCulture),
        };
        return new CommandSyntax(
            name,
            times["count"].Value == "n",
            times["identity"] is { Success: true, Value: var identity } ? identity : null,
            times["rivals"] is { Success: true, Value: var rivals } ? rivals : null,
            least,
            most,
            arguments is ["any"] ? null : [.. row.Skip(4).SelectMany(Shared).Where(cell => cell.StartsWith('-')).Select(Option).OfType<OptionSyntax>()],
            [.. row.Skip(4).Where(cell => cell[0] is '<' or '[' or '{').Select(Group)]);
    }

    private static IEnumerable<string> Shared(string cell) => cell == "LUKS" ? Luks.Split(' ') : [cell];

    private OptionSyntax? Option(string cell)
    {
        var parts = Cell().Match(cell).Groups;
        if (parts["versions"] is { Success: true, Value: var versions } && !versions.Contains(Letter(Version), StringComparison.Ordinal))
        {
            return null;
        }

        var (equals, value) = (parts["equals"].Success, parts["value"].Value);
        return new OptionSyntax(
            parts["names"].Value.Split(','),
            (equals, value) switch
            {
                (false, _) => OptionValue.None,
                (_, "") => OptionValue.Text,
                (_, "#") => OptionValue.Number,
                (_, "?") => OptionValue.Optional,
                _ => OptionValue.Choice,
            },
            value.Contains('|', StringComparison.Ordinal) || char.IsAsciiLetter(value.FirstOrDefault()) ? value.Split('|') : [],
            parts["required"].Success);
    }

    private static OptionGroup Group(string cell) => new(cell[0] == '[' ? 0 : 1, cell[0] == '{' ? int.MaxValue : 1, cell[1..^1].Split('|'));

    [GeneratedRegex(@"\A(?<count>1|n)(:(?<identity>[a-z0-9-]+))?(/(?<rivals>[a-z]+))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Times();

    [GeneratedRegex(@"\A(?<names>[A-Za-z0-9,-]+)(?<equals>=(?<value>[#?]|[a-z0-9|-]*))?(?<required>!)?(@(?<versions>[89XF]+))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Cell();
}
