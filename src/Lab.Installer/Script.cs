using Lab.Definitions;
using Lab.Execution;
using Lab.Media.Installer;
using Lab.Media.Kickstart;

namespace Lab.Installer;

/// <summary>Runs what stands in sections of a kickstart.</summary>
internal static class Script
{
    private const string File = "/tmp/ks-script";
    private static readonly TimeSpan AliveEvery = TimeSpan.FromSeconds(10);

    /// <summary>Runs sections, one after the other.</summary>
    /// <param name="sections">The sections.</param>
    /// <param name="root">The installed system, in which they run unless they say <c>--nochroot</c>; null for the installer itself.</param>
    /// <exception cref="ScriptFailedException">One failed that must not.</exception>
    public static async Task RunAllAsync(IEnumerable<KickstartSection> sections, string? root)
    {
        foreach (var section in sections)
        {
            await RunAsync(section, section.Options.Any(option => option.Name == "--nochroot") ? null : root);
        }
    }

    private static async Task RunAsync(KickstartSection section, string? root)
    {
        string? Option(string name) => section.Options.LastOrDefault(option => option.Name == name)?.Value;
        var interpreter = Option("--interpreter") ?? "/bin/sh";

        await WriteAsync(root + File, section.Body);

        var command = root is null ? new Command(interpreter, File) : new Command("chroot", root, interpreter, File);
        var running = command.RunAsync();
        while (await Task.WhenAny(running, Task.Delay(AliveEvery)) != running)
        {
            Terminal.Say(new InstallAlive());
        }

        var result = await running;
        System.IO.File.Delete(root + File);
        if (Option("--log") is { } log)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(root + log)!);
            await WriteAsync(root + log, result.Output + result.Error);
        }

        if (result.ExitCode != 0 && section.Options.Any(option => option.Name == "--erroronfail"))
        {
            throw new ScriptFailedException(section, result);
        }

        if (result.ExitCode != 0)
        {
            Terminal.Note($"{section.Location}: {section.Name} exited with code {result.ExitCode}; it goes on without --erroronfail.");
        }
    }

    // A script and what it says may hold secrets: nobody else reads them, and nothing of either is shown but the last line of one that fails.
    private static async Task WriteAsync(string file, string text)
    {
        await using var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        await using var writer = new StreamWriter(stream);
        await writer.WriteAsync(text);
    }
}

/// <summary>A script of the kickstart failed, and it says that it must not.</summary>
internal sealed class ScriptFailedException(KickstartSection section, CommandResult result)
    : LabException(FailureKind.Definition, $"{section.Location}: `{section.Name}` exited with code {result.ExitCode}. Its last line: {LastWords.Line(result.Error) ?? LastWords.Line(result.Output) ?? "none"}", "Mend the script, or take its --erroronfail away.");
