using System.ComponentModel;
using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Execution;
using Lab.Images;
using Lab.Trees;
using Lab.Updates;

namespace Lab.Guests;

/// <summary>A guest's disk can't be looked into, or changed, as was asked. Nothing was changed.</summary>
public sealed class GuestDiskException(string guest, string message, string? remedy = null, FailureKind kind = FailureKind.Definition, Exception? inner = null)
    : LabException(kind, $"Guest {guest}: {message}", remedy, inner);

/// <summary>Which part of a guest's journal to read.</summary>
/// <param name="Boot">Which boot, as journalctl(1) has it: <c>0</c> is the last one, <c>-1</c> the one before, or a boot id.</param>
/// <param name="Lines">How many of its last lines; null for all.</param>
public sealed record JournalPart(string Boot = "0", int? Lines = null);

/// <summary>
/// What the disk of a guest that is off says: what its boot loader will do, which deployments there are, and what its journal has of its last
/// hours. Nothing is booted or mounted, and nothing on the disk changes.
/// </summary>
public sealed partial class GuestDisk
{
    private const string RootPartition = "root";
    private const string Deploy = "/ostree/deploy";
    private const string OriginExtension = ".origin";

    private readonly IReadOnlyDictionary<string, Deployment> _booted;

    private GuestDisk(BootPartition boot, IReadOnlyList<Deployment> deployments, IReadOnlyDictionary<string, Deployment> booted, IReadOnlyList<JournalEntry> journal, IReadOnlyList<string> problems) =>
        (Boot, Deployments, _booted, Journal, Problems) = (boot, deployments, booted, journal, problems);

    /// <summary>GRUB's variables and menu.</summary>
    public BootPartition Boot { get; }

    /// <summary>The deployments: first those of the menu, in its order, then any that no entry boots.</summary>
    public IReadOnlyList<Deployment> Deployments { get; }

    /// <summary>The part of the journal that was asked for, oldest first.</summary>
    public IReadOnlyList<JournalEntry> Journal { get; }

    /// <summary>What is wrong on the disk or could not be read, as sentences.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>What GRUB will do at the next power-on, as a sentence.</summary>
    public string Verdict => Boot.Next switch
    {
        { Entry: null } nothing => $"Nothing will boot: {nothing.Reason}.",
        { Tries: > 0 } counted when Boot.Entries.Count > 1 => $"The next boot takes entry 0 ({NameOf(0)}), {counted.Reason} before entry 1 ({NameOf(1)}).",
        var next => $"The next boot takes entry {next.Entry} ({NameOf(next.Entry.Value)}): {next.Reason}.",
    };

    /// <summary>The deployment that an entry of the menu boots; null where it is gone, or none of OSTree's.</summary>
    public Deployment? DeploymentOf(BootLoaderEntry entry) => _booted.GetValueOrDefault(entry.File);

    /// <summary>Reads all that the disk of a guest says. Copies what its root file system occupies, for as long as that takes.</summary>
    /// <param name="guest">The guest; off.</param>
    /// <param name="journal">Which part of its journal.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDiskException">It runs, its disk holds no such host, or there was no such boot.</exception>
    /// <exception cref="HostException">A host tool is missing.</exception>
    /// <exception cref="HostCommandFailedException">A host tool failed; its words are in the message.</exception>
    public static Task<GuestDisk> ReadAsync(Guest guest, JournalPart journal, CancellationToken cancellation = default) =>
        OfStoppedAsync(guest, () => ReadAsync(guest.Name, GuestPlan.DiskIn(guest.Folder), guest.Folder, journal, cancellation), cancellation);

    /// <summary>Reads what GRUB will see, and no more: takes less than a second.</summary>
    /// <param name="guest">The guest; off.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDiskException">It runs, or its disk has no boot partition.</exception>
    /// <exception cref="HostException">A host tool is missing.</exception>
    /// <exception cref="HostCommandFailedException">A host tool failed; its words are in the message.</exception>
    public static Task<BootPartition> ReadBootAsync(Guest guest, CancellationToken cancellation = default) =>
        OfStoppedAsync(guest, () => ReadBootAsync(guest.Name, GuestPlan.DiskIn(guest.Folder), guest.Folder, cancellation), cancellation);

    /// <summary>Changes GRUB's variables on the disk of a guest, as <c>grub-editenv</c> would on it.</summary>
    /// <param name="guest">The guest; off.</param>
    /// <param name="changes">Values by name; null removes a variable.</param>
    /// <param name="cancellation">Gives up before the write.</param>
    /// <exception cref="GuestDiskException">It runs, the variables don't fit, or the block is not where a write would be safe. Nothing was changed.</exception>
    /// <exception cref="HostException">A host tool is missing.</exception>
    /// <exception cref="HostCommandFailedException">A host tool failed; its words are in the message.</exception>
    public static Task SetEnvironmentAsync(Guest guest, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellation = default) =>
        OfStoppedAsync(
            guest,
            async () =>
            {
                await SetEnvironmentAsync(guest.Name, GuestPlan.DiskIn(guest.Folder), guest.Folder, changes, cancellation);
                return true;
            },
            cancellation);

