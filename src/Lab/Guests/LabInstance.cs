using System.Globalization;
using System.Net;
using System.Text;
using Lab.Containers;
using Lab.Definitions;
using Lab.Execution;
using Lab.Hosting;
using Lab.Images;
using Lab.Media;
using Lab.Media.Installer;
using Lab.Media.Kickstart;
using Lab.Remote;
using Lab.State;
using Lab.Trees;
using LibvirtSharp;

namespace Lab.Guests;

/// <summary>
/// A lab that is up: its guests, and the repository they update from. Disposing it lets go of it and leaves it up;
/// <see cref="DownAsync"/> takes it down.
/// </summary>
public sealed partial class LabInstance : IAsyncDisposable
{
    private LabInstance(string name, IReadOnlyList<Guest> guests, IReadOnlyDictionary<string, ComposedTree> trees) =>
        (Name, Guests, Trees) = (name, guests, trees);

    /// <summary>The lab's name.</summary>
    public string Name { get; }

    /// <summary>Its guests, in the lab file's order.</summary>
    public IReadOnlyList<Guest> Guests { get; }

    /// <summary>Its trees by name.</summary>
    public IReadOnlyDictionary<string, ComposedTree> Trees { get; }

    /// <summary>A guest by name.</summary>
    /// <exception cref="HostException">The lab has none of that name.</exception>
    public Guest this[string guest] =>
        Guests.FirstOrDefault(candidate => candidate.Name == guest)
        ?? throw new HostException($"Lab {Name} has no guest {guest}.", $"It has: {string.Join(", ", Guests.Select(candidate => candidate.Name))}.");

    /// <summary>The folder of the repository that a lab's guests update from.</summary>
    public static string RepositoryFolder(LabHome home, string lab) => Path.Combine(GuestPlan.LabFolder(home, lab), "repo");

    /// <summary>That repository, whose objects are those of all composed trees.</summary>
    public static OstreeRepository Repository(LabHome home, string lab) => new(RepositoryFolder(home, lab), TreeComposer.Store(home));

    /// <summary>The folder of a lab's SSH keys.</summary>
    public static string KeyFolder(LabHome home, string lab) => Path.Combine(home.Keys, lab);

    /// <summary>The port on which a lab's content server listens.</summary>
    public static int ContentPort(LabHome home, string lab) => GuestPlan.PortFor(home, lab, "content");

    /// <summary>A lab's segments as this host makes them, and the names that its machines know each other by.</summary>
    public static LabNetwork Network(LabHome home, LabDefinition lab)
    {
        if (lab.Segments.Count == 0)
        {
            return LabNetwork.None with { RebootSlots = lab.RebootSlots };
        }

        var nics = lab.Guests.SelectMany(guest => new GuestPlan(home, lab.Name, guest, lab.Seat).Nics).ToList();
        return new LabNetwork(
            [.. lab.Segments.Select(segment => new SegmentPlan(segment.Name, $"{segment.Host}/{segment.Subnet.PrefixLength}", GuestPlan.SegmentPort(home, lab.Name, segment.Name), [.. nics.Where(nic => nic.Segment == segment.Name)], segment.Carrier))],
            HostsOn(lab, lab.Segments.Where(segment => segment.Carrier is null)),
            lab.Registry is { } registry
                ? new RegistryPlan(registry.Program, string.Create(CultureInfo.InvariantCulture, $"{lab.Segments.First(segment => segment.Name == registry.Segment).Host}:{registry.Port}"), Path.Combine(GuestPlan.LabFolder(home, lab.Name), "registry"))
                : null,
            lab.RebootSlots);
    }

    /// <summary>A lab's registry of container images; null where it has none.</summary>
    public static Registry? RegistryOf(LabHome home, LabDefinition lab, IProgressSink progress) =>
        Network(home, lab).Registry is { } plan ? new Registry(NetworkFolder(home, lab.Name), plan, progress) : null;

    /// <summary>What a guest knows by name, in the format of hosts(5); empty where it is on no segment.</summary>
    public static string HostsOf(LabDefinition lab, GuestDefinition guest) =>
        guest.Addresses.Count == 0 ? string.Empty : HostsOn(lab, lab.Segments.Where(segment => guest.Addresses.Any(on => on.Segment == segment.Name)));

