using Lab;
using Lab.Execution;
using Spectre.Console;

namespace Pipeline;

/// <summary>
/// The base class of a build: targets are its properties of type <see cref="Target"/>, parameters its members with
/// <see cref="ParameterAttribute"/>. NUKE's mental model in small, so that a move to it is a change of base class.
/// </summary>
/// <remarks>
/// Exit codes: 0 all went well, 130 interrupted, otherwise what the first failed target threw decides: a <see cref="LabException"/>
/// by its <see cref="FailureKind"/>, anything else 1. A mistake of the user's or of the build's definition is 2, with one line and nothing run.
/// </remarks>
public abstract class PipelineBuild
{
    private Action<string> _writeLine = _ => { };

    [Parameter("Print this")]
    internal bool Help { get; set; }

    [Parameter("Print what would run, in order, and why; run nothing")]
    internal bool Plan { get; set; }

    [Parameter("Skip these targets; without names all that weren't asked for")]
    internal string[]? Skip { get; set; }

    [Parameter("Run these targets; the same as naming them alone")]
    internal string[] Target { get; set; } = [];

    /// <summary>The checkout's top folder, absolute.</summary>
    protected string RootDirectory { get; private set; } = Directory.GetCurrentDirectory();

    /// <summary>Where long work inside a target says how far it is.</summary>
    protected IProgressSink Progress { get; private set; } = SilentProgress.Instance;

    /// <summary>The last line of all output, after the summary, for whoever reads only that; null for none.</summary>
    protected virtual string? ClosingLine => null;

    /// <summary>Runs a build as its program's <c>Main</c>.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="defaults">The targets that run where the user names none.</param>
    /// <returns>The exit code.</returns>
    protected static async Task<int> Execute<T>(string[] args, params Func<T, Target>[] defaults)
        where T : PipelineBuild, new()
    {
        using var interruption = new Interruption();
        var build = new T();
        return await build.ExecuteAsync(args, [.. defaults.Select(target => target(build))], PipelineHost.OfProcess(), interruption.Token);
    }

    /// <summary>Runs a build in a given world.</summary>
    /// <returns>The exit code.</returns>
    internal async Task<int> ExecuteAsync(IReadOnlyList<string> arguments, IReadOnlyList<Target> defaults, PipelineHost host, CancellationToken cancellation)
    {
        RootDirectory = host.Root;
        try
        {
            var (parameters, graph) = (Parameter.Of(this), TargetGraph.Of(this));
            var commandLine = CommandLine.Parse(arguments, parameters);
            var sources = new ParameterSources(commandLine, host.Environment, Path.Combine(host.Root, "build", "parameters.json"));
            sources.FillOwn(this, parameters);
            var usual = defaults.Select(target => graph.Find(target, "The default")).ToList();
            var asked = commandLine.Targets.Concat(Target).Select(graph.Find).ToList();
            if (Help || asked.Count + usual.Count == 0)
            {
                host.Out.Write(Report.Help(this, graph, parameters, usual));
                return 0;
            }

            sources.Fill(this, parameters);
            var plan = ExecutionPlan.Of(graph, asked.Count > 0 ? asked : usual, Skip?.Select(graph.Find).ToList());
            if (Plan)
            {
                host.Out.Write(Report.Plan(plan));
                return 0;
            }

            plan.CheckRequirements(parameters);
            return await RunAsync(plan, host, cancellation);
        }
        catch (LabException mistake)
        {
            host.Error.WriteLine(mistake.Remedy is { } remedy ? $"{mistake.Message} {remedy}" : mistake.Message);
            return (int)mistake.Kind;
        }
        catch (Exception defect)
        {
            host.Error.WriteLine(defect);
            return 1;
        }
    }

    /// <summary>Prints a line without tearing the progress that a terminal shows.</summary>
    protected void WriteLine(string line) => _writeLine(line);

    private async Task<int> RunAsync(ExecutionPlan plan, PipelineHost host, CancellationToken cancellation)
    {
        IReadOnlyList<TargetOutcome> outcomes;
        var started = host.Clock.GetTimestamp();
        using (var console = new ConsoleProgress(host.Out, host.IsInteractive, host.Clock))
        {
            (Progress, _writeLine) = (console, console.WriteLine);
            outcomes = await new PlanRunner(plan, console, new Palette(host.IsInteractive), host.Clock).RunAsync(cancellation);
        }

        var total = host.Clock.GetElapsedTime(started);
        host.Out.WriteLine();
        if (host.IsInteractive)
        {
            Report.Summary(outcomes, total, AnsiConsole.Create(host.Terminal));
        }
        else
        {
            host.Out.Write(Report.Summary(outcomes, total));
        }

        if (ClosingLine is { } closing)
        {
            host.Out.WriteLine(closing);
        }

        var failure = outcomes.FirstOrDefault(outcome => outcome.Status == TargetStatus.Failed)?.Failure;
        return Report.Verdict(outcomes) switch
        {
            TargetStatus.Succeeded => 0,
            TargetStatus.Aborted => Interruption.ExitCode,
            _ => failure is LabException known ? (int)known.Kind : 1,
        };
    }
}
