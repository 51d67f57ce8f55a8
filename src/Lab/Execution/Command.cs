using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Lab.Execution;

/// <summary>What a finished host command left behind.</summary>
/// <param name="ExitCode">The exit code; 128 + n after signal n, as a shell reports it.</param>
/// <param name="Output">Standard output, whole.</param>
/// <param name="Error">Standard error, whole.</param>
/// <param name="Duration">Wall-clock time from start to exit.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error, TimeSpan Duration);

/// <summary>A host program ended with a code that its caller did not accept. The message holds the exact command and its last output.</summary>
public sealed class HostCommandFailedException(Command command, CommandResult result, string? remedy = null)
    : LabException(FailureKind.Infrastructure, $"`{command}` exited with code {result.ExitCode}.{LastWords.Of(result.Error, result.Output)}", remedy)
{
    /// <summary>The command as it was run.</summary>
    public Command Command { get; } = command;

    /// <summary>What it left behind.</summary>
    public CommandResult Result { get; } = result;
}

/// <summary>
/// A host program and its arguments, never a shell line. Immutable: every <c>With…</c> returns a copy.
/// Cancelling kills the whole process tree, and so does this process's own death, however it dies; what has made itself a daemon goes on.
/// </summary>
public sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>ENOENT (errno(3)).</summary>
    private const int NoSuchFile = 2;

    /// <summary>Where programs are looked for: <c>PATH</c>, and the administrator's folders, which are missing from Debian's default for users.</summary>
    public static IReadOnlyList<string> SearchFolders { get; } =
        [.. (System.Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(["/usr/local/sbin", "/usr/sbin", "/sbin"]).Distinct(StringComparer.Ordinal)];

    /// <summary>The folder it runs in; the caller's by default.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables added to the caller's environment; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>What standard input reads: a delegate that writes it. Empty by default.</summary>
    public Func<Stream, CancellationToken, Task>? Input { get; init; }

    /// <summary>Whether standard input, once it is written, stays open until the program has ended. False by default.</summary>
    public bool HoldsInput { get; init; }

    /// <summary>Where standard output goes as bytes instead of <see cref="CommandResult.Output"/>; null keeps it as text.</summary>
    public Func<Stream, CancellationToken, Task>? OutputSink { get; init; }

    /// <summary>Told of each line of standard output and error as it comes, for progress.</summary>
    public Action<string>? Line { get; init; }

    /// <summary>
    /// Whether it stays in the caller's session: it may ask its user at the terminal, as sudo(8) does, and outlives the caller.
    /// False by default.
    /// </summary>
    public bool SharesSession { get; init; }

    /// <summary>A copy that runs in <paramref name="directory"/>.</summary>
    public Command In(string directory) => this with { WorkingDirectory = directory };

    /// <summary>A copy with one more environment variable.</summary>
    public Command WithEnvironment(string name, string? value) =>
        this with { Environment = new Dictionary<string, string?>(Environment, StringComparer.Ordinal) { [name] = value } };

    /// <summary>A copy that reads <paramref name="text"/> (UTF-8) as standard input.</summary>
    public Command WithInput(string text) =>
        this with { Input = async (stream, cancellation) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation) };

    /// <summary>A copy whose standard input is written by <paramref name="write"/>.</summary>
    public Command WithInput(Func<Stream, CancellationToken, Task> write) => this with { Input = write };

    /// <summary>A copy whose standard input stays open until the program has ended, so that its end means that nobody waits for the program any more.</summary>
    public Command HoldingInput() => this with { HoldsInput = true };

    /// <summary>A copy whose standard output is read as bytes by <paramref name="read"/>.</summary>
    public Command WithOutputTo(Func<Stream, CancellationToken, Task> read) => this with { OutputSink = read };

    /// <summary>A copy that tells <paramref name="line"/> of every line of output and error.</summary>
    public Command WithLines(Action<string> line) => this with { Line = line };

    /// <summary>A copy that stays in the caller's session.</summary>
    public Command InSession() => this with { SharesSession = true };

    /// <summary>Runs the program and returns what it left, whatever its exit code.</summary>
    /// <exception cref="HostException">The program could not be started.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the process tree was killed first.</exception>
    public async Task<CommandResult> RunAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var started = Stopwatch.GetTimestamp();
        using var process = Start();
        using var watched = SharesSession ? null : Reaper.Watch(process.Id);
        await using var kill = cancellation.Register(() => Kill(process));
        var input = WriteInputAsync(process, cancellation);
        var error = ReadTextAsync(process.StandardError, cancellation);
        var output = OutputSink is null
            ? ReadTextAsync(process.StandardOutput, cancellation)
            : DrainAsync(process.StandardOutput.BaseStream, OutputSink, cancellation);
        await Task.WhenAll(OrKillAsync(process, input), OrKillAsync(process, output), OrKillAsync(process, error));
        await process.WaitForExitAsync(cancellation);
        return new CommandResult(process.ExitCode, await output, await error, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Runs the program and returns its output.</summary>
    /// <exception cref="HostCommandFailedException">It exited with another code than 0.</exception>
    /// <exception cref="HostException">The program could not be started.</exception>
    public async Task<string> SucceedAsync(CancellationToken cancellation = default)
    {
        var result = await RunAsync(cancellation);
        return result.ExitCode == 0 ? result.Output : throw new HostCommandFailedException(this, result);
    }

    /// <summary>The command as one would type it.</summary>
    public override string ToString() => string.Join(' ', Arguments.Prepend(Program).Select(Quote));

    /// <summary>An argument quoted for a POSIX shell, only where it must be.</summary>
    public static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@%+".Contains(c, StringComparison.Ordinal))
            ? argument
            : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private Process Start()
    {
        // setsid(1) becomes the program, under the same process id.
        var start = new ProcessStartInfo(SharesSession ? Program : "setsid", SharesSession ? Arguments : [Program, .. Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = WorkingDirectory ?? string.Empty,
        };
        // Tools are parsed here, so they must not speak the user's language.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["PATH"] = string.Join(Path.PathSeparator, SearchFolders);
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            // setsid(1) would say it with an exit code, which could as well be the program's own.
            return File is not null ? Process.Start(start)! : throw new Win32Exception(NoSuchFile);
        }
        catch (Win32Exception failure)
        {
            throw new HostException($"`{Program}` could not be started: {failure.Message}.", "`lab doctor` says which package holds it.", failure);
        }
    }

    /// <summary>Where the program is; null where it is missing.</summary>
    public string? File =>
        (Program.Contains('/', StringComparison.Ordinal) ? [WorkingDirectory ?? string.Empty] : Environment.GetValueOrDefault("PATH")?.Split(Path.PathSeparator) ?? SearchFolders)
        .Select(folder => Path.Combine(folder, Program))
        .FirstOrDefault(System.IO.File.Exists);

    private async Task WriteInputAsync(Process process, CancellationToken cancellation)
    {
        try
        {
            if (Input is not null)
            {
                await Input(process.StandardInput.BaseStream, cancellation);
            }

            if (HoldsInput)
            {
                await process.WaitForExitAsync(cancellation);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program closed its input early; its exit code and error say why.
        }
    }

    private async Task<string> ReadTextAsync(StreamReader reader, CancellationToken cancellation)
    {
        if (Line is null)
        {
            return await reader.ReadToEndAsync(cancellation);
        }

        var text = new StringBuilder();
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            text.Append(line).Append('\n');
            Line(line);
        }

        return text.ToString();
    }

    private static async Task<string> DrainAsync(Stream stream, Func<Stream, CancellationToken, Task> sink, CancellationToken cancellation)
    {
        await sink(stream, cancellation);
        return string.Empty;
    }

    // A delegate that failed would leave the program waiting at its pipe for ever, and us at the other two.
    private static async Task OrKillAsync(Process process, Task work)
    {
        try
        {
            await work;
        }
        catch
        {
            Kill(process);
            throw;
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // Already gone.
        }
    }
}
