using System.Globalization;

namespace Lab.Hosting;

/// <summary>What is wrong with some links of a segment. Each goes from one port to another: the way back is a link of its own.</summary>
/// <param name="Name">What it is, for people: <c>partition primary | backup</c>.</param>
/// <param name="Links">The links.</param>
/// <param name="Loss">The share of frames that are lost, 0 to 1.</param>
/// <param name="Delay">How much later frames arrive.</param>
public sealed record SegmentFault(string Name, IReadOnlyList<SegmentLink> Links, double Loss, TimeSpan Delay)
{
    /// <summary>Nothing goes from some ports to others; the way back stays open.</summary>
    public static SegmentFault Block(IReadOnlyList<string> from, IReadOnlyList<string> to) =>
        new($"block {Listed(from)} > {Listed(to)}", Between(from, to), Loss: 1, TimeSpan.Zero);

    /// <summary>Groups of ports hear nothing of each other. A port in none of them hears all.</summary>
    public static SegmentFault Partition(params IReadOnlyList<IReadOnlyList<string>> groups) => new(
        $"partition {string.Join(" | ", groups.Select(Listed))}",
        [.. groups.SelectMany(group => groups.Where(other => other != group).SelectMany(other => Between(group, other)))],
        Loss: 1,
        TimeSpan.Zero);

    /// <summary>Frames of some ports are lost by chance, whoever they are for.</summary>
    /// <param name="ports">The ports, which lose what they send and what is sent to them.</param>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="all">Everybody on the segment.</param>
    public static SegmentFault Lossy(IReadOnlyList<string> ports, double share, IReadOnlyList<string> all) =>
        new(FormattableString.Invariant($"lose {share:P0} of {Listed(ports)}"), BothWays(ports, all), share, TimeSpan.Zero);

    /// <summary>Frames of some ports arrive late, whoever they are for.</summary>
    /// <param name="ports">The ports, of which both ways are slow.</param>
    /// <param name="delay">How late, one way.</param>
    /// <param name="all">Everybody on the segment.</param>
    public static SegmentFault Slow(IReadOnlyList<string> ports, TimeSpan delay, IReadOnlyList<string> all) =>
        new(FormattableString.Invariant($"delay {Listed(ports)} by {delay.TotalMilliseconds:0} ms"), BothWays(ports, all), Loss: 0, delay);

    /// <summary>A fault as people type it.</summary>
    /// <param name="words">
    /// <c>partition A,B C</c>, <c>block A B</c> (from A to B), <c>lose 20% A</c>, <c>delay 200ms A</c>; where several ports are meant, commas part them.
    /// </param>
    /// <param name="all">Everybody on the segment.</param>
    /// <exception cref="HostException">It is none.</exception>
    public static SegmentFault Parse(IReadOnlyList<string> words, IReadOnlyList<string> all)
    {
        static IReadOnlyList<string> Ports(string word) => word.Split(',');
        SegmentFault? fault = words switch
        {
            ["partition", _, _, ..] => Partition([.. words.Skip(1).Select(Ports)]),
            ["block", var from, var to] => Block(Ports(from), Ports(to)),
            ["lose", [.. var share, '%'], var ports] when double.TryParse(share, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100 => Lossy(Ports(ports), percent / 100, all),
            ["delay", [.. var delay, 'm', 's'], var ports] when int.TryParse(delay, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is > 0 and <= 60_000 => Slow(Ports(ports), TimeSpan.FromMilliseconds(milliseconds), all),
            _ => null,
        };
        return fault is { Links.Count: > 0 } ? fault : throw new HostException($"`{string.Join(' ', words)}` is no fault.", "Write `partition A B`, `block A B`, `lose 20% A` or `delay 200ms A`; `A,B` means both.");
    }

    private static IReadOnlyList<SegmentLink> BothWays(IReadOnlyList<string> ports, IReadOnlyList<string> all) =>
        [.. Between(ports, all).Concat(Between(all, ports)).Distinct()];

    private static IReadOnlyList<SegmentLink> Between(IReadOnlyList<string> from, IReadOnlyList<string> to) =>
        [.. from.SelectMany(sender => to.Where(receiver => receiver != sender).Select(receiver => new SegmentLink(sender, receiver)))];

    private static string Listed(IReadOnlyList<string> ports) => string.Join(' ', ports);
}

/// <summary>One way from a port of a segment to another.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
public sealed record SegmentLink(string From, string To);
