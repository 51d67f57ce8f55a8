using System.Xml.Linq;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Reporting;
using Lab.Trees;
using Lab.Updates;

namespace Lab.Cli.Labs;

/// <summary>What a lab that is up looks like right now.</summary>
/// <param name="Lab">Its name.</param>
/// <param name="File">The lab file that it was made from.</param>
/// <param name="Note">Why a part of this could not be known; null where all was.</param>
/// <param name="Guests">Its guests, by name.</param>
internal sealed record LabStatus(string Lab, string File, string? Note, IReadOnlyList<GuestStatus> Guests)
{
    /// <summary>Asks all guests at once.</summary>
    public static async Task<LabStatus> AskAsync(UpLab lab, LabInstance instance, Hypervisor hypervisor, CancellationToken cancellation)
    {
        var (checks, note) = Health(lab.File);
        var network = await SegmentPlan.ReadAsync(GuestPlan.LabFolder(hypervisor.Home, lab.Name), cancellation);
        var counts = await ContentServer.AskAsync(LabInstance.ContentPort(hypervisor.Home, lab.Name), cancellation);
        var away = FleetLock.HoldersIn(GuestPlan.LabFolder(hypervisor.Home, lab.Name));
        var guests = instance.Guests.Select(async guest => await GuestStatus.AskAsync(guest, checks.GetValueOrDefault(guest.Name, []), hypervisor, cancellation) with
        {
            Segments = [.. network.Segments.SelectMany(segment => segment.Nics).Where(nic => nic.Guest == guest.Name).Select(nic => new SegmentPlace(nic.Segment, nic.Address))],
            HoldsRebootSlot = away.Contains(guest.Name),
            Fetched = GuestFetch.Of(counts?.GetValueOrDefault(guest.Name), (await InstallRecord.ReadAsync(guest.Folder, cancellation))?.Fetched),
        });
        return new LabStatus(lab.Name, lab.File, note, await Task.WhenAll(guests));
    }

    // A lab stays usable while its file is being edited, or is gone.
    private static (IReadOnlyDictionary<string, IReadOnlyList<HealthCheck>> Checks, string? Note) Health(string file)
    {
        try
        {
            return (LabDefinition.Load(file).Guests.ToDictionary(guest => guest.Name, guest => guest.Health, StringComparer.Ordinal), null);
        }
        catch (DefinitionException failure)
        {
            return (new Dictionary<string, IReadOnlyList<HealthCheck>>(StringComparer.Ordinal), $"Health is not checked: {failure.Diagnostics[0]}");
        }
    }
}

/// <summary>A port that leads to a guest.</summary>
/// <param name="Port">The guest's TCP port.</param>
/// <param name="Address">Where this host listens for it.</param>
internal sealed record GuestAddress(int Port, string Address);

/// <summary>Where a guest is on a segment.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Address">The guest's address there, with the length of the prefix.</param>
internal sealed record SegmentPlace(string Segment, string Address);

/// <summary>What a guest has fetched from the lab's content server.</summary>
/// <param name="Install">While it installed itself; null where it did not.</param>
/// <param name="Since">Since then, or since it was powered on first: updates.</param>
internal sealed record GuestFetch(ContentCount? Install, ContentCount Since)
{
    /// <summary>Null where nobody knows, and nothing was fetched.</summary>
    public static GuestFetch? Of(ContentCount? now, ContentCount? install)
    {
        // A server that was started again since counts from nothing.
        var since = now is null ? new ContentCount(0, 0) : install is not null && now.Bytes >= install.Bytes ? now - install : now;
        return now is null && install is null ? null : new GuestFetch(install, since);
    }
}

/// <summary>A deployment in short.</summary>
/// <param name="Refspec">What it follows.</param>
/// <param name="Version">Its commit's version.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Staged">Whether it waits in /run for a shutdown to finalize it.</param>
internal sealed record DeploymentSummary(string? Refspec, string? Version, string Commit, bool Staged)
{
    public static DeploymentSummary? Of(Deployment? deployment) =>
        deployment is null ? null : new DeploymentSummary(deployment.Refspec, deployment.Version, deployment.Commit, deployment.Staged);
}

