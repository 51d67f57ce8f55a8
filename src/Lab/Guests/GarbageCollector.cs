using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Lab.Containers;
using Lab.Execution;
using Lab.Hosting;
using Lab.Images;
using Lab.Remote;
using Lab.State;
using Lab.Trees;

namespace Lab.Guests;

/// <summary>What a thing is that no lab uses.</summary>
public enum GarbageKind
{
    /// <summary>A domain whose files are gone.</summary>
    Domain,

    /// <summary>A lab's folder without domains, as a killed <c>up</c> leaves.</summary>
    LabFolder,

    /// <summary>A base image that no disk rests on, or an image that a newer one has replaced.</summary>
    Image,

    /// <summary>A checkpoint that was never finished, that a later one has replaced, or that this host can't resume.</summary>
    Checkpoint,

    /// <summary>The SSH keys of a lab that is gone, and that no checkpoint knows.</summary>
    Keys,

    /// <summary>A tree that a later one of the same name has replaced.</summary>
    Tree,

    /// <summary>Objects in the repository that no tree reaches.</summary>
    Objects,

    /// <summary>A file or folder that was being written when its process was killed.</summary>
    PartialFile,

    /// <summary>Sockets and notes of processes that are gone.</summary>
    Socket,

    /// <summary>A process that waits for work that nobody has.</summary>
    Process,
}

/// <summary>A thing that no lab uses.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name, or the path of its file.</param>
/// <param name="Why">Why it is of no use.</param>
/// <param name="Bytes">What its removal gives back on the disk; null where that is not known, as with trees, which share objects.</param>
public sealed record Garbage(GarbageKind Kind, string Name, string Why, long? Bytes);

/// <summary>What a collection found.</summary>
/// <param name="Found">The things, in the order in which they were removed.</param>
/// <param name="Busy">What was left alone because somebody works there, as phrases.</param>
/// <param name="Removed">Whether they were removed, or only found.</param>
public sealed record GarbageReport(IReadOnlyList<Garbage> Found, IReadOnlyList<string> Busy, bool Removed);

/// <summary>
/// Finds and removes what no lab uses. Everything is judged and removed under the lock of those who make it, so what is being made
/// is never taken for a leftover; where a lock is held, all that it guards stays.
/// </summary>
/// <param name="home">The home to look through; other homes' things are not touched.</param>
/// <param name="hypervisor">Where its guests run; null where no guest of it can be.</param>
/// <param name="progress">Told of each thing before it is removed.</param>
public sealed partial class GarbageCollector(LabHome home, Hypervisor? hypervisor, IProgressSink progress)
{
    private readonly List<Garbage> _found = [];
    private readonly List<string> _busy = [];
    private bool _remove;

    /// <summary>Looks through the home once.</summary>
    /// <param name="remove">Whether to remove what is found; otherwise nothing changes.</param>
    /// <param name="cancellation">Stops between two removals.</param>
    /// <exception cref="HostCommandFailedException">A tool failed; its words are in the message.</exception>
    public async Task<GarbageReport> CollectAsync(bool remove, CancellationToken cancellation = default)
    {
        _found.Clear();
        _busy.Clear();
        _remove = remove;
        var locks = new List<FileLock>();
        try
        {
            var labs = await LockLabsAsync(locks, cancellation);
            var guests = await GuestsAsync(cancellation);
            var inUse = await CollectLabsAsync(labs, guests, cancellation);
            await CollectCheckpointsAsync(labs, cancellation);
            await CollectRuntimeAsync([.. inUse.Select(guest => guest.Lab), .. Directory.EnumerateDirectories(home.Labs).Select(folder => Path.GetFileName(folder))], cancellation);
            if (_busy.Count == 0)
            {
                // A lab that is coming up may have chosen an image or a tree that nothing refers to yet.
                await GuardedAsync(home.BoxLock, "boxes and disks", async () =>
                {
                    await CollectPartialFilesAsync(home.Boxes, cancellation);
                    await GuardedAsync(home.ImageLock, "disks", () => CollectImagesAsync(inUse, cancellation));
                });
                await GuardedAsync(home.InstallerLock, "installers", () => CollectInstallersAsync(cancellation));
                await GuardedAsync(home.ContainerLock, "container images", () => CollectContainersAsync(cancellation));
                await GuardedAsync(home.TreeLock, "trees", () => CollectTreesAsync(inUse, cancellation));
            }

            if (hypervisor is not null)
            {
                await GuardedAsync(Path.Combine(home.Host, "accelerator.lock"), "the accelerator's measurement", () => CollectPartialFilesAsync(home.Host, cancellation));
                await GuardedAsync(PrivateLibvirtd.LockOf(home), "the libvirt daemon", () => CollectDaemonAsync(inUse, hypervisor, cancellation));
            }
        }
        finally
        {
            locks.ForEach(held => held.Dispose());
        }

        return new GarbageReport([.. _found], [.. _busy], remove);
    }

