using Lab.Cli.CommandLine;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Guests;

namespace Lab.Cli.Labs;

/// <summary>Which lab, and which guest of it, a command line means.</summary>
/// <param name="files">The lab files that can be meant.</param>
internal sealed class LabChoice(LabFiles files)
{
    /// <summary>The choice that a process has.</summary>
    public static LabChoice Here => new(new LabFiles(Environment.CurrentDirectory));

    /// <summary>The definition that a word means, read and checked.</summary>
    /// <param name="named">What the user typed; null for the default.</param>
    /// <param name="listUp">Tells the labs that are up; asked only where no file is meant.</param>
    /// <exception cref="CommandLineMistake">There is no such lab.</exception>
    /// <exception cref="DefinitionException">Its file is wrong.</exception>
    public async Task<LabDefinition> DefinitionAsync(string? named, Func<Task<IReadOnlyList<UpLab>>> listUp)
    {
        if (FileOf(named) is { } file)
        {
            return LabDefinition.Load(file);
        }

        var up = await listUp();
        return Find(named, up) is { } lab ? LabDefinition.Load(lab.File) with { Name = lab.Name, Seat = lab.Seat } : throw Unknown(named, up);
    }

    /// <summary>The name of the lab that a word means, up or not.</summary>
    /// <param name="named">What the user typed; null for the default.</param>
    /// <param name="up">The labs that are up.</param>
    /// <exception cref="CommandLineMistake">There is no such lab.</exception>
    /// <exception cref="DefinitionException">It is not up, and its file is wrong.</exception>
    public string Name(string? named, IReadOnlyList<UpLab> up) =>
        (Find(named, up)?.Name ?? (FileOf(named) is { } file ? LabDefinition.Load(file).Name : null)) ?? throw Unknown(named, up);

    /// <summary>The lab that a word means, which is up.</summary>
    /// <param name="named">What the user typed; null for the default.</param>
    /// <param name="up">The labs that are up.</param>
    /// <exception cref="CommandLineMistake">There is no such lab, or it is not up.</exception>
    /// <exception cref="DefinitionException">It is not up, and its file is wrong.</exception>
    public UpLab Up(string? named, IReadOnlyList<UpLab> up)
    {
        var name = Name(named, up);
        return up.FirstOrDefault(lab => lab.Name == name)
            ?? throw new CommandLineMistake($"Lab {name} is not up.", $"`lab up {named ?? "."}` brings it up. {Listed("Labs that are up", up.Select(lab => lab.Name))}".TrimEnd());
    }

    /// <summary>The guest that a word means.</summary>
    /// <param name="lab">The lab's name.</param>
    /// <param name="guests">Its guests' names.</param>
    /// <param name="named">What the user typed; null for the only one.</param>
    /// <exception cref="CommandLineMistake">There is no such guest, or it is not clear which.</exception>
    public static string Guest(string lab, IReadOnlyList<string> guests, string? named) => named switch
    {
        null when guests.Count == 1 => guests[0],
        null => throw new CommandLineMistake($"Lab {lab} has several guests.", $"Name one: {Spelling.Listed(guests)}."),
        _ when guests.Contains(named, StringComparer.Ordinal) => named,
        _ => throw new CommandLineMistake($"Lab {lab} has no guest `{named}`.", $"{Spelling.DidYouMean(named, guests)}It has {Spelling.Listed(guests)}."),
    };

    private static string Listed(string what, IEnumerable<string> names) => names.ToList() is { Count: > 0 } some ? $"{what}: {Spelling.Listed(some)}. " : string.Empty;

    // A lab that is up goes before a file of the same name: it may have been brought up under another name than its file's.
    private UpLab? Find(string? named, IReadOnlyList<UpLab> up)
    {
        if (named is not null && !LabFiles.IsPath(named) && up.FirstOrDefault(lab => lab.Name == named) is { } exact)
        {
            return exact;
        }

        if (FileOf(named) is not { } file)
        {
            return named is null && up.Count == 1 ? up[0] : null;
        }

        // Found by its file, a lab can be chosen even while its file is broken. A seat is only ever meant by its name.
        return up.Where(lab => lab.File == file && lab.Seat is null).ToList() is [var only] ? only : null;
    }

    private string? FileOf(string? named) => named is null ? files.Here : files.Find(named);

    private CommandLineMistake Unknown(string? named, IReadOnlyList<UpLab> up)
    {
        var known = files.Names.Concat(up.Select(lab => lab.Name)).Distinct(StringComparer.Ordinal).ToList();
        var choices = Listed("Labs here", files.Names) + Listed("Labs that are up", up.Select(lab => lab.Name));
        return named is null
            ? new CommandLineMistake(up.Count == 0 ? "No lab is named, there is no lab.yaml here, and no lab is up." : "No lab is named, and several are up.", $"Name a lab. {choices}".TrimEnd())
            : new CommandLineMistake($"There is no lab `{named}`.", $"{Spelling.DidYouMean(named, known)}{(choices.Length > 0 ? choices : "Give the path of its lab.yaml. ")}".TrimEnd());
    }
}
