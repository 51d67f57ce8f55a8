using Spectre.Console;

namespace Pipeline.Tests.Engine;

/// <summary>A world for a pipeline: a checkout's folder, an environment, a clock that stands still, and all that was printed.</summary>
internal sealed class World : IDisposable
{
    private readonly StringWriter _out = new();
    private readonly StringWriter _error = new();

    public string Root { get; } = Directory.CreateTempSubdirectory("pipeline-").FullName;

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public StandingClock Clock { get; } = new();

    public bool IsInteractive { get; init; }

    public IReadOnlyList<Target> Defaults { get; init; } = [];

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public void WriteParameterFile(string json) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(Root, "build")).FullName, "parameters.json"), json);

    public Task<int> RunAsync(PipelineBuild build, params string[] arguments) => RunAsync(build, CancellationToken.None, arguments);

    public Task<int> RunAsync(PipelineBuild build, CancellationToken cancellation, params string[] arguments)
    {
        var host = new PipelineHost
        {
            Out = _out,
            Error = _error,
            IsInteractive = IsInteractive,
            Environment = name => Environment.GetValueOrDefault(name),
            Root = Root,
            Clock = Clock,
            Terminal = new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(_out) },
        };
        return build.ExecuteAsync(arguments, Defaults, host, cancellation);
    }

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}

/// <summary>A clock that moves only when told.</summary>
internal sealed class StandingClock : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public void Advance(TimeSpan time) => _ticks += time.Ticks;
}
