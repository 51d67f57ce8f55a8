using Lab.Definitions;
using Lab.Execution;
using Lab.Hosting;
using Lab.Images;
using Lab.Remote;
using Lab.State;
using Lab.Trees;

namespace Lab.Guests;

public sealed partial class LabInstance
{
    /// <summary>Sees whether a lab's seats can be beside each other and the lab itself; to be asked before anything is started for them.</summary>
    /// <exception cref="DefinitionException">Two ports clash, or a network of this host's carries a segment: there they would all have the same addresses.</exception>
    public static void CheckSeats(LabDefinition lab, IReadOnlyList<Seat> seats, LabHome home)
    {
        if (lab.Segments.FirstOrDefault(segment => segment.Carrier is not null) is { } shared)
        {
            throw new DefinitionException(new Diagnostic(
                shared.CarrierLocation ?? shared.Location, $"segment `{shared.Name}` is carried by {shared.Carrier}, where all seats would have the same addresses", "Leave that out: a lab's own segments keep its seats apart."));
        }

        RefuseSharedPorts(home, [lab, .. seats.Select(lab.For)]);
    }

    /// <summary>What seats of a lab can begin with.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="from">The checkpoint; the one called <see cref="Checkpoint.Ready"/> may be missing.</param>
    /// <param name="hypervisor">Where it runs.</param>
    /// <param name="composer">What makes its trees.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null where the lab has no such checkpoint that fits, and is not up: it has to come up once.</returns>
    /// <exception cref="DefinitionException">The lab is up, with another definition.</exception>
    /// <exception cref="HostException">There is no such checkpoint, and the lab is up; or a guest was off in it.</exception>
    public static async Task<SeatOrigin?> FindOriginAsync(LabDefinition lab, string from, Hypervisor hypervisor, TreeComposer composer, IProgressSink progress, CancellationToken cancellation = default)
    {
        var home = hypervisor.Home;
        var guard = await LockAsync(home, lab.Name, progress, cancellation);
        var drafts = new List<GuestDraft>();
        SeatOrigin? origin = null;
        try
        {
            var trees = (await composer.ComposeAsync(lab.Trees, cancellation)).ToDictionary(tree => tree.Definition.Name, StringComparer.Ordinal);
            var identity = await SshIdentity.LoadOrCreateAsync(KeyFolder(home, lab.Name), lab.Guests.Select(guest => guest.Name), cancellation);
            var key = await (await composer.KeyAsync(cancellation)).ExportAsync(cancellation);
            var images = new ImageBuilder(home, composer.Repository, progress);
            foreach (var guest in lab.Guests)
            {
                var tree = guest.Tree is null ? null : trees[guest.Tree.Name];
                var image = await ImageAsync(guest, tree, images, home, progress, cancellation);
                var plan = new GuestPlan(home, lab.Name, guest);
                drafts.Add(await DraftAsync(plan, await hypervisor.Connection.FindDomainAsync(plan.DomainName, cancellation), lab, tree, image, installer: null, identity, key, handOut: null, hypervisor, cancellation));
            }

            if (Fitting(new CheckpointStore(home).Find(lab.Name, from), from, drafts, hypervisor, progress) is not { } checkpoint)
            {
                return drafts.TrueForAll(draft => draft.Domain is null) ? null : throw new HostException(
                    $"Lab {lab.Name} is up, and has no checkpoint {from} that its seats could begin with.",
                    $"`lab checkpoint save {from} --lab {lab.Name}` lets them begin where it is now; `lab down {lab.Name}` lets it boot once for them.");
            }

            return checkpoint.Guests.FirstOrDefault(guest => guest.BootId is null) is { } off
                ? throw new HostException($"Guest {off.Name} was off when checkpoint {from} of lab {lab.Name} was saved, and seats are made of guests that run.", "Start it and save the checkpoint anew.")
                : origin = new SeatOrigin(guard, lab, checkpoint, identity, [.. trees.Values], [.. drafts.Select(draft => draft.Image)], key);
        }
        finally
        {
            drafts.ForEach(draft => draft.Domain?.Dispose());
            if (origin is null)
            {
                guard.Dispose();
            }
        }
    }