    internal static Task<GuestDisk> ReadAsync(string guest, string disk, string folder, JournalPart journal, CancellationToken cancellation = default) =>
        WorkAsync(guest, folder, async work =>
        {
            var image = new DiskImage(disk);
            var boot = await BootPartition.ReadAsync(image, work, cancellation);
            var problems = new List<string>(boot.Problems);
            var root = await OpenRootAsync(image, work, problems, cancellation);
            var deployments = await ReadDeploymentsAsync(root, work, cancellation);
            var booted = new Dictionary<string, Deployment>(StringComparer.Ordinal);
            foreach (var entry in boot.Entries)
            {
                if (await FindAsync(root, entry, deployments, cancellation) is { } deployment)
                {
                    booted[entry.File] = deployment;
                }
                else
                {
                    problems.Add($"Entry {entry.File} boots no deployment that is on the disk.");
                }
            }

            var lines = await ReadJournalAsync(guest, root, work, journal, problems, cancellation);
            return new GuestDisk(boot, [.. booted.Values.Concat(deployments).Distinct()], booted, lines, problems);
        });

    internal static Task<BootPartition> ReadBootAsync(string guest, string disk, string folder, CancellationToken cancellation = default) =>
        WorkAsync(guest, folder, work => BootPartition.ReadAsync(new DiskImage(disk), work, cancellation));

    internal static Task SetEnvironmentAsync(string guest, string disk, string folder, IReadOnlyDictionary<string, string?> changes, CancellationToken cancellation = default) =>
        WorkAsync(guest, folder, async work =>
        {
            try
            {
                await BootPartition.SetEnvironmentAsync(new DiskImage(disk), changes, work, cancellation);
                return true;
            }
            catch (ArgumentException failure)
            {
                throw new GuestDiskException(guest, failure.Message, inner: failure);
            }
        });

    // Its ref and version, as people call it; what the menu shows where it is no deployment.
    private string NameOf(int entry) =>
        DeploymentOf(Boot.Entries[entry]) is { Refspec: { } refspec } deployment ? $"{refspec[(refspec.IndexOf(':', StringComparison.Ordinal) + 1)..]} {deployment.Version}".TrimEnd() : Boot.Entries[entry].Title;

    // Under the lab's lock, so that nobody powers it on meanwhile and nobody takes the work for litter.
    private static async Task<T> OfStoppedAsync<T>(Guest guest, Func<Task<T>> read, CancellationToken cancellation)
    {
        using var guard = await LabInstance.LockAsync(guest.Hypervisor.Home, guest.Metadata.Lab, SilentProgress.Instance, cancellation);
        if (await guest.Domain.IsActiveAsync(cancellation))
        {
            throw new GuestDiskException(guest.Name, "it runs, so that its disk can't be looked into.", $"`lab stop {guest.Name}` shuts it down first, and `lab stop {guest.Name} --force` cuts its power.");
        }

        try
        {
            return await read();
        }
        catch (GuestDiskException failure) when (guest.Metadata.Image is { } image && failure.InnerException is InvalidDataException cause)
        {
            throw new GuestDiskException(guest.Name, $"it began on {image}, whose disk is not laid out as those of trees are: {cause.Message}", inner: failure);
        }
    }

    private static async Task<T> WorkAsync<T>(string guest, string folder, Func<string, Task<T>> work)
    {
        using var workshop = new Workshop(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            return await work(workshop.Folder);
        }
        catch (InvalidDataException failure)
        {
            throw new GuestDiskException(guest, failure.Message, kind: FailureKind.Product, inner: failure);
        }
    }

    private static async Task<Ext4FileSystem> OpenRootAsync(DiskImage image, string work, List<string> problems, CancellationToken cancellation)
    {
        var partition = DiskPartition.Named(RootPartition, await image.PartitionsAsync(work, cancellation));
        var copy = Path.Combine(work, "root.raw");
        await image.CopyAsync(partition.Offset, partition.Length, copy, cancellation);
        var root = await Ext4FileSystem.OpenAsync(copy, cancellation);
        if (!root.NeedsRecovery)
        {
            return root;
        }

        problems.Add("The root file system was not unmounted. What stands here is what the next mount will see, its journal applied.");
        return await root.RecoverAsync(cancellation);
    }

    private static async Task<IReadOnlyList<Deployment>> ReadDeploymentsAsync(Ext4FileSystem root, string work, CancellationToken cancellation)
    {
        var found = new List<Deployment>();
        foreach (var stateRoot in (await root.ListAsync(Deploy, cancellation)).Where(entry => entry.IsDirectory))
        {
            var folder = $"{Deploy}/{stateRoot.Name}/deploy";
            foreach (var entry in await root.ListAsync(folder, cancellation))
            {
                if (entry.IsDirectory && DeploymentFolder().Match(entry.Name) is { Success: true } name)
                {
                    var commit = name.Groups["commit"].Value;
                    var origin = OriginOf(await root.ReadTextAsync($"{folder}/{entry.Name}{OriginExtension}", cancellation));
                    found.Add(new Deployment
                    {
                        StateRoot = stateRoot.Name,
                        Commit = commit,
                        Serial = int.Parse(name.Groups["serial"].ValueSpan, CultureInfo.InvariantCulture),
                        Refspec = origin.GetValueOrDefault("origin/refspec") ?? origin.GetValueOrDefault("origin/container-image-reference"),
                        Pinned = origin.GetValueOrDefault("libostree-transient/pinned") == "true",
                        Unlocked = origin.GetValueOrDefault("origin/unlocked"),
                        Version = await VersionAsync(root, commit, work, cancellation),
                    });
                }
            }
        }

        return found;
    }

