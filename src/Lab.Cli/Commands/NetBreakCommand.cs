using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;
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

    private readonly Option<string?> _segment = SegmentOption();
    private readonly Option<string?> _lab = LabOption();

    public NetBreakCommand()
        : base("break", "Breaks a segment of a lab, until `lab net heal` mends it or the lab is down.", "lab net break partition primary backup", "lab net break lose 20% backup")
    {
        Add(_fault);
        Add(_segment);
        Add(_lab);
    }

    /// <summary>The option that names a segment.</summary>
    public static Option<string?> SegmentOption() => new("--segment", "-s") { Description = "The segment [default: the only one]", HelpName = "SEGMENT" };

    /// <summary>The segment that is meant.</summary>
    /// <exception cref="CommandLineMistake">It is not clear which.</exception>
    public static async Task<string> SegmentAsync(string? named, string folder, CancellationToken cancellation)
    {
        var segments = (await SegmentControl.StatusAsync(folder, cancellation)).Select(segment => segment.Name).ToList();
        if (named is null)
        {
            return segments is [var only] ? only : throw new CommandLineMistake("The lab has several segments, and none is named.", $"Name one with `--segment`: {string.Join(", ", segments)}.");
        }

        return segments.Contains(named) ? named : throw new CommandLineMistake($"The lab has no segment {named}.", $"It has: {string.Join(", ", segments)}.");
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var folder = LabInstance.NetworkFolder(context.Home, lab.Up.Name);
        await SegmentControl.BreakAsync(folder, await SegmentAsync(line.GetValue(_segment), folder, cancellation), line.GetRequiredValue(_fault), cancellation);
        context.Show(await SegmentControl.StatusAsync(folder, cancellation), SegmentView.Write);
        return 0;
    }
}
