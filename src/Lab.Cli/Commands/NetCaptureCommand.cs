using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary><c>lab net capture</c>.</summary>
internal sealed class NetCaptureCommand : LabCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "Where to, for tcpdump or Wireshark; `-` for standard output" };
    private readonly Option<string?> _segment = SegmentChoice.Option();
    private readonly Option<string?> _lab = LabOption();

    public NetCaptureCommand()
        : base("capture", "Copies every frame that is sent on a segment to a file, lost ones too, until it is told to end.", "lab net capture edge.pcap", "lab net capture - | tcpdump -r -")
    {
        Add(_file);
        Add(_segment);
        Add(_lab);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var segment = await SegmentChoice.FindAsync(line.GetValue(_segment), lab, cancellation);
        var file = line.GetRequiredValue(_file);
        await using var stream = file == "-" ? Console.OpenStandardOutput() : File.Create(file);
        context.Remark($"Capturing {segment}.");
        try
        {
            await SegmentControl.CaptureAsync(lab.NetworkFolder, segment, stream, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Being told to end is how it ends well.
        }

        return 0;
    }
}
