using System.Globalization;
using Lab.Hosting;

namespace Lab.Cli.Views;

/// <summary>Segments as a table.</summary>
internal static class SegmentView
{
    public static void Write(IReadOnlyList<SegmentStatus> segments, Screen screen)
    {
        screen.Table(
            ["Segment", "Machine", "Address", "Sent", "Received", "Lost"],
            segments.SelectMany(segment => segment.Ports.Select(port => new Span[]
            {
                segment.Name,
                port.Name,
                port.Address,
                port.Traffic.Sent.ToString(CultureInfo.InvariantCulture),
                port.Traffic.Received.ToString(CultureInfo.InvariantCulture),
                port.Traffic.Lost.ToString(CultureInfo.InvariantCulture),
            })));
        foreach (var (segment, fault) in segments.SelectMany(segment => segment.Faults.Select(fault => (segment.Name, fault))))
        {
            screen.Line($"Broken on {segment}: {fault}");
        }
    }
}
