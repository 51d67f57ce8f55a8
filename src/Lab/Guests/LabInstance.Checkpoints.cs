using Lab.Definitions;
using Lab.Execution;
using Lab.Hosting;
using Lab.Images;
using Lab.Remote;
using Lab.State;
using LibvirtSharp;

namespace Lab.Guests;

public sealed partial class LabInstance
{
    // Memory that a guest never touched is not written, but nobody knows how much that is.
    private static readonly ByteSize DeviceState = ByteSize.FromMiB(64);

    /// <summary>Keeps all guests as they are at one moment: stops them together, writes memory, devices and disks, and lets them go on.</summary>
    /// <param name="name">The checkpoint's name; an older one of that name is replaced when this one is whole.</param>
    /// <param name="progress">Told of every guest.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up; the guests go on.</param>
    /// <exception cref="HostException">There is not enough disk for it.</exception>
    /// <exception cref="GuestDeadException">A guest does not answer after it.</exception>
    public async Task<Checkpoint> CheckpointAsync(string name, IProgressSink progress, TimeProvider time, CancellationToken cancellation = default)
    {
        using var guard = await LockAsync(Home, Name, progress, cancellation);
        return await SaveAsync(name, await Task.WhenAll(Guests.Select(guest => guest.MarkAsync(cancellation))), progress, time, cancellation);
    }

    /// <summary>Makes all guests what they were: their present disks and memory are thrown away.</summary>
    /// <param name="checkpoint">A checkpoint of this lab.</param>
    /// <param name="progress">Told of every guest.</param>
    /// <param name="cancellation">Gives up; the guests may be off then.</param>
    /// <exception cref="HostException">It does not fit the lab or this host any more; nothing has changed.</exception>
    /// <exception cref="GuestDeadException">A guest does not answer after it.</exception>
    public async Task RestoreAsync(Checkpoint checkpoint, IProgressSink progress, CancellationToken cancellation = default)
    {
        using var guard = await LockAsync(Home, Name, progress, cancellation);
        if (!checkpoint.IsWhole)
        {
            throw new HostException($"Checkpoint {checkpoint.Name} of lab {Name} is gone: another lab process has just replaced or deleted it.", "`lab checkpoint list` shows what there is.");
        }

        var misfit = checkpoint.Misfit(
            CheckpointMachine.Of(Guests[0].Hypervisor.Verdict),
            Guests.ToDictionary(guest => guest.Name, guest => guest.Metadata.Definition, StringComparer.Ordinal));
        if (misfit is not null)
        {
            throw new HostException($"Checkpoint {checkpoint.Name} of lab {Name} does not fit any more: {misfit}.", $"Save another one, or delete it: `lab checkpoint delete {checkpoint.Name} --lab {Name}`.");
        }

        await Task.WhenAll(Guests.Select(guest => BackToAsync(guest, checkpoint, cancellation)));
        await ResumeAsync(checkpoint, progress, cancellation);
    }

    // The guest is off then, and its disks are a checkpoint's.
    private static async Task BackToAsync(Guest guest, Checkpoint checkpoint, CancellationToken cancellation)
    {
        await guest.CrashAsync(cancellation);
        checkpoint.GiveNvram(guest.Name, guest.Folder);
        foreach (var disk in GuestPlan.DisksIn(guest.Folder))
        {
            await DiskImage.OverlayAsync(checkpoint.DiskFile(guest.Name, disk), disk, cancellation: cancellation);
        }
    }

    private LabHome Home => Guests[0].Hypervisor.Home;

    private async Task<Checkpoint> SaveAsync(string name, IReadOnlyList<CheckpointGuest> marks, IProgressSink progress, TimeProvider time, CancellationToken cancellation)
    {
        using var activity = progress.Begin($"save checkpoint {name}");
        try
        {
            await CheckRoomAsync(name, cancellation);
            var store = new CheckpointStore(Home);
            var checkpoint = store.Begin(new Checkpoint(Name, name, time.GetUtcNow(), CheckpointMachine.Of(Guests[0].Hypervisor.Verdict), marks));
            Repository(Home, Name).CopyTo(checkpoint.RepositoryFolder);

            // Not given up in the middle: guests that were stopped must go on.
            await StopAndWriteAsync(checkpoint, activity);
            checkpoint = await store.CommitAsync(checkpoint, CancellationToken.None);
            activity.Done($"{checkpoint.Bytes / 1_000_000} MB");
            return checkpoint;
        }
        catch (Exception failure) when (failure is LibvirtException or IOException)
        {
            throw new HostException($"Checkpoint {name} of lab {Name} could not be saved: {failure.Message}", "A full disk is the usual reason: `lab gc` removes what no lab uses.", failure);
        }
    }