    // A guest as this collector needs it.
    private sealed record KnownGuest(string Lab, string Name, string Domain, string Commit, IReadOnlyList<string> Files, Func<CancellationToken, Task> Remove);

    private async Task<IReadOnlyList<string>> LockLabsAsync(List<FileLock> locks, CancellationToken cancellation)
    {
        var known = new[] { home.Labs, home.Checkpoints, home.Keys }.SelectMany(Directory.EnumerateDirectories).Select(folder => Path.GetFileName(folder))
            .Concat(Directory.EnumerateFiles(home.Locks, LabHome.LabLockPrefix + "*").Select(file => Path.GetFileName(file)[LabHome.LabLockPrefix.Length..]))
            .Concat((await GuestsAsync(cancellation)).Select(guest => guest.Lab));
        var mine = new List<string>();
        foreach (var lab in known.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (FileLock.TryTake(home.LabLock(lab)) is { } held)
            {
                locks.Add(held);
                mine.Add(lab);
            }
            else
            {
                _busy.Add($"lab {lab}, because another lab process works on it");
            }
        }

        return mine;
    }

    private async Task<IReadOnlyList<KnownGuest>> GuestsAsync(CancellationToken cancellation)
    {
        var guests = new List<KnownGuest>();
        foreach (var (domain, metadata) in hypervisor is null ? [] : await GuestDomain.ListAsync(hypervisor, cancellation))
        {
            using (domain)
            {
                var uuid = domain.Uuid;
                if (await GuestDomain.FilesAsync(domain, cancellation) is { } files)
                {
                    guests.Add(new KnownGuest(metadata.Lab, metadata.Guest, domain.Name, metadata.Commit, files, token => RemoveDomainAsync(uuid, token)));
                }
            }
        }

        return guests;
    }

    private async Task RemoveDomainAsync(Guid uuid, CancellationToken cancellation)
    {
        using var domain = await hypervisor!.Connection.FindDomainAsync(uuid, cancellation);
        if (domain is not null)
        {
            await GuestDomain.RemoveAsync(domain, cancellation);
        }
    }

    private async Task<IReadOnlyList<KnownGuest>> CollectLabsAsync(IReadOnlyList<string> mine, IReadOnlyList<KnownGuest> guests, CancellationToken cancellation)
    {
        var inUse = guests.ToList();
        foreach (var lab in mine)
        {
            var folder = GuestPlan.LabFolder(home, lab);
            foreach (var guest in guests.Where(guest => guest.Lab == lab && !Directory.Exists(Path.Combine(folder, guest.Name))))
            {
                await TakeAsync(new Garbage(GarbageKind.Domain, guest.Domain, "its files are gone", Bytes: null), () => guest.Remove(cancellation));
                inUse.Remove(guest);
            }

            if (!Directory.Exists(folder))
            {
                continue;
            }

            if (inUse.Exists(guest => guest.Lab == lab))
            {
                // A guest may be called as workshops are, so they are looked for in the guests' folders only.
                await CollectPartialFilesAsync(folder, Directory.EnumerateDirectories(folder), cancellation);
            }
            else if (LabContent.IsServed(home, lab))
            {
                _busy.Add($"lab {lab}, because its trees are being served; `lab down {lab}` ends that");
            }
            else
            {
                await TakeAsync(new Garbage(GarbageKind.LabFolder, folder, "the lab has no guests", await DiskUse.OfAsync(folder, cancellation)), async () =>
                {
                    await SshSockets.CloseAsync(LabInstance.SocketFolder(home, lab), cancellation);
                    await DeleteAsync(folder, cancellation);
                });
            }
        }

        return inUse;
    }

