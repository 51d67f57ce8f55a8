using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Hosting;

namespace Lab.Cli.Labs;

/// <summary>Which segment of a lab a command is about, and how its segments are.</summary>
internal static class SegmentChoice
{
    /// <summary>The option that names it.</summary>
    public static Option<string?> Option() => new("--segment", "-s") { Description = "The segment [default: the only one]", HelpName = "SEGMENT" };

    /// <summary>The one that is meant, of those that the lab has a switch for.</summary>
    /// <param name="named">What the user named; null for the only one.</param>
    /// <param name="lab">The lab.</param>
    /// <param name="cancellation">Gives up asking.</param>
    /// <exception cref="CommandLineMistake">There is none of that name, or it is not clear which; or this host carries it.</exception>
    public static async Task<string> FindAsync(string? named, OpenLab lab, CancellationToken cancellation)
    {
        var network = await lab.NetworkAsync(cancellation);
        return network.Segments.FirstOrDefault(segment => segment.Name == named) is { Carrier: { } carrier }
            ? throw new CommandLineMistake($"Segment {named} is carried by {carrier}: its frames don't pass through Lab.", "`lab net link` pulls a guest's cable to it; tcpdump listens to its bridge.")
            : Find(named, [.. network.Switched.Select(segment => segment.Name)], $"Lab {lab.Up.Name}");
    }

    /// <summary>The one that is meant, of some.</summary>
    /// <param name="named">What the user named; null for the only one.</param>
    /// <param name="segments">Those.</param>
    /// <param name="whose">Whose they are.</param>
    /// <exception cref="CommandLineMistake">There is none of that name, or it is not clear which.</exception>
    public static string Find(string? named, IReadOnlyList<string> segments, string whose) => (named, segments) switch
    {
        (_, []) => throw new CommandLineMistake($"{whose} has no segment.", "A lab's `segments` say what there is."),
        (null, [var only]) => only,
        (null, _) => throw new CommandLineMistake($"{whose} has several segments, and none is named.", $"Name one with `--segment`: {string.Join(", ", segments)}."),
        _ => segments.Contains(named) ? named : throw new CommandLineMistake($"{whose} has no segment {named}.", $"It has: {string.Join(", ", segments)}."),
    };

    /// <summary>How all segments of a lab are: what goes through its switches, and whose cables are pulled.</summary>
    /// <exception cref="HostException">No process has the lab's switches.</exception>
    public static async Task<IReadOnlyList<SegmentStatus>> StatusAsync(OpenLab lab, CancellationToken cancellation)
    {
        var network = await lab.NetworkAsync(cancellation);
        var carried = network.Segments.Where(segment => segment.Carrier is not null).Select(SegmentControl.Status).ToList();
        var all = IsConnected(network) ? [.. await SegmentControl.StatusAsync(lab.NetworkFolder, cancellation), .. carried] : carried;
        var pulled = (await PulledAsync(lab, network, cancellation)).ToLookup(cable => cable.Segment, cable => $"{cable.Guest.Name}'s cable is pulled");
        return [.. all.Select(segment => segment with { Faults = [.. segment.Faults, .. pulled[segment.Name]] })];
    }

    /// <summary>Whether a process of the lab's is to be asked about its segments, rather than that this host is on them as it is: who has none at all is told so there.</summary>
    public static bool IsConnected(LabNetwork network) => network.Switched.Any() || network.Segments.Count == 0;

    /// <summary>The cables that are pulled.</summary>
    public static async Task<IReadOnlyList<(Guests.Guest Guest, string Segment)>> PulledAsync(OpenLab lab, LabNetwork network, CancellationToken cancellation)
    {
        var pulled = new List<(Guests.Guest, string)>();
        var nics = network.Segments.SelectMany(segment => segment.Nics).ToLookup(nic => nic.Guest, nic => nic.Segment);
        foreach (var guest in lab.Instance.Guests)
        {
            foreach (var segment in nics[guest.Name])
            {
                if (!await guest.IsLinkedAsync(segment, cancellation))
                {
                    pulled.Add((guest, segment));
                }
            }
        }

        return pulled;
    }
}