    private async Task StopAndWriteAsync(Checkpoint checkpoint, IActivity activity)
    {
        var running = Running(checkpoint);
        Exception? failure = null;
        try
        {
            await Task.WhenAll(running.Select(guest => guest.SettleAsync(CancellationToken.None)));
            await Task.WhenAll(running.Select(guest => guest.Domain.SuspendAsync()));
            activity.Report("writing memory");
            await Task.WhenAll(running.Select(guest => guest.Hypervisor.SaveMemoryAsync(guest.Domain, checkpoint.MemoryFile(guest.Name))));
            activity.Report("copying disks");
            await Task.WhenAll(Guests.Select(async guest =>
            {
                foreach (var disk in GuestPlan.DisksIn(guest.Folder))
                {
                    await new DiskImage(disk).FoldAsync(checkpoint.DiskFile(guest.Name, disk));
                }

                checkpoint.TakeFiles(guest.Name, guest.Folder);
            }));
        }
        catch (Exception first) when (first is LabException or LibvirtException or IOException)
        {
            failure = first;
        }

        activity.Report("resuming");

        // Meanwhile: what guests are resumed from is in this host's memory still.
        var flushed = failure is null ? CheckpointStore.FlushAsync(checkpoint) : Task.CompletedTask;
        var taken = running.Select(guest => (Guest: guest, Resumed: TakeUpAsync(guest, checkpoint))).ToList();
        var untaken = await FailureAsync(taken.Select(one => one.Resumed));

        // Together, as they stopped: none of them is to miss another.
        var unwoken = await FailureAsync(taken.Where(one => one.Resumed.IsCompletedSuccessfully).Select(one => one.Guest.WakeAsync(Saved(checkpoint, one.Guest), one.Resumed.Result, CancellationToken.None)));
        var unflushed = await FailureAsync([flushed]);
        if ((failure ?? untaken ?? unwoken ?? unflushed) is { } whole)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(whole);
        }
    }

    // One whose memory could be written without ending it, or not at all, still has it.
    private static async Task<bool> TakeUpAsync(Guest guest, Checkpoint checkpoint)
    {
        if (await guest.Domain.IsActiveAsync())
        {
            return false;
        }

        await guest.Shell.CloseAsync();
        await guest.ResumeAsync(checkpoint.MemoryFile(guest.Name), CancellationToken.None);
        return true;
    }

    // All of them end, whatever becomes of one.
    private static async Task<Exception?> FailureAsync(IEnumerable<Task> all)
    {
        var together = Task.WhenAll(all);
        await together.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return together.Exception?.InnerException;
    }

    // On failure all guests are off, so that nobody takes one that was resumed for the whole lab.
    private async Task ResumeAsync(Checkpoint checkpoint, IProgressSink progress, CancellationToken cancellation, Task? served = null, bool isRead = false)
    {
        using var activity = progress.Begin($"resume checkpoint {checkpoint.Name}");
        var running = Running(checkpoint);
        try
        {
            await (isRead ? Task.CompletedTask : Task.WhenAll(running.Select(guest => guest.ResumeAsync(checkpoint.MemoryFile(guest.Name), cancellation))));

            // Nobody of them has asked for anything so far.
            await (served ?? Task.CompletedTask);
            activity.Report("setting clocks");
            await Task.WhenAll(running.Select(guest => guest.WakeAsync(Saved(checkpoint, guest), resumed: true, cancellation)));
        }
        catch
        {
            await Task.WhenAll(running.Select(guest => guest.CrashAsync(CancellationToken.None)));
            throw;
        }

        activity.Done($"saved {checkpoint.Saved:u}");
    }

    private IReadOnlyList<Guest> Running(Checkpoint checkpoint) => [.. Guests.Where(guest => Saved(checkpoint, guest).BootId is not null)];

    private static CheckpointGuest Saved(Checkpoint checkpoint, Guest guest) => checkpoint.Guests.First(saved => saved.Name == guest.Name);

    private async Task CheckRoomAsync(string name, CancellationToken cancellation)
    {
        var wanted = 0L;
        foreach (var guest in Guests)
        {
            // What lies between it and the base disk is folded into one.
            foreach (var disk in GuestPlan.DisksIn(guest.Folder))
            {
                var images = await new DiskImage(disk).ChainAsync(cancellation);
                wanted += images.Take(images.Count - 1).Sum(image => new FileInfo(image).Length);
            }

            if (await guest.Domain.IsActiveAsync(cancellation))
            {
                wanted += (await guest.Domain.GetInfoAsync(cancellation)).Memory + DeviceState.Bytes;
            }
        }

        var free = new DriveInfo(Home.Root).AvailableFreeSpace;
        if (wanted > free)
        {
            throw new HostException(
                $"Checkpoint {name} of lab {Name} may need {wanted >> 20} MiB below {Home.Root}, and {free >> 20} MiB are free.",
                "`lab gc` removes what no lab uses, `lab checkpoint delete` a checkpoint; LAB_HOME moves Lab's data to another disk.");
        }
    }
}
