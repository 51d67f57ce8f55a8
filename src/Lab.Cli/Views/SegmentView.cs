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
                Count(port.Traffic?.Sent),
                Count(port.Traffic?.Received),
                Count(port.Traffic?.Lost),
            })));
        foreach (var segment in segments.Where(segment => segment.Carrier is not null))
        {
            screen.Line($"{segment.Name} is carried by {segment.Carrier}.");
        }

        foreach (var (segment, fault) in segments.SelectMany(segment => segment.Faults.Select(fault => (segment.Name, fault))))
        {
            screen.Line($"Broken on {segment}: {fault}");
        }
    }

    private static string Count(long? frames) => frames?.ToString(CultureInfo.InvariantCulture) ?? string.Empty;
}
