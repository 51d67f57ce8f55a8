using System.Text.RegularExpressions;
using Lab.Cli.CommandLine;

namespace Lab.Cli.Labs;

/// <summary>The rule for names of labs, which lab files follow too, and of checkpoints.</summary>
internal static partial class LabName
{
    /// <summary>Checks a name that the user typed.</summary>
    /// <param name="name">The name.</param>
    /// <param name="of">What it names, for the message.</param>
    /// <exception cref="CommandLineMistake">It is none.</exception>
    public static string Check(string name, string of = "a lab") => Rule().IsMatch(name)
        ? name
        : throw new CommandLineMistake($"`{name}` is no name for {of}.", "Use a lower-case letter, then lower-case letters, digits and `-`, 31 at most.");

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,30}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Rule();
}
