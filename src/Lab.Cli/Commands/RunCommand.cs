using System.CommandLine;
using System.Globalization;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;

namespace Lab.Cli.Commands;

/// <summary>What came of a lab's scenarios.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Passed">Whether every scenario did.</param>
/// <param name="Report">The folder of the report.</param>
internal sealed record ScenarioRun(string Lab, bool Passed, string Report);

/// <summary><c>lab run</c>.</summary>
internal sealed class RunCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();

    private readonly Option<string?> _filter = new("--filter")
    {
        Description = "Only the scenarios that match: a part of their names, or a filter such as 'Name~Rollback&TestCategory!=Slow'",
        HelpName = "X",
    };

    private readonly Option<int?> _seed = NumberOption.Create("--seed", "Replay the faults of the run that reported this seed");

    public RunCommand()
        : base("run", "Runs a lab's scenarios against an instance of its own, and writes a report.", "lab run atomic-host", "lab run atomic-host --filter upgraded")
    {
        Add(_lab);
        Add(_filter);
        Add(_seed);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var lab = await LabChoice.Here.DefinitionAsync(line.GetValue(_lab), () => context.ListUpAsync(cancellation));
        var scenarios = ScenarioProject.Above(lab.Folder) ?? throw None(lab);
        var program = await scenarios.BuildAsync(context.Progress, cancellation);
        var report = Path.GetFullPath(Environment.GetEnvironmentVariable(ScenarioProject.ReportVariable) is { Length: > 0 } folder ? folder : Path.Combine(scenarios.Root, "output", lab.Name));
        var run = program.Run(lab.Name, line.GetValue(_filter), toError: context.Json)
            .WithEnvironment(ScenarioProject.ReportVariable, report)
            .WithEnvironment(ScenarioProject.SeedVariable, line.GetValue(_seed)?.ToString(CultureInfo.InvariantCulture) ?? Environment.GetEnvironmentVariable(ScenarioProject.SeedVariable));
        var passed = await ForegroundProcess.RunAsync(run, cancellation) switch
        {
            ScenarioProgram.AllPassed => true,
            ScenarioProgram.SomeFailed => false,
            ScenarioProgram.NoneRan => throw None(lab),
            var code => throw new HostException($"The scenarios of lab {lab.Name} ended with code {code} before all were judged.", "What they printed says why."),
        };
        context.Show(new ScenarioRun(lab.Name, passed, report), Documents.All.ScenarioRun, (outcome, screen) => screen.Line(
            outcome.Passed ? new Span($"Lab {outcome.Lab} passed.", Tone.Good) : new Span($"Lab {outcome.Lab} failed.", Tone.Bad),
            $" The report is in {outcome.Report}."));
        return passed ? 0 : (int)FailureKind.Product;
    }

    private static CommandLineMistake None(LabDefinition lab) =>
        new($"Lab {lab.Name} has no scenarios, or none that match.", $"They are test fixtures with [Category(\"{lab.Name}\")], in the lab's folder, compiled by {ScenarioProject.FileName} beside it.");
}
