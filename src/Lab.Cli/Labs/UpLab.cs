using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using LibvirtSharp;

namespace Lab.Cli.Labs;

/// <summary>A lab that is up, as its guests' own metadata tells it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The lab file that it was made from.</param>
/// <param name="Guests">Its guests, by name.</param>
internal sealed record UpLab(string Name, string File, IReadOnlyList<UpGuest> Guests)
{
    /// <summary>The seat that it is; null for a lab that is no copy of another.</summary>
    public Seat? Seat { get; init; }

    /// <summary>All that are up, by name.</summary>
    public static async Task<IReadOnlyList<UpLab>> ListAsync(Hypervisor hypervisor, CancellationToken cancellation)
    {
        var guests = new List<(GuestMetadata Metadata, UpGuest Guest)>();
        foreach (var (domain, metadata) in await GuestDomain.ListAsync(hypervisor, cancellation))
        {
            using (domain)
            {
                // Another `lab` may be taking it down.
                if (await GuestDomain.StatusAsync(domain, cancellation) is { } status)
                {
                    guests.Add((metadata, new UpGuest(metadata.Guest, Power.Of(status), metadata.Tree, metadata.Commit) { Image = metadata.Image }));
                }
            }
        }

        return
        [
            .. guests.GroupBy(guest => guest.Metadata.Lab, StringComparer.Ordinal)
                .OrderBy(lab => lab.Key, StringComparer.Ordinal)
                .Select(lab => new UpLab(lab.Key, lab.First().Metadata.LabFile, [.. lab.Select(guest => guest.Guest).OrderBy(guest => guest.Name, StringComparer.Ordinal)]) { Seat = lab.First().Metadata.HandOut?.Seat }),
        ];
    }
}

/// <summary>A guest of a lab that is up.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Power">What libvirt says that it does: <c>running</c>, <c>off</c>, <c>paused</c>.</param>
/// <param name="Tree">The tree that it was installed with; empty where it began on an image.</param>
/// <param name="Commit">That tree's commit, or empty.</param>
internal sealed record UpGuest(string Name, string Power, string Tree, string Commit)
{
    /// <summary>The image that it began on; null where it was installed with a tree.</summary>
    public string? Image { get; init; }
}

/// <summary>A domain's state in words.</summary>
internal static class Power
{
    /// <summary>The word of a guest that runs.</summary>
    public const string Running = "running";

    public static string Of(DomainStatus status) => status switch
    {
        { State: DomainState.Running or DomainState.Blocked } => Running,
        { State: DomainState.Shutoff, Reason: DomainStateReason.ShutoffCrashed } or { State: DomainState.Crashed } => "crashed",
        { State: DomainState.Shutoff } => "off",
        { State: DomainState.Shutdown } => "shutting down",
        { State: DomainState.PMSuspended } => "asleep",
        { State: DomainState.Paused, Reason: DomainStateReason.PausedIOError } => "paused: a disk failed or is full",
        { State: DomainState.Paused } => "paused",
        _ => "unknown",
    };
}
