using Lab.Definitions;

namespace Lab.Cli.Views;

/// <summary>The document of a command that failed.</summary>
/// <param name="Error">Why.</param>
internal sealed record FailedCommand(CommandError Error);

/// <summary>Why a command failed.</summary>
/// <param name="Kind">The kind of failure, as exit codes have it; <c>defect</c> and <c>interrupted</c> besides.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to do; null where there is nothing to say.</param>
/// <param name="Diagnostics">What is wrong in the user's files.</param>
internal sealed record CommandError(string Kind, string Message, string? Remedy, IReadOnlyList<FileMistake> Diagnostics);

/// <summary>Something wrong in a user's file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Fix">What to write instead.</param>
internal sealed record FileMistake(string File, int Line, int Column, string Message, string Fix);

/// <summary>Tells a failure: for people on the error stream, coloured on a terminal; as JSON where that was asked for.</summary>
/// <param name="error">The error stream.</param>
/// <param name="json">Where the JSON goes; null for people.</param>
internal sealed class FailureView(Screen error, TextWriter? json)
{
    /// <summary>The environment variable that asks for stacks.</summary>
    public const string DebugVariable = "LAB_DEBUG";

    /// <summary>A failure that says itself what to do.</summary>
    public void Write(LabException failure)
    {
        var diagnostics = (failure as DefinitionException)?.Diagnostics ?? [];
        if (json is not null)
        {
            WriteJson(Documents.NameOf(failure.Kind), failure.Message, failure.Remedy, diagnostics);
            return;
        }

        foreach (var diagnostic in diagnostics)
        {
            // As compilers write it, so that editors find the line.
            error.Line($"{diagnostic.Location}: ", new Span($"{diagnostic.Message}.", Tone.Bad), $" {diagnostic.Fix}");
        }

        if (diagnostics.Count == 0)
        {
            error.Line("lab: ", new Span(failure.Message, Tone.Bad));
        }

        if (failure.Remedy is { } remedy)
        {
            error.Line(remedy);
        }

        WriteStack(failure);
    }

    /// <summary>A signal ended the command.</summary>
    public void WriteInterruption(Exception failure)
    {
        const string message = "Interrupted.";
        if (json is not null)
        {
            WriteJson("interrupted", message, remedy: null, []);
            return;
        }

        error.Line("lab: ", new Span(message, Tone.Warning));
        WriteStack(failure);
    }

    /// <summary>Something that was not foreseen.</summary>
    public void WriteDefect(Exception failure)
    {
        var message = $"This is a defect of lab: {failure.GetType().Name}: {failure.Message.ReplaceLineEndings(" ")}";
        const string remedy = $"{DebugVariable}=1 shows where.";
        if (json is not null)
        {
            WriteJson("defect", message, remedy, []);
            return;
        }

        error.Line("lab: ", new Span(message, Tone.Bad), IsDebugging ? string.Empty : $" {remedy}");
        WriteStack(failure);
    }

    private static bool IsDebugging => Environment.GetEnvironmentVariable(DebugVariable) == "1";

    private void WriteStack(Exception failure)
    {
        if (IsDebugging)
        {
            error.Writer.WriteLine(failure);
        }
    }

    private void WriteJson(string kind, string message, string? remedy, IReadOnlyList<Diagnostic> diagnostics) => Documents.Write(
        json!,
        new FailedCommand(new(kind, message, remedy, [.. diagnostics.Select(found => new FileMistake(found.Location.File, found.Location.Line, found.Location.Column, found.Message, found.Fix))])),
        Documents.All.FailedCommand);
}
