using Lab;
using Lab.Definitions.Yaml;

namespace Pipeline;

/// <summary>What the user typed.</summary>
/// <param name="Targets">The words that are no option's, in order.</param>
/// <param name="Values">The options' texts.</param>
internal sealed record CommandLine(IReadOnlyList<string> Targets, IReadOnlyDictionary<Parameter, IReadOnlyList<string>> Values)
{
    /// <summary>Reads a command line.</summary>
    /// <exception cref="PipelineException">It holds an option that isn't there, or lacks a value.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments, IReadOnlyList<Parameter> parameters)
    {
        var (targets, values, rest) = (new List<string>(), new Dictionary<Parameter, IReadOnlyList<string>>(), new Queue<string>(arguments));
        while (rest.TryDequeue(out var word))
        {
            if (!word.StartsWith('-'))
            {
                targets.AddRange(Split(word));
                continue;
            }

            var (option, attached) = word.Split('=', 2) is [var name, var value] ? (name, value) : (word is "-h" or "-?" ? "--help" : word, null);
            var parameter = parameters.FirstOrDefault(parameter => parameter.Option == option)
                ?? throw new PipelineException(FailureKind.Definition, $"There is no option `{option}`.", Spelling.DidYouMean(option, parameters.Select(known => known.Option)) + "`--help` lists them.");
            values[parameter] = attached is not null ? Parts(parameter, attached)
                : parameter.IsList ? [.. values.GetValueOrDefault(parameter, []), .. Words(rest).SelectMany(Split)]
                : parameter.IsFlag ? [rest.TryPeek(out var next) && bool.TryParse(next, out _) ? rest.Dequeue() : "true"]
                : rest.TryPeek(out var given) && !IsOption(given) ? [rest.Dequeue()]
                : throw new PipelineException(FailureKind.Definition, $"{option} lacks its value.", $"Write `{option} {parameter.Placeholder}`.");
        }

        return new CommandLine(targets, values);
    }

    /// <summary>A text as a parameter's texts: one, or those between commas for a list.</summary>
    public static string[] Parts(Parameter parameter, string text) => parameter.IsList ? Split(text) : [text];

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsOption(string word) => word.StartsWith("--", StringComparison.Ordinal);

    private static IEnumerable<string> Words(Queue<string> rest)
    {
        while (rest.TryPeek(out var word) && !IsOption(word))
        {
            yield return rest.Dequeue();
        }
    }
}