    /// <summary>
    /// Brings a seat up: its guests are resumed as copies of those in a checkpoint, and get keys and machine ids of their own before anybody meets them. A
    /// seat that was handed out before is left as its student has it, and finished booting where it is off.
    /// </summary>
    /// <param name="origin">What it begins with.</param>
    /// <param name="seat">The seat.</param>
    /// <param name="hypervisor">Where it runs.</param>
    /// <param name="composer">What publishes its trees.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="time">The clock.</param>
    /// <param name="served">Ends once the process that serves the seat answers, which no guest is made before; by default one does already.</param>
    /// <param name="cancellation">Gives up; what was made stays for the next call.</param>
    /// <exception cref="DefinitionException">It is up already, with another definition.</exception>
    /// <exception cref="HostException">The host lacks something: memory, disk, a free port.</exception>
    /// <exception cref="GuestDeadException">A guest did not become what it should.</exception>
    public static async Task<LabInstance> UpSeatAsync(
        SeatOrigin origin,
        Seat seat,
        Hypervisor hypervisor,
        TreeComposer composer,
        IProgressSink progress,
        TimeProvider time,
        Task? served = null,
        CancellationToken cancellation = default)
    {
        var (home, definition) = (hypervisor.Home, origin.Lab.For(seat));
        using var guard = await LockAsync(home, definition.Name, progress, cancellation);
        await CheckHostAsync(definition, hypervisor, cancellation);
        var identity = await IdentityAsync(home, definition, cancellation);
        await new PublishedTrees(RepositoryFolder(home, definition.Name), composer).PublishAsync(origin.Trees, origin.Checkpoint.RepositoryFolder, cancellation);
        await PushContainersAsync(definition, home, composer, served, progress, cancellation);
        var drafts = new List<GuestDraft>();
        var guests = new List<Guest>();
        try
        {
            foreach (var (guest, image) in definition.Guests.Zip(origin.Images))
            {
                var tree = origin.Trees.FirstOrDefault(tree => tree.Definition.Name == guest.Tree?.Name);
                var handOut = new HandOut(seat, origin.Checkpoint.Name, origin.Checkpoint.Guests.First(saved => saved.Name == guest.Name).Digest);
                var plan = new GuestPlan(home, definition.Name, guest, seat);
                drafts.Add(await DraftAsync(plan, await hypervisor.Connection.FindDomainAsync(plan.DomainName, cancellation), definition, tree, image, installer: null, identity, origin.ContentKey, handOut, hypervisor, cancellation));
            }

            await (served ?? Task.CompletedTask);
            var handedOut = drafts.TrueForAll(draft => draft.Domain is not null && !File.Exists(GuestPlan.HandOutIn(draft.Plan.Folder)));
            for (var index = 0; index < drafts.Count; index++)
            {
                drafts[index] = handedOut ? drafts[index] : await ClearAsync(drafts[index], cancellation);
                guests.Add(await DefineAsync(drafts[index], origin.Checkpoint, identity, hypervisor, time, observer: null, cancellation));
            }

            var instance = new LabInstance(definition.Name, guests, origin.Trees.ToDictionary(tree => tree.Definition.Name, StringComparer.Ordinal));
            await (handedOut ? Task.WhenAll(guests.Select(guest => BootAsync(guest, progress, cancellation))) : instance.HandOutAsync(origin.Checkpoint, origin.Identity, progress, cancellation));
            return instance;
        }
        catch
        {
            foreach (var guest in guests)
            {
                await guest.DisposeAsync();
            }

            foreach (var draft in drafts.Skip(guests.Count))
            {
                draft.Domain?.Dispose();
            }

            throw;
        }
    }

