using Spectre.Console;

namespace Pipeline;

/// <summary>The world that a pipeline runs in: its streams, its environment, its clock and its checkout.</summary>
internal sealed record PipelineHost
{
    /// <summary>Where the run is told.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where the user's mistakes are told.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal that a person looks at.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>Reads an environment variable.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The checkout's top folder, absolute.</summary>
    public required string Root { get; init; }

    /// <summary>Time for durations.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What is known of the terminal behind <see cref="Out"/>; Spectre finds out by default.</summary>
    public AnsiConsoleSettings Terminal { get; init; } = new();

    /// <summary>The world of this process.</summary>
    public static PipelineHost OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        IsInteractive = !Console.IsOutputRedirected
            && string.IsNullOrEmpty(System.Environment.GetEnvironmentVariable("CI"))
            && System.Environment.GetEnvironmentVariable("TERM") is not "dumb",
        Environment = System.Environment.GetEnvironmentVariable,
        Root = RootAbove(Directory.GetCurrentDirectory()) ?? RootAbove(AppContext.BaseDirectory) ?? Directory.GetCurrentDirectory(),
    };


    private static string? RootAbove(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "build.sh")))
            {
                return at.FullName;
            }
        }

        return null;
    }
}
