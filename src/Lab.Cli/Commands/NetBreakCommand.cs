using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary><c>lab net break</c>.</summary>
internal sealed class NetBreakCommand : LabCommand
{
    private readonly Argument<string[]> _fault = new("FAULT")
    {
        Description = "`partition A B`: they don't hear each other; `block A B`: B does not hear A; `lose 20% A`; `delay 200ms A`. `A,B` means both, `host` this host",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _segment = SegmentChoice.Option();
    private readonly Option<string?> _lab = LabOption();

    public NetBreakCommand()
        : base("break", "Breaks a segment of a lab, until `lab net heal` mends it or the lab is down.", "lab net break partition primary backup", "lab net break lose 20% backup")
    {
        Add(_fault);
        Add(_segment);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        await SegmentControl.BreakAsync(lab.NetworkFolder, await SegmentChoice.FindAsync(line.GetValue(_segment), lab, cancellation), line.GetRequiredValue(_fault), cancellation);
        context.Show(await SegmentChoice.StatusAsync(lab, cancellation), Documents.All.IReadOnlyListSegmentStatus, SegmentView.Write);
        return 0;
    }
}