    // A GLib key file: groups in brackets, then key=value.
    private static Dictionary<string, string> OriginOf(string? text)
    {
        var (group, values) = (string.Empty, new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var line in (text ?? string.Empty).Split('\n').Select(line => line.Trim()))
        {
            if (line is ['[', .. var name, ']'])
            {
                group = name;
            }
            else if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [var key, var value] && !line.StartsWith('#'))
            {
                values[$"{group}/{key}"] = value;
            }
        }

        return values;
    }

    // The commit's object is enough of a repository for ostree to read its metadata.
    private static async Task<string?> VersionAsync(Ext4FileSystem root, string commit, string work, CancellationToken cancellation)
    {
        var repository = new OstreeRepository(Path.Combine(work, "repo"));
        await repository.EnsureAsync(cancellation);
        var place = $"objects/{commit[..2]}/{commit[2..]}.commit";
        var file = Path.Combine(repository.Path, place);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await root.CopyOutAsync($"/ostree/repo/{place}", file, cancellation);
        var result = await repository.Ostree("show", "--print-metadata-key=version", commit).RunAsync(cancellation);

        // GVariant's text form of a string.
        return result.ExitCode == 0 ? result.Output.Trim().Trim('\'') : null;
    }

    // ostree= names a link in a folder of boot links, which leads to the deployment.
    private static async Task<Deployment?> FindAsync(Ext4FileSystem root, BootLoaderEntry entry, IReadOnlyList<Deployment> deployments, CancellationToken cancellation)
    {
        var link = entry.Ostree is { } path ? await root.ReadLinkAsync(path, cancellation) : null;
        return link?.Split('/') is [.., var stateRoot, "deploy", var folder]
            ? deployments.FirstOrDefault(deployment => deployment.StateRoot == stateRoot && $"{deployment.Commit}.{deployment.Serial}" == folder)
            : null;
    }

    private static async Task<IReadOnlyList<JournalEntry>> ReadJournalAsync(string guest, Ext4FileSystem root, string work, JournalPart part, List<string> problems, CancellationToken cancellation)
    {
        var copies = Directory.CreateDirectory(Path.Combine(work, "journal")).FullName;
        foreach (var stateRoot in (await root.ListAsync(Deploy, cancellation)).Where(entry => entry.IsDirectory))
        {
            var journal = $"{Deploy}/{stateRoot.Name}/var/log/journal";
            foreach (var machine in (await root.ListAsync(journal, cancellation)).Where(entry => entry.IsDirectory && MachineId().IsMatch(entry.Name)))
            {
                foreach (var file in (await root.ListAsync($"{journal}/{machine.Name}", cancellation)).Where(entry => entry.IsFile && JournalFile().IsMatch(entry.Name)))
                {
                    await root.CopyOutAsync($"{journal}/{machine.Name}/{file.Name}", Path.Combine(Directory.CreateDirectory(Path.Combine(copies, machine.Name)).FullName, file.Name), cancellation);
                }
            }
        }

        if (!Directory.EnumerateFileSystemEntries(copies).Any())
        {
            problems.Add("There is no journal on its disk. One is kept there only where /var/log/journal is there before journald starts (journald.conf(5), Storage=).");
            return [];
        }

        var lines = part.Lines is { } count ? new[] { $"--lines={count.ToString(CultureInfo.InvariantCulture)}" } : [];
        var journalctl = new Command("journalctl", [$"--directory={copies}", $"--boot={part.Boot}", "--no-pager", "--all", "--output=json", .. lines]);
        CommandResult result;
        try
        {
            result = await journalctl.RunAsync(cancellation);
        }
        catch (HostException failure) when (failure.InnerException is Win32Exception)
        {
            problems.Add($"The journal was not read: {failure.Message} {failure.Remedy}");
            return [];
        }

        return result.ExitCode == 0
            ? JournalEntry.Parse(result.Output)
            : throw new GuestDiskException(guest, $"its journal has no boot {part.Boot}. journalctl says: {result.Error.Trim()}", "0 is the last boot, -1 the one before.");
    }

    [GeneratedRegex(@"\A(?<commit>[0-9a-f]{64})\.(?<serial>[0-9]{1,9})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DeploymentFolder();

    [GeneratedRegex(@"\A[0-9a-f]{32}\z")]
    private static partial Regex MachineId();

    // systemd-journald.service(8), FILES: system.journal, user-1000.journal, what was rotated (@…) and what was found damaged (~).
    [GeneratedRegex(@"\A[A-Za-z0-9@_-]+\.journal~?\z")]
    private static partial Regex JournalFile();
}