    private static string HostsOn(LabDefinition lab, IEnumerable<SegmentDefinition> segments)
    {
        var hosts = new StringBuilder("# Written by Lab.\n127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
        foreach (var segment in segments)
        {
            var guests = lab.Guests.SelectMany(guest => guest.Addresses.Where(on => on.Segment == segment.Name).Select(on => (on.Address, guest.Name)));
            foreach (var (address, name) in guests.Prepend((segment.Host, SegmentPlan.HostPort)).Concat(segment.Names.Select(named => (named.Address, named.Name))))
            {
                hosts.Append(CultureInfo.InvariantCulture, $"{address} {name}\n");
            }
        }

        return hosts.ToString();
    }

    /// <summary>
    /// Brings a lab up: composes and publishes its trees, builds disks and seeds, boots the guests and waits until all are ready.
    /// What is there already is kept, so a second call finishes what a killed one began. A lab that was up before, made from the same,
    /// is resumed from the checkpoint that was kept of it then, instead of booted.
    /// </summary>
    /// <param name="definition">The lab.</param>
    /// <param name="hypervisor">Where it runs.</param>
    /// <param name="composer">What makes its trees.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="time">The clock.</param>
    /// <param name="observer">Told of what the guests do.</param>
    /// <param name="from">The checkpoint to resume: by default the one that is kept of every lab that has come up. Null boots, and keeps none.</param>
    /// <param name="install">Whether the guests install themselves on empty disks, from their kickstarts, rather than boot disks made here. A lab that is up already stays what it is.</param>
    /// <param name="served">Ends once the process that serves the lab answers, which guests begin to boot meanwhile; by default one does already.</param>
    /// <param name="cancellation">Gives up; what was made stays for the next call.</param>
    /// <exception cref="DefinitionException">The lab is up already, with another definition.</exception>
    /// <exception cref="InstallFailedException">A guest did not install itself.</exception>
    /// <exception cref="HostException">The host lacks something: a tool, memory, disk, a free port.</exception>
    /// <exception cref="GuestDeadException">A guest did not become ready.</exception>
    public static async Task<LabInstance> UpAsync(
        LabDefinition definition,
        Hypervisor hypervisor,
        TreeComposer composer,
        IProgressSink progress,
        TimeProvider time,
        IGuestObserver? observer = null,
        string? from = Checkpoint.Ready,
        bool install = false,
        Task? served = null,
        CancellationToken cancellation = default)
    {
        var home = hypervisor.Home;
        using var guard = await LockAsync(home, definition.Name, progress, cancellation);
        await CheckHostAsync(definition, hypervisor, cancellation);
        // What has installed itself, or is on its way, comes up as that.
        install |= await IsInstallingAsync(definition, hypervisor, cancellation);
        var plans = definition.Guests.Select(guest => new GuestPlan(home, definition.Name, guest)).ToList();
        var domains = new List<Domain?>();
        foreach (var plan in plans)
        {
            domains.Add(await hypervisor.Connection.FindDomainAsync(plan.DomainName, cancellation));
        }

        var fresh = domains.TrueForAll(domain => domain is null);
        var kept = new CheckpointStore(home).Find(definition.Name, from ?? Checkpoint.Ready);
        await using var ahead = fresh && from is not null && !install ? ReadAhead.Begin(kept, plans, hypervisor, cancellation) : null;
        var trees = (await composer.ComposeAsync(definition.Trees, cancellation)).ToDictionary(tree => tree.Definition.Name, StringComparer.Ordinal);
        var identity = await IdentityAsync(home, definition, cancellation);
        await PushContainersAsync(definition, home, composer, served, progress, cancellation);
        var key = await (await composer.KeyAsync(cancellation)).ExportAsync(cancellation);
        var images = new ImageBuilder(home, composer.Repository, progress);

        var published = new PublishedTrees(RepositoryFolder(home, definition.Name), composer);
        var installer = install ? await PrepareInstallationAsync(definition, trees, published, composer, home, progress, cancellation) : null;

        // Nobody fetches anything before the guests are ready, but those that install themselves: they find the trees that they begin with.
        using var publication = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var publishing = install ? Task.CompletedTask : published.PublishAsync([.. trees.Values], kept?.RepositoryFolder, publication.Token);
        var drafts = new List<GuestDraft>();
        var guests = new List<Guest>();
        try
        {
            foreach (var (plan, domain) in plans.Zip(domains))
            {
                var guest = plan.Definition;
                var tree = guest.Tree is null ? null : trees[guest.Tree.Name];
                var image = install && tree is not null ? await images.EmptyAsync(guest.Disk, cancellation) : await ImageAsync(guest, tree, images, home, progress, cancellation);
                drafts.Add(await DraftAsync(plan, domain, definition, tree, image, installer, identity, key, handOut: null, hypervisor, cancellation));
            }

            if (!fresh && from is not (null or Checkpoint.Ready))
            {
                throw new HostException($"Lab {definition.Name} is up already, or in part.", $"`lab checkpoint restore {from} --lab {definition.Name}` takes it back there; `lab down {definition.Name}` first where only a part is up.");
            }

            var checkpoint = from is null || !fresh ? null : Fitting(kept, from, drafts, hypervisor, progress);
            var isRead = ahead is not null && await ahead.EndAsync(wanted: checkpoint is not null);
            foreach (var draft in drafts)
            {
                guests.Add(await DefineAsync(draft, checkpoint, identity, hypervisor, time, observer, cancellation, isRead));
            }

            var instance = new LabInstance(definition.Name, guests, trees);
            var resumed = checkpoint is not null && await instance.TryResumeAsync(checkpoint, drafts, isRead, served, progress, cancellation);
            if (!resumed)
            {
                await Task.WhenAll(guests.Select(guest => BootAsync(guest, progress, cancellation, served)));
            }

            await (install ? published.PublishAsync([.. trees.Values], cancellation: cancellation) : publishing);
            if (!resumed && fresh && from is not null)
            {
                await instance.KeepReadyAsync(progress, time, cancellation);
            }

            return instance;
        }
        catch
        {
            await publication.CancelAsync();
            await publishing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var unserved = served is { IsFaulted: true } && drafts.TrueForAll(draft => draft.Domain is null);
            foreach (var guest in guests)
            {
                // Made while it was still hoped that somebody would serve it.
                await (unserved ? GuestDomain.RemoveAsync(guest.Domain, CancellationToken.None) : Task.CompletedTask);
                await guest.DisposeAsync();
            }

            foreach (var draft in drafts.Skip(guests.Count))
            {
                draft.Domain?.Dispose();
            }

            throw;
        }
    }

    /// <summary>A lab that is up already.</summary>
    /// <param name="lab">Its name.</param>
    /// <param name="hypervisor">Where it runs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Null when no such lab is up.</returns>
    public static async Task<LabInstance?> FindAsync(string lab, Hypervisor hypervisor, TimeProvider time, CancellationToken cancellation = default)
    {
        var domains = (await GuestDomain.ListAsync(hypervisor, cancellation)).ToLookup(found => found.Metadata.Lab == lab);
        foreach (var (domain, _) in domains[false])
        {
            domain.Dispose();
        }

        var mine = domains[true].OrderBy(found => found.Metadata.Guest, StringComparer.Ordinal).ToList();
        if (mine.Count == 0)
        {
            return null;
        }

        var home = hypervisor.Home;
        var identity = await SshIdentity.LoadOrCreateAsync(KeyFolder(home, lab), mine.Select(found => found.Metadata.Guest), cancellation);
        var guests = mine.Select(found => new Guest(
            hypervisor, found.Domain, found.Metadata, Endpoint(home, found.Metadata, identity),
            Path.Combine(GuestPlan.LabFolder(home, lab), found.Metadata.Guest), time));
        return new LabInstance(lab, [.. guests], new Dictionary<string, ComposedTree>(StringComparer.Ordinal));
    }

    /// <summary>Takes a lab down: ends its guests and removes everything that is theirs but keys and checkpoints. Works with the lab's files gone, and twice.</summary>
    /// <param name="lab">Its name.</param>
    /// <param name="hypervisor">Where it runs.</param>
    /// <param name="progress">Told of every guest.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether there was anything to take down.</returns>
    public static async Task<bool> DownAsync(string lab, Hypervisor hypervisor, IProgressSink progress, CancellationToken cancellation = default)
    {
        var home = hypervisor.Home;
        using var guard = await LockAsync(home, lab, progress, cancellation);
        var found = false;
        foreach (var (domain, metadata) in await GuestDomain.ListAsync(hypervisor, cancellation))
        {
            using (domain)
            {
                if (metadata.Lab == lab)
                {
                    using var activity = progress.Begin($"take down {lab}/{metadata.Guest}");
                    await GuestDomain.RemoveAsync(domain, cancellation);
                    activity.Done();
                    found = true;
                }
            }
        }

        await LabContent.StopAsync(home, lab, cancellation);
        await SshSockets.CloseAsync(SocketFolder(home, lab), cancellation);
        var folder = GuestPlan.LabFolder(home, lab);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            found = true;
        }

        return found;
    }

