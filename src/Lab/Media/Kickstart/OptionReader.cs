using System.Globalization;
using Lab.Definitions.Yaml;

namespace Lab.Media.Kickstart;

/// <summary>
/// Tells options from arguments, as argparse does for the installer. No message repeats a value that may be a secret: only names of
/// options, and choices, which have none.
/// </summary>
internal sealed class OptionReader(Problems problems)
{
    /// <summary>The options and arguments of a command or header whose name is the first word.</summary>
    public (IReadOnlyList<KickstartOption> Options, IReadOnlyList<string> Arguments) Read(CommandSyntax command, IReadOnlyList<KickstartWord> words)
    {
        if (command.Options is null)
        {
            return ([], [.. words.Skip(1).Select(word => word.Value)]);
        }

        var (options, arguments) = (new List<KickstartOption>(), new List<KickstartWord>());
        var line = words[0];
        var meant = new List<string?>();
        for (var index = 1; index < words.Count; index++)
        {
            var word = words[index];
            if (!LooksLikeOption(word.Value))
            {
                arguments.Add(word);
                continue;
            }

            var parts = word.Value.Split('=', 2);
            if (command.Options.FirstOrDefault(option => option.Names.Contains(parts[0], StringComparer.Ordinal)) is not { } known)
            {
                var names = command.Options.SelectMany(option => option.Names).ToList();
                meant.Add(Spelling.Nearest(parts[0], names));
                Report(word, $"`{command.Name}` has no option `{YamlScalar.Excerpt(parts[0])}`", Advice(parts[0], names));
                continue;
            }

            var value = parts.ElementAtOrDefault(1);
            if (value is null && known.Value is not OptionValue.None && index + 1 < words.Count && !LooksLikeOption(words[index + 1].Value) && (known.Value is not OptionValue.Optional || arguments.Count < command.Least))
            {
                value = words[++index].Value;
            }

            CheckValue(command, known, parts[0], word, value);
            options.Add(new KickstartOption(word.Location, known.Names[0], value));
        }

        CheckArguments(command, line, arguments, guessing: meant.Count > 0);
        CheckGroups(command, line, options, meant);
        return (options, [.. arguments.Select(argument => argument.Value)]);
    }

    // A long list helps only where nothing is near.
    private static string Advice(string option, List<string> names) => (Spelling.DidYouMean(option, names), names.Count) switch
    {
        ({ Length: > 0 } meant, _) => meant.TrimEnd(),
        (_, 0) => "It has none.",
        _ => $"Its options are {Spelling.Listed(names)}.",
    };

    // argparse: a word with a blank in it, a lone dash and a negative number are no options.
    private static bool LooksLikeOption(string word) =>
        word.Length > 1 && word[0] == '-' && !word.Split('=', 2)[0].Contains(' ', StringComparison.Ordinal) && !double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private void CheckValue(CommandSyntax command, OptionSyntax option, string name, KickstartWord word, string? value)
    {
        var what = $"`{name}` of `{command.Name}`";
        switch (option.Value)
        {
            case OptionValue.None when value is not null:
                Report(word, $"{what} takes no value", $"Write `{name}` alone.");
                break;
            case OptionValue.Text or OptionValue.Number or OptionValue.Choice when string.IsNullOrEmpty(value):
                Report(word, $"{what} has no value", $"Write `{name}=VALUE`, or remove it.");
                break;
            case OptionValue.Number when !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _):
                Report(word, $"{what} is not a whole number", $"Write `{name}=NUMBER`, without a unit.");
                break;
            case OptionValue.Choice when !option.Choices.Contains(value!, StringComparer.OrdinalIgnoreCase):
                Report(word, $"{what} cannot be `{YamlScalar.Excerpt(value!)}`", $"{Spelling.DidYouMean(value!, option.Choices)}It is one of {Spelling.Listed(option.Choices)}.");
                break;
            default:
                break;
        }
    }

    private void CheckArguments(CommandSyntax command, KickstartWord line, List<KickstartWord> arguments, bool guessing)
    {
        if (arguments.Count < command.Least)
        {
            Report(line, $"`{command.Name}` lacks {Count(command.Least - arguments.Count)}", $"Write {Count(command.Least)} after it.");
        }
        else if (arguments.Count > command.Most && !guessing)
        {
            // A value that belongs to a misspelt option would stand here too.
            Report(arguments[command.Most], command.Most == 0 ? $"`{command.Name}` takes no arguments" : $"`{command.Name}` takes {Count(command.Most)}", "Remove this word; words that belong together stand in quotes.");
        }
    }

    private void CheckGroups(CommandSyntax command, KickstartWord line, List<KickstartOption> options, List<string?> meant)
    {
        foreach (var required in command.Options!.Where(option => option.Required && options.All(given => given.Name != option.Names[0]) && !option.Names.Any(meant.Contains)))
        {
            var name = required.Names[0];
            Report(line, $"`{command.Name}` has no `{name}`", $"Add `{name}{(required.Value == OptionValue.None ? string.Empty : "=VALUE")}`.");
        }

        foreach (var group in command.Groups)
        {
            var given = options.Where(option => group.Options.Contains(option.Name, StringComparer.Ordinal)).DistinctBy(option => option.Name).ToList();
            if (given.Count < group.Least && !group.Options.Any(meant.Contains))
            {
                Report(line, $"`{command.Name}` has none of {Spelling.Listed(group.Options)}", "Give one of them.");
            }
            else if (given.Count > group.Most)
            {
                problems.Add(given[1].Location, $"`{given[1].Name}` of `{command.Name}` cannot be given together with `{given[0].Name}`", "Remove one of the two.");
            }
        }
    }

    private static string Count(int arguments) => arguments == 1 ? "one argument" : $"{arguments} arguments";

    private void Report(KickstartWord word, string message, string fix) => problems.Add(word.Location, message, fix);
}