/// <summary>A boot in short.</summary>
/// <param name="Number">Counts from 1 since power-on.</param>
/// <param name="Entry">The bootloader's entry: 0 is the newest deployment.</param>
/// <param name="Counter">GRUB's boot_counter as it found and left it; null where it counted nothing.</param>
/// <param name="Commit">What booted, where the console says so.</param>
/// <param name="BootId">The kernel's random boot id, where the console says so.</param>
/// <param name="Green">The health checks' verdict; null where none was given.</param>
/// <param name="Failures">The required checks that failed.</param>
/// <param name="End">What became of it.</param>
internal sealed record BootSummary(int Number, string? Entry, string? Counter, string? Commit, string? BootId, bool? Green, IReadOnlyList<string> Failures, string End)
{
    public static BootSummary Of(BootRecord boot) => new(
        boot.Number, boot.Entry, BootTable.Counter(boot), boot.Commit, boot.BootId, boot.Green,
        [.. boot.FailedChecks.Select(check => check.Script)], boot.End.ToString().ToLowerInvariant());
}

/// <summary>What a guest looks like right now.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Power">What libvirt says that it does.</param>
/// <param name="Addresses">The ports that lead to it, SSH first.</param>
internal sealed record GuestStatus(string Name, string Power, IReadOnlyList<GuestAddress> Addresses)
{
    // A guest that answers needs a second of an ordinary workstation's time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.5);

    /// <summary>Why it did not answer; null where it did, or is off.</summary>
    public string? Silence { get; init; }

    /// <summary>Where it is on the lab's segments.</summary>
    public IReadOnlyList<SegmentPlace> Segments { get; init; } = [];

    /// <summary>What it costs this host; null where it is off.</summary>
    public GuestCost? Cost { get; init; }

    /// <summary>What it has fetched; null where nothing.</summary>
    public GuestFetch? Fetched { get; init; }

    /// <summary>Whether the lab's reboot lock lets it reboot now.</summary>
    public bool HoldsRebootSlot { get; init; }

    /// <summary>The kernel's random boot id.</summary>
    public string? BootId { get; init; }

    /// <summary>The deployment that it runs from.</summary>
    public DeploymentSummary? Booted { get; init; }

    /// <summary>The deployment that its next boot takes, where that is another one.</summary>
    public DeploymentSummary? Next { get; init; }

    /// <summary>Its boots since power-on, as its console tells them.</summary>
    public IReadOnlyList<BootSummary> Boots { get; init; } = [];

    /// <summary>Its health checks; null where it could not be asked.</summary>
    public IReadOnlyList<HealthResult>? Health { get; init; }

    /// <summary>Asks a guest; one that does not answer is told to be silent after a few seconds.</summary>
    public static async Task<GuestStatus> AskAsync(Guest guest, IReadOnlyList<HealthCheck> checks, Hypervisor hypervisor, CancellationToken cancellation)
    {
        var power = Labs.Power.Of(await guest.Domain.GetStatusAsync(cancellation));
        var console = await ConsoleLog.ReadAsync(Path.Combine(guest.Folder, GuestPlan.ConsoleName), cancellation);
        var status = new GuestStatus(guest.Name, power, Forwards(await guest.Domain.GetXmlAsync(cancellation: cancellation)))
        {
            Boots = [.. BootTimeline.Read(console, default).Select(BootSummary.Of)],
        };
        if (power != Labs.Power.Running)
        {
            return status;
        }

        status = status with { Cost = await guest.CostAsync(cancellation) };
        var patience = hypervisor.Scale(Patience);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            // What has just come up is not asked twice.
            var known = guest.Readiness;
            if ((known is null || checks.Count > 0) && await guest.Shell.ProbeAsync(cancellation: limit.Token) is { } silence)
            {
                return status with { Silence = silence };
            }

            var boot = known is null ? guest.BootedAsync(limit.Token) : Task.FromResult((known.BootId, known.Status));
            var health = GuestHealth.CheckAsync(checks, guest.Shell, guest.PortOf, patience, limit.Token);
            await Task.WhenAll(boot, health);
            var (bootId, deployments) = await boot;
            var (booted, next) = (deployments.Booted, deployments.Next);
            return status with
            {
                BootId = bootId,
                Booted = DeploymentSummary.Of(booted),
                Next = DeploymentSummary.Of(next == booted ? null : next),
                Health = await health,
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return status with { Silence = $"no answer within {patience.TotalSeconds:0} s" };
        }
        catch (LabException failure)
        {
            return status with { Silence = failure.Message };
        }
    }

    // What libvirt really forwards; the lab file may have changed since. https://libvirt.org/formatdomain.html#userspace-connection-using-passt
    private static IReadOnlyList<GuestAddress> Forwards(string xml) =>
    [
        .. from forward in XDocument.Parse(xml).Descendants("portForward")
           from range in forward.Elements("range")
           let port = (int)range.Attribute("to")!
           orderby port != 22, port
           select new GuestAddress(port, $"{(string?)forward.Attribute("address")}:{(string?)range.Attribute("start")}"),
    ];
}