    private async Task CollectCheckpointsAsync(IReadOnlyList<string> mine, CancellationToken cancellation)
    {
        var store = new CheckpointStore(home);
        foreach (var lab in mine)
        {
            foreach (var folder in await store.LeftoversAsync(lab, cancellation))
            {
                await TakeAsync(new Garbage(GarbageKind.Checkpoint, folder, "it was replaced, or its process was killed", await DiskUse.OfAsync(folder, cancellation)), () => RemoveCheckpointAsync(folder));
            }

            foreach (var stranger in hypervisor is null ? [] : store.List(lab).Where(checkpoint => checkpoint.Machine != CheckpointMachine.Of(hypervisor.Verdict)))
            {
                if (!await store.IsUsedAsync(lab, stranger.Folder, cancellation))
                {
                    await TakeAsync(
                        new Garbage(GarbageKind.Checkpoint, stranger.Folder, "this host's QEMU, accelerator or processor is another than the one that saved it", await DiskUse.OfAsync(stranger.Folder, cancellation)),
                        () => RemoveCheckpointAsync(stranger.Folder));
                }
            }

            var keys = LabInstance.KeyFolder(home, lab);
            if (Directory.Exists(keys) && store.List(lab).Count == 0 && (!Directory.Exists(GuestPlan.LabFolder(home, lab)) || _found.Exists(found => found.Name == GuestPlan.LabFolder(home, lab))))
            {
                await TakeAsync(new Garbage(GarbageKind.Keys, keys, "the lab is gone", await DiskUse.OfAsync(keys, cancellation)), () => DeleteAsync(keys, cancellation));
            }
        }
    }

    private static Task RemoveCheckpointAsync(string folder)
    {
        CheckpointStore.Remove(folder);
        return Task.CompletedTask;
    }

    private async Task CollectRuntimeAsync(IReadOnlyCollection<string> labs, CancellationToken cancellation)
    {
        var sockets = labs.Select(lab => LabInstance.SocketFolder(home, lab)).ToHashSet(StringComparer.Ordinal);
        foreach (var folder in Directory.EnumerateDirectories(home.Runtime).Where(folder => SocketFolderName().IsMatch(Path.GetFileName(folder)) && !sockets.Contains(folder)))
        {
            await TakeAsync(new Garbage(GarbageKind.Socket, folder, "its lab is gone", Bytes: null), () => SshSockets.CloseAsync(folder, cancellation));
        }

        foreach (var file in Directory.EnumerateFiles(home.Runtime, "content-*"))
        {
            var lab = Path.GetFileNameWithoutExtension(file)["content-".Length..];
            if (!LabContent.IsServed(home, lab) && (Path.GetExtension(file) == ".pid" || !labs.Contains(lab)))
            {
                await TakeAsync(new Garbage(GarbageKind.Socket, file, "its process is gone", await DiskUse.OfAsync(file, cancellation)), () => DeleteAsync(file, cancellation));
            }
        }
    }

    private async Task CollectImagesAsync(IReadOnlyList<KnownGuest> inUse, CancellationToken cancellation)
    {
        await CollectPartialFilesAsync(home.Images, cancellation);
        var used = inUse.SelectMany(guest => guest.Files).ToHashSet(StringComparer.Ordinal);
        used.UnionWith(new BoxStore(home).List().SelectMany(box => box.Disks).Select(home.ImageFile));
        var labs = new[] { home.Labs, home.Checkpoints }.SelectMany(Directory.EnumerateDirectories);
        var disks = labs.SelectMany(folder => Directory.EnumerateFiles(folder, "*.qcow2", SearchOption.AllDirectories)).Where(disk => !_found.Exists(found => disk.StartsWith(found.Name + '/', StringComparison.Ordinal)));
        foreach (var disk in disks.Concat(used.Where(File.Exists)).ToList())
        {
            used.UnionWith(await new DiskImage(disk).ChainAsync(cancellation));
        }

        foreach (var image in Directory.EnumerateFiles(home.Images, "*.qcow2").Where(image => !used.Contains(image)).Order(StringComparer.Ordinal))
        {
            await TakeAsync(new Garbage(GarbageKind.Image, image, "no guest's disk rests on it", await DiskUse.OfAsync(image, cancellation)), () => DeleteAsync(image, cancellation));
        }
    }