    /// <summary>Powers a guest on, where it is off, and waits until it is ready.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="progress">Told of its boot.</param>
    /// <param name="cancellation">Gives up; the guest goes on booting.</param>
    /// <returns>Whether it was off.</returns>
    /// <exception cref="HostException">libvirt refused; its words are in the message. Or it is a seat's that was killed on its way to its student.</exception>
    /// <exception cref="GuestDeadException">It did not become ready.</exception>
    public static async Task<bool> StartAsync(Guest guest, IProgressSink progress, CancellationToken cancellation = default)
    {
        using var guard = await LockAsync(guest.Hypervisor.Home, guest.Metadata.Lab, progress, cancellation);
        if (File.Exists(GuestPlan.HandOutIn(guest.Folder)))
        {
            throw new HostException($"Guest {guest.Name} of seat {guest.Metadata.Lab} was not handed out to its end, so it would come up as a copy of another.", $"`lab reset {guest.Metadata.Lab}` begins again.");
        }

        var wasOff = !await guest.Domain.IsActiveAsync(cancellation);
        await BootAsync(guest, progress, cancellation);
        return wasOff;
    }

    /// <summary>Powers a guest off, where it runs, and leaves it and its disk as they are.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="force">Cuts its power instead of asking it to shut down; what it has not written is lost.</param>
    /// <param name="progress">Told of it.</param>
    /// <param name="cancellation">Gives up waiting; a guest that was asked still shuts down.</param>
    /// <returns>Whether it ran.</returns>
    /// <exception cref="GuestDeadException">It was asked and did not shut down within the deadline.</exception>
    public static async Task<bool> StopAsync(Guest guest, bool force, IProgressSink progress, CancellationToken cancellation = default)
    {
        using var guard = await LockAsync(guest.Hypervisor.Home, guest.Metadata.Lab, progress, cancellation);
        if (!await guest.Domain.IsActiveAsync(cancellation))
        {
            return false;
        }

        using var activity = progress.Begin(force ? $"cut the power of {guest.Name}" : $"shut {guest.Name} down");
        await (force ? guest.CrashAsync(cancellation) : guest.ShutdownAsync(cancellation));
        activity.Done();
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var guest in Guests)
        {
            await guest.DisposeAsync();
        }
    }

    /// <summary>Sees whether this host can have a lab at all; to be asked before anything is started for it.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="hypervisor">Where it is to run.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DefinitionException">Its ports or its segments clash with each other, with this host's way to the world or with another lab; or what is to carry a segment is not there.</exception>
    /// <exception cref="HostException">There is not enough memory or disk.</exception>
    public static async Task CheckHostAsync(LabDefinition lab, Hypervisor hypervisor, CancellationToken cancellation = default)
    {
        RefuseSharedPorts(hypervisor.Home, lab);
        HostRoom.Check(lab, hypervisor.Home);
        if (lab.Segments.Count == 0)
        {
            return;
        }

        await SegmentCarriers.CheckAsync(lab, hypervisor.Connection, cancellation);
        await RefuseSharedAddressesAsync(lab, hypervisor.Home, cancellation);

        // On a network of this host's, its gateway may well be: the guests' own route to their host is the narrower one.
        var gateway = HostRoute.Gateway();
        if (lab.Segments.FirstOrDefault(segment => segment.Carrier is null && segment.Subnet.Contains(IPAddress.Parse(gateway))) is { } clash)
        {
            throw new DefinitionException(new Diagnostic(
                clash.Location, $"Segment {clash.Name} holds {gateway}, this host's way to the world, at which guests find their host", "Give it another subnet."));
        }
    }

    /// <summary>Refuses labs two of whose ports fall on the same one of this host: each follows from names alone, so that any process finds it.</summary>
    /// <exception cref="DefinitionException">Two do.</exception>
    internal static void RefuseSharedPorts(LabHome home, params IEnumerable<LabDefinition> labs)
    {
        var taken = new Dictionary<int, string>();
        foreach (var lab in labs)
        {
            var where = lab.Seat is { } seat ? $" at seat {seat.Number}" : string.Empty;
            Take(ContentPort(home, lab.Name), $"the lab's content server{where}", lab.Location, "the lab");
            foreach (var segment in lab.Segments.Where(segment => segment.Carrier is null))
            {
                Take(GuestPlan.SegmentPort(home, lab.Name, segment.Name), $"segment {segment.Name}{where}", segment.Location, "it");
            }

            foreach (var guest in lab.Guests)
            {
                var plan = new GuestPlan(home, lab.Name, guest, lab.Seat);
                foreach (var (port, what) in plan.Forwards.Select(forward => (forward.Host, $"port {forward.Guest}")).Concat(plan.Nics.Where(nic => nic.Carrier is null).Select(nic => (nic.Port, $"segment {nic.Segment}"))))
                {
                    Take(port, $"{what} of guest {guest.Name}{where}", guest.Location, "the guest");
                }
            }
        }

        void Take(int port, string what, SourceLocation location, string whose)
        {
            if (!taken.TryAdd(port, what))
            {
                throw new DefinitionException(new Diagnostic(
                    location, $"{char.ToUpperInvariant(what[0])}{what[1..]} falls on port {port} of this host, as {taken[port]} does", $"Give {whose} another name: the port follows from it."));
            }
        }
    }

    /// <summary>Refuses guests at addresses that guests of other labs of this home have, on a network of this host's that carries segments of both.</summary>
    /// <exception cref="DefinitionException">There are some.</exception>
    internal static async Task RefuseSharedAddressesAsync(LabDefinition lab, LabHome home, CancellationToken cancellation = default)
    {
        foreach (var other in Directory.EnumerateDirectories(home.Labs).Select(folder => Path.GetFileName(folder)).Where(name => name != lab.Name))
        {
            var theirs = (await SegmentPlan.ReadAsync(GuestPlan.LabFolder(home, other), cancellation)).Segments.SelectMany(segment => segment.Nics).Where(nic => nic.Carrier is not null).ToList();
            foreach (var (guest, on) in lab.Guests.SelectMany(guest => guest.Addresses.Select(on => (guest, on))))
            {
                if (theirs.FirstOrDefault(nic => nic.Carrier == on.Carrier && nic.Address.Split('/')[0] == $"{on.Address}") is { } taken)
                {
                    throw new DefinitionException(new Diagnostic(
                        guest.Location, $"{on.Address} on {on.Carrier} is guest `{taken.Guest}`'s of lab `{other}`, which is up", $"Give guest `{guest.Name}` another address, or `lab down {other}` first."));
                }
            }
        }
    }

    /// <summary>The folder of a lab's sockets, which only its owner can enter.</summary>
    public static string SocketFolder(LabHome home, string lab) =>
        Path.Combine(home.Runtime, ContentDigest.OfText(lab)[..8]);

    /// <summary>The folder of the sockets by which a lab's segments are connected.</summary>
    public static string NetworkFolder(LabHome home, string lab) => Path.Combine(SocketFolder(home, lab), "net");

    internal static Task<FileLock> LockAsync(LabHome home, string lab, IProgressSink progress, CancellationToken cancellation) =>
        FileLock.TakeAsync(home.LabLock(lab), () => progress.Begin($"wait for another lab process to let go of {lab}").Done(), cancellation);

    // Before anything runs that may ask for them. The process that serves the lab has the registry.
    private static async Task PushContainersAsync(LabDefinition definition, LabHome home, TreeComposer composer, Task? served, IProgressSink progress, CancellationToken cancellation)
    {
        if (RegistryOf(home, definition, progress) is { } registry)
        {
            await (served ?? Task.CompletedTask);
            await registry.PushAsync(definition.Containers, new ContainerBuilder(home, composer, progress), cancellation);
        }
    }

    private static async Task<SshIdentity> IdentityAsync(LabHome home, LabDefinition definition, CancellationToken cancellation)
    {
        Directory.CreateDirectory(SocketFolder(home, definition.Name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return await SshIdentity.LoadOrCreateAsync(KeyFolder(home, definition.Name), definition.Guests.Select(guest => guest.Name), cancellation);
    }

    private static SshEndpoint Endpoint(LabHome home, GuestMetadata metadata, SshIdentity identity) =>
        new(metadata.Guest, metadata.SshPort, identity, SocketFolder(home, metadata.Lab));

    private static Task<BaseImage> ImageAsync(GuestDefinition guest, ComposedTree? tree, ImageBuilder images, LabHome home, IProgressSink progress, CancellationToken cancellation) =>
        tree is null ? new ImageStore(home, progress).TakeAsync(guest, cancellation) : images.BuildAsync(tree, guest.Disk, cancellation);

    // A guest that is not there yet: what it is made from, and its domain where there is one from an earlier call.
    private sealed record GuestDraft(GuestPlan Plan, BaseImage Image, GuestInstaller? Installer, Seed Seed, SeedCredentials? Credentials, GuestMetadata Metadata, string Xml, Domain? Domain)
    {
        /// <summary>Makes its disks, overlays over what it begins on or over a checkpoint's copies, and what its firmware remembers.</summary>
        public async Task LayDisksAsync(Checkpoint? checkpoint, CancellationToken cancellation)
        {
            File.Delete(Plan.NvramFile);
            checkpoint?.GiveNvram(Plan.Name, Plan.Folder);
            var disks = Plan.FurtherDiskFiles(Image.Further.Count).Prepend(Plan.DiskFile).Zip(Image.Further.Prepend(Image));
            foreach (var (disk, image) in disks)
            {
                await DiskImage.OverlayAsync(checkpoint?.DiskFile(Plan.Name, disk) ?? image.File, disk, image.Size, cancellation);
            }
        }
    }

    // What installs a guest: an installer's image, and the kickstart to put on it.
    private sealed record GuestInstaller(string Image, KickstartFile Kickstart);

    private static async Task<GuestDraft> DraftAsync(
        GuestPlan plan,
        Domain? domain,
        LabDefinition definition,
        ComposedTree? tree,
        BaseImage image,
        string? installer,
        SshIdentity identity,
        string contentKey,
        HandOut? handOut,
        Hypervisor hypervisor,
        CancellationToken cancellation)
    {
        var home = hypervisor.Home;
        var seed = await GuestSeed.MakeAsync(plan, home, identity, HostsOf(definition, plan.Definition), contentKey, cancellation);
        var credentials = GuestSeed.Credentials(plan, seed);
        var metadata = new GuestMetadata(plan.Lab, plan.Name, home.Key, definition.File, string.Empty, tree?.Definition.Name ?? string.Empty, tree?.Commit ?? string.Empty, plan.Definition.User, plan.SshPort) { Image = plan.Definition.Image?.Name, HandOut = handOut };
        var kickstart = installer is null ? null : new GuestInstaller(installer, KickstartTemplate.Render(plan.Lab, plan.Definition, KickstartTemplate.Of(plan.Definition).Variant, null, seed.AuthorizedKey, seed.Content));
        string Xml(GuestMetadata of) => GuestDomain.Xml(plan, of, hypervisor.Verdict.Kind, hypervisor.HasSecurityDriver, image.Further.Count, credentials, kickstart is not null);
        metadata = metadata with { Definition = ContentDigest.OfText($"{image.Digest}/{Xml(metadata with { LabFile = string.Empty, HandOut = handOut is null ? null : handOut with { Seat = handOut.Seat with { Student = string.Empty } } })}/{string.Concat(SeedIso.Render(seed).Values)}{credentials?.Files}{plan.Definition.Ignition}{kickstart?.Kickstart}")[..16] };
        if (domain is not null)
        {
            var present = await GuestMetadata.ReadAsync(domain, cancellation);
            if (present?.HomeKey != home.Key || present.Lab != plan.Lab)
            {
                throw new DefinitionException(new Diagnostic(plan.Definition.Location, $"libvirt has a domain {plan.DomainName} already, and it is not this lab's", "Rename the lab or the guest, or remove that domain."));
            }

            if (kickstart is not null && !File.Exists(plan.InstallerFile))
            {
                throw new DefinitionException(new Diagnostic(plan.Definition.Location, $"Guest {plan.Name} is up on a disk that was made here, and does not install itself any more", $"`lab down {plan.Lab}` first, its disk goes with it; or `lab up` without `--install`, to keep it."));
            }

            if (present.Definition != metadata.Definition)
            {
                throw new DefinitionException(new Diagnostic(plan.Definition.Location, $"Guest {plan.Name} is up, made from another definition", $"`lab down {plan.Lab}` first; its disk goes with it."));
            }
        }

        return new GuestDraft(plan, image, kickstart, seed, credentials, metadata, Xml(metadata), domain);
    }

    private static async Task<bool> IsInstallingAsync(LabDefinition definition, Hypervisor hypervisor, CancellationToken cancellation)
    {
        foreach (var plan in definition.Guests.Select(guest => new GuestPlan(hypervisor.Home, definition.Name, guest)).Where(plan => File.Exists(plan.InstallerFile)))
        {
            using var domain = await hypervisor.Connection.FindDomainAsync(plan.DomainName, cancellation);
            if (domain is not null)
            {
                return true;
            }
        }

        return false;
    }

    // Of each ref, what its guests begin with is what it offers until they have it.
    private static async Task<string> PrepareInstallationAsync(
        LabDefinition definition,
        Dictionary<string, ComposedTree> trees,
        PublishedTrees published,
        TreeComposer composer,
        LabHome home,
        IProgressSink progress,
        CancellationToken cancellation)
    {
        var offered = new Dictionary<string, (GuestDefinition Guest, TreeDefinition Tree)>(StringComparer.Ordinal);
        foreach (var guest in definition.Guests)
        {
            if (guest.Tree is not { Ref: { } reference } tree)
            {
                throw new DefinitionException(new Diagnostic(guest.Location, $"guest `{guest.Name}` begins on an image, and `--install` installs trees", "Give it a tree, or leave out `--install`."));
            }

            if (!KickstartTemplate.InstallsTree(KickstartTemplate.Of(guest).Variant))
            {
                throw new DefinitionException(new Diagnostic(KickstartTemplate.Of(guest).Location, $"the kickstart of guest `{guest.Name}` installs no tree, and `--install` installs nothing else", "Give it `variant: ostree-rhel9`."));
            }

            if (!offered.TryAdd(reference, (guest, tree)) && offered[reference] is var other && other.Tree.Name != tree.Name)
            {
                throw new DefinitionException(new Diagnostic(guest.Location, $"guests `{other.Guest.Name}` and `{guest.Name}` install `{other.Tree.Name}` and `{tree.Name}`, and the ref `{reference}` offers one of them at a time", "Install them in labs of their own, or let both begin with the same tree."));
            }
        }

        var first = offered.Values.Select(one => one.Tree).ToList();
        await published.PublishAsync([.. first.Select(tree => trees[tree.Name])], cancellation: cancellation);
        return await new InstallerImage(home, composer, progress).BuildAsync(first[0].AllSources, cancellation);
    }

    private static Checkpoint? Fitting(Checkpoint? checkpoint, string name, IReadOnlyList<GuestDraft> drafts, Hypervisor hypervisor, IProgressSink progress)
    {
        var lab = drafts[0].Plan.Lab;
        var misfit = checkpoint?.Misfit(CheckpointMachine.Of(hypervisor.Verdict), drafts.ToDictionary(draft => draft.Plan.Name, draft => draft.Metadata.Definition, StringComparer.Ordinal));
        if (name != Checkpoint.Ready && (checkpoint is null || misfit is not null))
        {
            throw new HostException(
                checkpoint is null ? $"Lab {lab} has no checkpoint {name}." : $"Checkpoint {name} of lab {lab} does not fit any more: {misfit}.",
                "`lab checkpoint list` shows what there is; without `--from` the lab comes up as its file says.");
        }

        if (misfit is null)
        {
            return checkpoint;
        }

        progress.Begin($"boot: checkpoint {name} does not fit any more").Done(misfit);
        return null;
    }

    // A lab that is up is up, even where there is no room to come up quicker the next time.
    private async Task KeepReadyAsync(IProgressSink progress, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            await SaveAsync(Checkpoint.Ready, [.. Guests.Select(guest => guest.Mark(guest.Readiness!))], progress, time, cancellation);
        }
        catch (LabException failure) when (failure is not GuestDeadException)
        {
            progress.Begin("keep no checkpoint, so that the next up boots again").Done(failure.Message);
        }
    }

    // What can't be resumed after all is booted instead, from disks as they were before the first boot.
    private async Task<bool> TryResumeAsync(Checkpoint checkpoint, IReadOnlyList<GuestDraft> drafts, bool isRead, Task? served, IProgressSink progress, CancellationToken cancellation)
    {
        try
        {
            await ResumeAsync(checkpoint, progress, cancellation, served, isRead);
            return true;
        }
        catch (LabException failure) when (checkpoint.Name == Checkpoint.Ready && served is not { IsFaulted: true })
        {
            progress.Begin($"boot: checkpoint {checkpoint.Name} was not resumed").Done(failure.Message);
        }

        foreach (var draft in drafts)
        {
            File.Delete(draft.Plan.ConsoleFile);
            await draft.LayDisksAsync(checkpoint: null, cancellation);
        }

        return false;
    }

    private static async Task<Guest> DefineAsync(
        GuestDraft draft,
        Checkpoint? checkpoint,
        SshIdentity identity,
        Hypervisor hypervisor,
        TimeProvider time,
        IGuestObserver? observer,
        CancellationToken cancellation,
        bool isRead = false)
    {
        var plan = draft.Plan;
        var domain = draft.Domain;
        if (domain is null && !isRead)
        {
            Directory.CreateDirectory(plan.Folder);
            const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            if (plan.Definition.Ignition is { } ignition)
            {
                await WholeFile.WriteAsync(plan.IgnitionFile, ignition, owner, cancellation);
            }

            if (draft.Credentials is { } credentials)
            {
                await WholeFile.WriteAsync(plan.CredentialFile, credentials.Files, owner, cancellation);
            }

            File.Delete(plan.ConsoleFile);
            if (checkpoint is not null)
            {
                File.Copy(checkpoint.ConsoleFile(plan.Name), plan.ConsoleFile);
            }

            if (draft.Installer is { } installer)
            {
                await InstallerIso.EmbedAsync(installer.Image, plan.InstallerFile, installer.Kickstart.ToString(), [], cancellation);
            }

            await Task.WhenAll(SeedIso.WriteAsync(draft.Seed, plan.SeedFile, cancellation), draft.LayDisksAsync(checkpoint, cancellation));
        }

        domain ??= await hypervisor.Connection.DefineDomainAsync(draft.Xml, cancellation: cancellation);
        return new Guest(hypervisor, domain, draft.Metadata, Endpoint(hypervisor.Home, draft.Metadata, identity), plan.Folder, time, observer);
    }

    private static async Task BootAsync(Guest guest, IProgressSink progress, CancellationToken cancellation, Task? served = null)
    {
        if (await guest.AwaitsInstallationAsync(cancellation))
        {
            await (served ?? Task.CompletedTask);
            using var installing = progress.Begin($"install {guest.Name}");
            var installed = await guest.InstallAsync(installing, cancellation);
            installing.Done($"commit {installed.Commit[..10]}");
        }

        using var activity = progress.Begin($"boot {guest.Name}");
        var ran = await guest.Domain.IsActiveAsync(cancellation);
        if (!ran)
        {
            await guest.PowerOnAsync(cancellation);
        }
        else if ((await guest.Domain.GetStatusAsync(cancellation)).State == DomainState.Paused)
        {
            // As a resume or a save that was killed leaves it.
            await guest.Domain.ResumeAsync(cancellation);
        }

        // Its firmware and its bootloader ask for nothing.
        await (served ?? Task.CompletedTask);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = WatchAsync(guest, activity, watching.Token);
        try
        {
            var readiness = await guest.WaitUntilReadyAsync(cancellation: cancellation);
            if (ran)
            {
                await guest.SetClockAsync(cancellation);
            }

            activity.Done(readiness.Status.Booted is { } booted ? $"ready, {booted.Refspec} version {booted.Version}" : "ready");
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }
    }

    private static async Task WatchAsync(Guest guest, IActivity activity, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await guest.Console.WaitForMoreAsync(cancellation);
                activity.Report(guest.Console.Last);
            }
        }
        catch (OperationCanceledException)
        {
            // Ready, or given up.
        }
    }
}
