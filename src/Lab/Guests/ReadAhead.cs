using Lab.Hosting;
using Lab.Images;

namespace Lab.Guests;

/// <summary>
/// A checkpoint's memory, read while it is still found out whether the lab's guests would be made from the same as those in it: they hardly ever
/// would not, and to read it is mostly to wait for libvirt and QEMU. Nobody has seen its guests, which stay stopped.
/// </summary>
internal sealed class ReadAhead : IAsyncDisposable
{
    private readonly Hypervisor _hypervisor;
    private readonly IReadOnlyList<GuestPlan> _plans;
    private readonly Task _reading;
    private bool _ended;

    private ReadAhead(Checkpoint checkpoint, IReadOnlyList<GuestPlan> plans, Hypervisor hypervisor, CancellationToken cancellation)
    {
        (_hypervisor, _plans) = (hypervisor, plans);
        _reading = Task.WhenAll(plans.Select(plan => ReadAsync(checkpoint, plan, cancellation)));
    }

    /// <summary>Begins to read.</summary>
    /// <param name="checkpoint">The checkpoint; null where there is none.</param>
    /// <param name="plans">The lab's guests, none of which has a domain.</param>
    /// <param name="hypervisor">Where they are to run.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null where nothing speaks for it, or one of the guests was off then.</returns>
    public static ReadAhead? Begin(Checkpoint? checkpoint, IReadOnlyList<GuestPlan> plans, Hypervisor hypervisor, CancellationToken cancellation)
    {
        if (checkpoint is null || !checkpoint.Guests.All(guest => guest.BootId is not null && checkpoint.HasFiles(guest.Name)))
        {
            return null;
        }

        // Whether the digests are still those is what is found out meanwhile.
        var digests = checkpoint.Guests.ToDictionary(guest => guest.Name, guest => guest.Digest, StringComparer.Ordinal);
        var misfit = checkpoint.Misfit(CheckpointMachine.Of(hypervisor.Verdict), plans.ToDictionary(plan => plan.Name, plan => digests.GetValueOrDefault(plan.Name, string.Empty), StringComparer.Ordinal));
        return misfit is null ? new ReadAhead(checkpoint, plans, hypervisor, cancellation) : null;
    }

    /// <summary>Waits until all is read, and removes the guests again where they are not wanted, or could not be read.</summary>
    /// <param name="wanted">Whether the checkpoint fits.</param>
    /// <returns>Whether they are there; where they could not be read, they are to be resumed as if nobody had tried, which says why.</returns>
    public async Task<bool> EndAsync(bool wanted)
    {
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var isRead = wanted && _reading.IsCompletedSuccessfully;
        if (!isRead)
        {
            await RemoveAsync();
        }

        _ended = true;
        return isRead;
    }

    /// <summary>Removes the guests, where nobody asked for them.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            await EndAsync(wanted: false);
        }
    }

    private async Task RemoveAsync()
    {
        foreach (var plan in _plans)
        {
            using var domain = await _hypervisor.Connection.FindDomainAsync(plan.DomainName);
            await (domain is null ? Task.CompletedTask : GuestDomain.RemoveAsync(domain));
            if (Directory.Exists(plan.Folder))
            {
                Directory.Delete(plan.Folder, recursive: true);
            }
        }
    }

    private async Task ReadAsync(Checkpoint checkpoint, GuestPlan plan, CancellationToken cancellation)
    {
        Directory.CreateDirectory(plan.Folder);
        checkpoint.GiveFiles(plan.Name, plan.Folder);
        foreach (var disk in checkpoint.Disks(plan.Name))
        {
            await DiskImage.OverlayAsync(checkpoint.DiskFile(plan.Name, disk), Path.Combine(plan.Folder, disk), cancellation: cancellation);
        }

        // Defined first, so that it outlives its power whatever becomes of this process.
        var memory = checkpoint.MemoryFile(plan.Name);
        using var domain = await _hypervisor.Connection.DefineDomainAsync(await _hypervisor.Connection.GetSaveImageXmlAsync(memory, cancellation), cancellation: cancellation);
        await _hypervisor.RestoreMemoryAsync(memory, cancellation);
    }
}
