using Lab.Definitions;

namespace Lab.Media.Kickstart;

/// <summary>A part of a kickstart. The texts of all of them, one after the other, are the file.</summary>
/// <param name="Location">Where it begins.</param>
/// <param name="Text">Its text as it stands in the file, with its line breaks.</param>
public abstract record KickstartEntry(SourceLocation Location, string Text);

/// <summary>A line that says nothing to the installer: blank, or a comment.</summary>
/// <param name="Location">Where it begins.</param>
/// <param name="Text">Its text.</param>
public sealed record KickstartRemark(SourceLocation Location, string Text) : KickstartEntry(Location, Text);

/// <summary>A line of the command section.</summary>
/// <param name="Location">Where it begins.</param>
/// <param name="Text">Its text.</param>
/// <param name="Name">The command.</param>
/// <param name="Options">Its options, in their order.</param>
/// <param name="Arguments">Its other words, in their order.</param>
public sealed record KickstartCommand(SourceLocation Location, string Text, string Name, IReadOnlyList<KickstartOption> Options, IReadOnlyList<string> Arguments)
    : KickstartEntry(Location, Text)
{
    /// <summary>Whether an option is given, by any of its names.</summary>
    public bool Has(string option) => Options.Any(given => given.Name == option);

    /// <summary>An option's value, the last one where it is given several times; null where it is not given.</summary>
    public string? this[string option] => Options.LastOrDefault(given => given.Name == option)?.Value;
}

/// <summary><c>%include</c> or <c>%ksappend</c>: the installer puts another file in its place.</summary>
/// <param name="Location">Where it begins.</param>
/// <param name="Text">Its text.</param>
/// <param name="Directive">Which of the two.</param>
/// <param name="Target">A path as the installer sees it, or a URL.</param>
public sealed record KickstartInclude(SourceLocation Location, string Text, string Directive, string Target) : KickstartEntry(Location, Text);

/// <summary>A section, from its header to <c>%end</c>.</summary>
/// <param name="Location">Where its header begins.</param>
/// <param name="Text">All of its text.</param>
/// <param name="Name">Its name, as <c>%post</c>.</param>
/// <param name="Options">The header's options, in their order.</param>
/// <param name="Arguments">The header's other words, in their order.</param>
/// <param name="Body">What stands between the header and <c>%end</c>.</param>
public sealed record KickstartSection(SourceLocation Location, string Text, string Name, IReadOnlyList<KickstartOption> Options, IReadOnlyList<string> Arguments, string Body)
    : KickstartEntry(Location, Text);

/// <summary>An option that is given.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="Name">Its name with its dashes; where it has several, the first that the installer's documentation gives.</param>
/// <param name="Value">Its value without quotes; null where it has none.</param>
public sealed record KickstartOption(SourceLocation Location, string Name, string? Value);