    // Guests have copies of their own, so of images and of the root file systems in them only the newest is of use.
    private Task CollectInstallersAsync(CancellationToken cancellation) =>
        CollectReplacedAsync(new DirectoryInfo(home.Installers).EnumerateFileSystemInfos().GroupBy(entry => entry is DirectoryInfo), "a newer installer is there", cancellation);

    // Labs that are up have copies in their registries, so of each only the newest is of use.
    private async Task CollectContainersAsync(CancellationToken cancellation)
    {
        await CollectPartialFilesAsync(home.Containers, cancellation);
        var images = new DirectoryInfo(home.Containers).EnumerateFileSystemInfos("*.oci");
        await CollectReplacedAsync(images.GroupBy(image => image.Name[..Math.Max(0, image.Name.LastIndexOf(ContainerBuilder.Mark))]), "a newer one is there", cancellation);
    }

    // Of each group all but the newest.
    private async Task CollectReplacedAsync<T>(IEnumerable<IGrouping<T, FileSystemInfo>> groups, string why, CancellationToken cancellation)
    {
        foreach (var old in groups.SelectMany(versions => versions.OrderByDescending(version => version.LastWriteTimeUtc).Skip(1)).ToList())
        {
            await TakeAsync(new Garbage(GarbageKind.Image, old.FullName, why, await DiskUse.OfAsync(old.FullName, cancellation)), () => DeleteAsync(old.FullName, cancellation));
        }
    }

    private async Task CollectTreesAsync(IReadOnlyList<KnownGuest> inUse, CancellationToken cancellation)
    {
        await CollectPartialFilesAsync(home.Trees, cancellation);
        var repository = TreeComposer.Store(home);
        if (repository.Exists)
        {
            foreach (var (name, replaced) in await ReplacedTreesAsync(repository, inUse, cancellation))
            {
                await TakeAsync(new Garbage(GarbageKind.Tree, name, replaced, Bytes: null), () => repository.Ostree("refs", "--delete", name).SucceedAsync(cancellation));
            }

            await CollectObjectsAsync(repository, cancellation);
        }

        var keys = TreeComposer.KeyFolder(home);
        if (Directory.Exists(keys) && await HasAgentAsync(keys, cancellation))
        {
            await TakeAsync(new Garbage(GarbageKind.Process, "gpg-agent", "nothing is being signed", Bytes: null), () => SigningKey.StopAgentAsync(keys, cancellation));
        }
    }

    private async Task<IReadOnlyList<(string Ref, string Why)>> ReplacedTreesAsync(OstreeRepository repository, IReadOnlyList<KnownGuest> inUse, CancellationToken cancellation)
    {
        var used = inUse.Select(guest => guest.Commit).ToHashSet(StringComparer.Ordinal);
        foreach (var lab in inUse.Select(guest => guest.Lab).Distinct(StringComparer.Ordinal))
        {
            var published = LabInstance.Repository(home, lab);
            used.UnionWith(published.Exists ? (await published.ListRefsAsync(null, cancellation)).Values : []);
        }

        // lab/NAME/DIGEST
        var trees = new List<(string Ref, string Name, string Commit, DateTimeOffset Made)>();
        foreach (var (name, commit) in await repository.ListRefsAsync("lab", cancellation))
        {
            trees.Add((name, name.Split('/') is [_, var tree, ..] ? tree : name, commit, await repository.TimestampAsync(commit, cancellation)));
        }

        return
        [
            .. trees.GroupBy(tree => tree.Name, StringComparer.Ordinal)
                .SelectMany(versions => versions.OrderByDescending(tree => tree.Made).Skip(1))
                .Where(tree => !used.Contains(tree.Commit))
                .Select(tree => (tree.Ref, $"there is a later tree {tree.Name}")),
        ];
    }

    private async Task CollectObjectsAsync(OstreeRepository repository, CancellationToken cancellation)
    {
        var preview = PrunePreview().Match(await repository.Ostree("prune", "--refs-only", "--no-prune").SucceedAsync(cancellation));
        if (preview.Success && preview.Groups["count"].Value is not "0" and var count)
        {
            // GLib's g_format_size: powers of 1000.
            var unit = preview.Groups["unit"].Value switch { "kB" => 1e3, "MB" => 1e6, "GB" => 1e9, _ => 1 };
            var bytes = (long)(double.Parse(preview.Groups["amount"].ValueSpan, CultureInfo.InvariantCulture) * unit);
            await TakeAsync(new Garbage(GarbageKind.Objects, $"{count} objects", "no tree holds them", bytes), () => repository.PruneAsync(cancellation));
        }
    }

