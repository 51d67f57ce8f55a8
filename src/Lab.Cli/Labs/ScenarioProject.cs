using Lab.Cli.CommandLine;
using Lab.Execution;
using Lab.State;

namespace Lab.Cli.Labs;

/// <summary>The project that compiles the scenarios of all labs in a folder.</summary>
/// <param name="file">The project file.</param>
internal sealed class ScenarioProject(string file)
{
    /// <summary>Its file's name.</summary>
    public const string FileName = "Labs.csproj";

    /// <summary>The environment variable that says where a run's report goes.</summary>
    public const string ReportVariable = "LAB_REPORT_DIR";

    /// <summary>The environment variable that says which faults a run replays.</summary>
    public const string SeedVariable = "LAB_SEED";

    /// <summary>The folder that holds the labs' folder: a checkout's top.</summary>
    public string Root => Path.GetDirectoryName(Path.GetDirectoryName(file))!;

    /// <summary>The project that a lab's folder belongs to; null where there is none.</summary>
    public static ScenarioProject? Above(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, FileName)))
            {
                return new ScenarioProject(Path.Combine(at, FileName));
            }
        }

        return null;
    }

    /// <summary>Compiles it.</summary>
    /// <exception cref="CommandLineMistake">It does not compile; the errors are in the message.</exception>
    public async Task<ScenarioProgram> BuildAsync(IProgressSink progress, CancellationToken cancellation)
    {
        // The pipeline, and `./lab`, lock the same file while they compile in this checkout.
        var lockFile = Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "build", "obj")).FullName, "build.lock");
        using var guard = await FileLock.TakeAsync(lockFile, () => progress.Begin("wait for another build in this checkout").Done(), cancellation);
        using var activity = progress.Begin("compile the scenarios");
        var build = new Command("dotnet", "build", file, "-target:Build", "-restore", "-getProperty:TargetPath", "--nologo", "--verbosity", "quiet")
            .WithEnvironment("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
            .WithEnvironment("DOTNET_NOLOGO", "1")
            // A compiler that stays behind would outlive this command.
            .WithEnvironment("MSBUILDDISABLENODEREUSE", "1")
            .WithEnvironment("UseSharedCompilation", "false");
        var result = await build.RunAsync(cancellation);
        // MSBuild's form: PLACE: error CODE: MESSAGE [PROJECT], once a target framework and more.
        var errors = $"{result.Error}\n{result.Output}".Split('\n')
            .Where(line => line.Contains(": error ", StringComparison.Ordinal))
            .Select(line => line.Split(" [")[0].Trim())
            .Distinct(StringComparer.Ordinal)
            .ToList();
        if (result.ExitCode != 0)
        {
            throw errors.Count > 0
                ? new CommandLineMistake($"The scenarios do not compile:\n{string.Join('\n', errors)}")
                : new HostCommandFailedException(build, result);
        }

        activity.Done();
        return new ScenarioProgram(result.Output.Trim());
    }
}

/// <summary>The compiled scenarios: an NUnit program on Microsoft.Testing.Platform.</summary>
/// <param name="file">The program.</param>
internal sealed class ScenarioProgram(string file)
{
    // The platform's exit codes: https://learn.microsoft.com/dotnet/core/testing/microsoft-testing-platform-exit-codes

    /// <summary>Every test passed.</summary>
    public const int AllPassed = 0;

    /// <summary>A test failed.</summary>
    public const int SomeFailed = 2;

    /// <summary>No test matched.</summary>
    public const int NoneRan = 8;

    /// <summary>The command that runs a lab's scenarios.</summary>
    /// <param name="lab">The lab; its fixtures carry its name as their category.</param>
    /// <param name="filter">Which of them, in VSTest's filter language; null for all.</param>
    /// <param name="toError">Whether what it prints goes to standard error.</param>
    public Command Run(string lab, string? filter, bool toError)
    {
        string[] run = ["dotnet", file, "--output", "Detailed", "--show-stdout", "Failed", "--show-stderr", "Failed", "--filter", filter is null ? $"TestCategory={lab}" : $"(TestCategory={lab})&({filter})"];
        return toError ? new Command("sh", ["-c", "exec \"$@\" >&2", "sh", .. run]) : new Command(run[0], run[1..]);
    }
}
