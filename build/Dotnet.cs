using Lab.Execution;
using Pipeline;

namespace Lab.Building;

/// <summary>The .NET SDK's own commands.</summary>
internal static class Dotnet
{
    /// <summary>Runs one in a checkout.</summary>
    /// <param name="root">The checkout's top folder.</param>
    /// <param name="arguments">The verb, what it is for, and its options.</param>
    /// <param name="kind">Whose failure it is where it reports errors.</param>
    /// <param name="activity">Told of each project that is done.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <exception cref="PipelineException">It reported errors; the message holds them.</exception>
    /// <exception cref="HostCommandFailedException">It failed without reporting an error.</exception>
    public static async Task RunAsync(string root, IReadOnlyList<string> arguments, FailureKind kind, IActivity activity, CancellationToken cancellation)
    {
        var command = new Command("dotnet", [.. arguments, "--nologo", "--verbosity", "minimal", "-consoleLoggerParameters:NoSummary"])
            .In(root)
            .WithLines(Line);
        var result = await command.RunAsync(cancellation);
        if (result.ExitCode == 0)
        {
            return;
        }

        var errors = ErrorsIn(result.Output, root);
        throw errors.Count == 0
            ? new HostCommandFailedException(command, result)
            : new PipelineException(kind, $"`dotnet {arguments[0]} {arguments[1]}` reported errors:\n{string.Join('\n', errors)}");

        void Line(string line)
        {
            if (line.Split(" -> ") is [var project, _])
            {
                activity.Report(project);
            }
        }
    }

    /// <summary>MSBuild's error lines, once each, relative to the checkout and without the project that they end in.</summary>
    public static IReadOnlyList<string> ErrorsIn(string output, string root) =>
    [
        .. output.Split('\n')
            .Where(line => line.Contains(": error ", StringComparison.Ordinal))
            .Select(line => line.Trim().Replace(root + Path.DirectorySeparatorChar, string.Empty, StringComparison.Ordinal))
            .Select(line => line.EndsWith(".csproj]", StringComparison.Ordinal) ? line[..line.LastIndexOf(" [", StringComparison.Ordinal)] : line)
            .Distinct(StringComparer.Ordinal),
    ];
}
