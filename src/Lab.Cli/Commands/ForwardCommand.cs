using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary><c>lab forward</c>.</summary>
internal sealed partial class ForwardCommand : LabCommand
{
    private readonly Argument<string> _ports = new("PORT:ADDRESS:PORT") { Description = "The port of this host's loopback, and an address on a segment, or a name, with the port there" };
    private readonly Option<string?> _lab = LabOption();

    public ForwardCommand()
        : base("forward", "Leads a port of this host's loopback to any address on the lab's segments, until it is told to end.", "lab forward 8080:192.168.100.100:8080", "lab forward 8080:vip:8080")
    {
        Add(_ports);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var match = Ports().Match(line.GetRequiredValue(_ports));
        if (!match.Success || Port(match, "from") is not { } from || Port(match, "to") is not { } to)
        {
            throw new CommandLineMistake($"`{line.GetRequiredValue(_ports)}` is not PORT:ADDRESS:PORT.", "Write it as in `8080:192.168.100.100:8080`.");
        }

        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var address = match.Groups["address"].Value;
        try
        {
            var folder = SegmentChoice.IsConnected(await lab.NetworkAsync(cancellation)) ? lab.NetworkFolder : null;
            await SegmentHost.ForwardAsync(folder, from, address, to, () => context.Remark($"http://127.0.0.1:{from} leads to {address}:{to}."), cancellation);
        }
        catch (OperationCanceledException)
        {
            // Being told to end is how it ends well.
        }

        return 0;
    }

    private static int? Port(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) is > 0 and < 65536 and var port ? port : null;

    [GeneratedRegex(@"\A(?<from>[0-9]{1,5}):(?<address>[a-z0-9.-]+):(?<to>[0-9]{1,5})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Ports();
}
