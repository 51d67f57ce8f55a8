using System.Text.Json;
using Lab;
using Lab.Definitions.Yaml;

namespace Pipeline;

/// <summary>Where parameters come from: the command line, else the environment, else a file.</summary>
/// <param name="commandLine">What the user typed.</param>
/// <param name="environment">Reads a variable; null or empty where there is none.</param>
/// <param name="file">A JSON object of parameters by name; it need not exist.</param>
internal sealed class ParameterSources(CommandLine commandLine, Func<string, string?> environment, string file)
{
    /// <summary>Gives the pipeline's own options their values.</summary>
    /// <exception cref="PipelineException">A value isn't of its option's type.</exception>
    public void FillOwn(PipelineBuild build, IReadOnlyList<Parameter> parameters)
    {
        foreach (var option in parameters.Where(parameter => parameter.IsOwn && commandLine.Values.ContainsKey(parameter)))
        {
            option.Set(build, commandLine.Values[option], option.Option);
        }
    }

    /// <summary>Gives the build's parameters their values.</summary>
    /// <exception cref="PipelineException">A value isn't of its parameter's type, or the file can't be read.</exception>
    public void Fill(PipelineBuild build, IReadOnlyList<Parameter> parameters)
    {
        var filed = ReadFile([.. parameters.Where(parameter => !parameter.IsOwn)]);
        foreach (var parameter in parameters.Where(parameter => !parameter.IsOwn))
        {
            if (commandLine.Values.TryGetValue(parameter, out var given))
            {
                parameter.Set(build, given, parameter.Option);
            }
            else if (parameter.Variables.FirstOrDefault(name => !string.IsNullOrEmpty(environment(name))) is { } variable)
            {
                parameter.Set(build, CommandLine.Parts(parameter, environment(variable)!), variable);
            }
            else if (filed.TryGetValue(parameter, out var texts))
            {
                parameter.Set(build, texts, $"{parameter.Name} in {file}");
            }
        }
    }

    private Dictionary<Parameter, IReadOnlyList<string>> ReadFile(IReadOnlyList<Parameter> parameters)
    {
        var values = new Dictionary<Parameter, IReadOnlyList<string>>();
        if (!File.Exists(file))
        {
            return values;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                var parameter = parameters.FirstOrDefault(parameter => string.Equals(parameter.Name, entry.Name, StringComparison.OrdinalIgnoreCase))
                    ?? throw new PipelineException(FailureKind.Definition, $"{file}: there is no parameter `{entry.Name}`.", Spelling.DidYouMean(entry.Name, parameters.Select(known => known.Name)) + "`--help` lists them.");
                values[parameter] = entry.Value.ValueKind == JsonValueKind.Array ? [.. entry.Value.EnumerateArray().Select(Text)] : [Text(entry.Value)];
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new PipelineException(FailureKind.Definition, $"{file} can't be read: {failure.Message}", "It must be a JSON object of parameters by name.");
        }

        return values;
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
}