    /// <summary>Makes a seat what it was when it was handed out: its guests' present disks and memory are thrown away.</summary>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellation">Gives up; the guests may be off then, and the next call begins again.</param>
    /// <exception cref="HostException">This lab is no seat, or what it was handed out from is gone; nothing has changed.</exception>
    /// <exception cref="GuestDeadException">A guest does not become what it was.</exception>
    public async Task ResetAsync(IProgressSink progress, CancellationToken cancellation = default)
    {
        var handOut = Guests[0].Metadata.HandOut ?? throw new HostException($"Lab {Name} is no seat, so nobody handed it out.", $"`lab reset {Name} --to CHECKPOINT` takes it back to one of its own checkpoints.");

        // In the order in which seats come up: first the lab, then its copy.
        using var still = await LockAsync(Home, handOut.Seat.Lab, progress, cancellation);
        using var guard = await LockAsync(Home, Name, progress, cancellation);
        var checkpoint = new CheckpointStore(Home).Find(handOut.Seat.Lab, handOut.Checkpoint);
        var misfit = checkpoint?.Misfit(
            CheckpointMachine.Of(Guests[0].Hypervisor.Verdict),
            Guests.ToDictionary(guest => guest.Name, guest => guest.Metadata.HandOut!.Definition, StringComparer.Ordinal));
        if (checkpoint is null || misfit is not null)
        {
            throw new HostException(
                $"Checkpoint {handOut.Checkpoint} of lab {handOut.Seat.Lab}, from which {Name} was handed out, {(checkpoint is null ? "is gone" : $"does not fit any more: {misfit}")}.",
                $"`lab down {Name}` and `lab up {handOut.Seat.Lab} --seats` hand it out anew, from the lab as it is now.");
        }

        var original = await SshIdentity.LoadOrCreateAsync(KeyFolder(Home, handOut.Seat.Lab), checkpoint.Guests.Select(guest => guest.Name), cancellation);
        foreach (var guest in Guests)
        {
            await BeginHandOutAsync(guest.Folder, cancellation);
        }

        await Task.WhenAll(Guests.Select(guest => BackToAsync(guest, checkpoint, cancellation)));
        await HandOutAsync(checkpoint, original, progress, cancellation);
    }

    // What a killed call left, and what nobody has seen yet.
    private static async Task<GuestDraft> ClearAsync(GuestDraft draft, CancellationToken cancellation)
    {
        if (draft.Domain is { } domain)
        {
            using (domain)
            {
                await GuestDomain.RemoveAsync(domain, cancellation);
            }
        }

        Directory.CreateDirectory(draft.Plan.Folder);
        foreach (var halfWritten in Directory.EnumerateFiles(draft.Plan.Folder, "*" + WholeFile.Partial))
        {
            File.Delete(halfWritten);
        }

        await BeginHandOutAsync(draft.Plan.Folder, cancellation);
        return draft with { Domain = null };
    }

    private static Task BeginHandOutAsync(string folder, CancellationToken cancellation) => WholeFile.WriteAsync(GuestPlan.HandOutIn(folder), string.Empty, cancellation: cancellation);

    // On failure all guests are off, and known not to be handed out.
    private async Task HandOutAsync(Checkpoint checkpoint, SshIdentity original, IProgressSink progress, CancellationToken cancellation)
    {
        using var activity = progress.Begin($"hand out {Name}");
        try
        {
            activity.Report("resuming");
            await Task.WhenAll(Guests.Select(guest => guest.ResumeCopyAsync(checkpoint.MemoryFile(guest.Name), cancellation)));
            activity.Report("giving it keys of its own");
            await Task.WhenAll(Guests.Select(guest => guest.TakeSeatAsync(Saved(checkpoint, guest), original, cancellation)));
        }
        catch
        {
            await Task.WhenAll(Guests.Select(guest => guest.CrashAsync(CancellationToken.None)));
            throw;
        }

        foreach (var guest in Guests)
        {
            File.Delete(GuestPlan.HandOutIn(guest.Folder));
        }

        activity.Done($"as checkpoint {checkpoint.Name} of {checkpoint.Lab} has it");
    }
}
