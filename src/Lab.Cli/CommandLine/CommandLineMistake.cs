using System.CommandLine;
using Lab.Definitions.Yaml;

namespace Lab.Cli.CommandLine;

/// <summary>The user typed something that can't be meant.</summary>
/// <param name="message">What it is.</param>
/// <param name="remedy">What to type instead.</param>
internal sealed class CommandLineMistake(string message, string? remedy = null) : LabException(FailureKind.Definition, message, remedy)
{
    /// <summary>Throws the first mistake of a command line, if it has one.</summary>
    /// <param name="line">The command line.</param>
    /// <param name="trailing">What followed <c>--</c>; null where there was no <c>--</c>.</param>
    public static void ThrowIfAny(ParseResult line, IReadOnlyList<string>? trailing)
    {
        var command = line.CommandResult.Command;
        var name = NameOf(command);

        // The parser takes an option that it does not know for the value of an argument.
        var values = command.Arguments.SelectMany(argument => line.GetResult(argument)?.Tokens ?? []).Select(token => token.Value).Where(value => value.StartsWith('-'));
        if (values.Concat(line.UnmatchedTokens).FirstOrDefault() is { } word)
        {
            throw Unknown(word, command, name);
        }

        // A group of commands by itself is answered with its help.
        if (command is LabCommand && line.Errors is [var error, ..])
        {
            throw new CommandLineMistake(error.Message, $"`{name} --help` shows how it is used.");
        }

        if (trailing is not null && command is not LabCommand { Trailing: not null })
        {
            throw new CommandLineMistake($"`{name}` takes nothing after `--`.", $"`{name} --help` shows how it is used.");
        }
    }

    private static CommandLineMistake Unknown(string word, Command command, string name)
    {
        var all = $"`{name} --help` lists them.";
        if (word.StartsWith('-'))
        {
            var options = command.Options.Concat(Ancestors(command).SelectMany(parent => parent.Options).Where(option => option.Recursive));
            var mine = options.SelectMany(option => option.Aliases.Prepend(option.Name)).Where(option => option.StartsWith("--", StringComparison.Ordinal));
            return new CommandLineMistake($"`{name}` has no option `{word}`.", Spelling.DidYouMean(word.Split('=')[0], mine) + all);
        }

        return command.Subcommands.Count > 0
            ? new CommandLineMistake($"`{name}` has no command `{word}`.", Spelling.DidYouMean(word, command.Subcommands.Select(known => known.Name)) + all)
            : new CommandLineMistake($"`{word}` is one word too many for `{name}`.", $"`{name} --help` shows how it is used.");
    }

    private static string NameOf(Command command) =>
        string.Join(' ', Ancestors(command).Reverse().Append(command).Select(part => part is RootCommand ? "lab" : part.Name));

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return parent;
        }
    }
}