    // It exits with 0 either way.
    private static async Task<bool> HasAgentAsync(string keys, CancellationToken cancellation) =>
        !(await new Command("gpg-connect-agent", "--homedir", keys, "--no-autostart", "/bye").RunAsync(cancellation)).Error.Contains("no gpg-agent running", StringComparison.Ordinal);

    private async Task CollectDaemonAsync(IReadOnlyList<KnownGuest> inUse, Hypervisor libvirt, CancellationToken cancellation)
    {
        if (inUse.Count == 0 && _busy.Count == 0 && WasRunning(PrivateLibvirtd.PidFileOf(home)))
        {
            await TakeAsync(
                new Garbage(GarbageKind.Process, "libvirtd", "no guest is left for this home's own libvirt daemon", Bytes: null),
                () => new PrivateLibvirtd(home, libvirt.Verdict.Kind).StopAsync(cancellation));
        }
    }

    // One that was started only to look for guests here is no leftover; it ends by itself.
    private static bool WasRunning(string pidFile)
    {
        if (!File.Exists(pidFile) || !int.TryParse(File.ReadAllText(pidFile), out var pid))
        {
            return false;
        }

        try
        {
            using var daemon = Process.GetProcessById(pid);
            using var self = Process.GetCurrentProcess();
            return daemon.StartTime < self.StartTime;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private Task CollectPartialFilesAsync(string folder, CancellationToken cancellation) => CollectPartialFilesAsync(folder, [folder], cancellation);

    // The caller holds the lock of those who write there.
    private async Task CollectPartialFilesAsync(string folder, IEnumerable<string> places, CancellationToken cancellation)
    {
        // Deep enough for what is written whole, and not for the thousands of files in a repository.
        var shallow = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 };
        var work = places.SelectMany(place => Directory.EnumerateDirectories(place, Workshop.Pattern)).Order(StringComparer.Ordinal).ToList();
        var files = Directory.EnumerateFiles(folder, "*" + WholeFile.Partial, shallow).Where(file => !work.Exists(other => file.StartsWith(other + '/', StringComparison.Ordinal)));
        foreach (var path in work.Concat(files.Order(StringComparer.Ordinal)).ToList())
        {
            await TakeAsync(new Garbage(GarbageKind.PartialFile, path, "its process was killed", await DiskUse.OfAsync(path, cancellation)), () => DeleteAsync(path, cancellation));
        }
    }

    private async Task GuardedAsync(string path, string what, Func<Task> collect)
    {
        using var held = FileLock.TryTake(path);
        if (held is null)
        {
            _busy.Add($"{what}, because another lab process works on them");
            return;
        }

        await collect();
    }

    private async Task TakeAsync(Garbage garbage, Func<Task> removal)
    {
        _found.Add(garbage);
        if (_remove)
        {
            using var activity = progress.Begin($"remove {garbage.Name} ({garbage.Why}{(garbage.Bytes is { } bytes ? $", {bytes / 1_000_000.0:0.0} MB" : string.Empty)})");
            await removal();
            activity.Done();
        }
    }

    // Deployments hold files of many owners: an ordinary user has them as the root of a user namespace (subuid(5)).
    private static async Task DeleteAsync(string path, CancellationToken cancellation)
    {
        string[] remove = ["rm", "-rf", "--one-file-system", "--", path];
        var command = Environment.IsPrivilegedProcess ? new Command(remove[0], remove[1..]) : new Command("unshare", ["--user", "--map-auto", "--map-root-user", .. remove]);
        await command.SucceedAsync(cancellation);
    }

    [GeneratedRegex(@"\A[0-9a-f]{8}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex SocketFolderName();

    [GeneratedRegex(@"Would delete: (?<count>[0-9]+) objects, freeing (?<amount>[0-9.]+)\s(?<unit>bytes?|kB|MB|GB)", RegexOptions.ExplicitCapture)]
    private static partial Regex PrunePreview();
}
