using System.Text.Json;
using Lab.Execution;

namespace Lab.Hosting;

/// <summary>Finds what a lab needs of its host, and says what to do about whatever lacks. It changes nothing.</summary>
/// <param name="home">The folder where Lab keeps its data; it need not be there yet.</param>
public sealed class Doctor(string home)
{
    private const long FreeDiskNeeded = 10_000_000_000;
    private const long MemoryNeeded = 3_000_000_000;

    // Debian's multiarch folder, Fedora's, and everybody else's.
    private static readonly string[] LibraryFolders = ["usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib"];

    private static readonly (string File, string Purpose, string Package)[] InstallerFiles =
    [
        ("usr/lib/ISOLINUX/isolinux.bin", "to make installer media that BIOSes start", "isolinux"),
        ("usr/lib/syslinux/modules/bios/ldlinux.c32", "to make installer media that BIOSes start", "syslinux-common"),
        ("usr/lib/grub/x86_64-efi/moddep.lst", "to make installer media that UEFI starts", "grub-efi-amd64-bin"),
        ("usr/bin/grub-mkimage", "to make installer media that UEFI starts", "grub-common"),
    ];

    /// <summary>How long a program may take to say its version; it takes milliseconds, and minutes where its disk hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The folder that the host's file system is at: <c>/</c> by default.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Where programs are looked for: where every command is by default.</summary>
    public IReadOnlyList<string> SearchPath { get; init; } = Command.SearchFolders;

    /// <summary>Whether to judge as root: by default, whether this process is.</summary>
    public bool Privileged { get; init; } = Environment.IsPrivilegedProcess;

    /// <summary>Whether to look for Vagrant as well, which no lab needs. False by default.</summary>
    public bool WithVagrant { get; init; }

    /// <summary>Whether to look for what Lab's own tests make installer images of. False by default.</summary>
    public bool WithInstallers { get; init; }

    /// <summary>Whether to look for what links Lab's own published program. False by default.</summary>
    public bool WithLinker { get; init; }

    /// <summary>Looks at everything at once; takes about as long as the slowest program needs to say its version.</summary>
    /// <param name="cancellation">Stops looking.</param>
    public async Task<HostReport> ExamineAsync(CancellationToken cancellation = default)
    {
        var os = await OsRelease.ReadAsync(Root, cancellation);
        var libvirt = LibvirtDaemon.FindAsync(Root, Privileged, cancellation);
        var tools = HostTool.All.Concat(WithVagrant ? [HostTool.Vagrant] : []).Concat(WithLinker ? [HostTool.Linker] : []).Select(tool => CheckAsync(tool, os, cancellation));
        var namespaces = CheckNamespacesAsync(cancellation);

        // Root's guests are reaped by what starts its libvirt (PrivateLibvirtd).
        Task<HostCheck>[] orphans = Privileged ? [] : [CheckOrphansAsync(cancellation)];
        HostCheck[] libraries = [CheckLibrary(os), CheckDriver("qemu", "to run guests", os), CheckDriver("network", "to make networks", os), .. WithVagrant ? [CheckDriver("storage", "to keep boxes", os)] : Array.Empty<HostCheck>()];
        HostCheck[] subordinateIds = Privileged ? [] : [CheckSubordinateIds()];
        return new HostReport(
            os,
            [.. await Task.WhenAll(tools), .. libraries, .. WithInstallers ? InstallerFiles.Select(needed => CheckFile(needed.File, needed.Purpose, os, needed.Package)) : [], await namespaces, .. await Task.WhenAll(orphans), CheckTap(), CheckUefi(os), .. subordinateIds, CheckDisk(), CheckMemory()],
            await libvirt);
    }

    private HostCheck CheckFile(string file, string purpose, OsRelease os, string package) =>
        Found(Path.GetFileName(file), File.Exists(Path.Combine(Root, file)) ? $"/{file}" : null, $"any version, {purpose}", os, package);

    private HostCheck Found(string name, string? file, string needed, OsRelease os, string package, CheckStatus otherwise = CheckStatus.Missing) =>
        new(name, file is null ? otherwise : CheckStatus.Ok, file, needed, file is null ? InstallPlan.Advise(os, [package], Privileged) : null, [package]);

    private async Task<HostCheck> CheckAsync(HostTool tool, OsRelease os, CancellationToken cancellation)
    {
        var remedy = InstallPlan.Advise(os, tool.Packages, Privileged);
        var path = SearchPath.Select(folder => Path.Combine(folder, tool.Program)).FirstOrDefault(File.Exists);
        if (path is null)
        {
            return Finding(tool.Optional ? CheckStatus.Warning : CheckStatus.Missing, found: null);
        }

        if (tool.VersionArguments.Count == 0)
        {
            return Finding(CheckStatus.Ok, path);
        }

        var (says, runs) = await AskAsync(new Command(path, tool.VersionArguments), cancellation);
        if (!runs)
        {
            return Finding(CheckStatus.Missing, $"{path} does not run: {says}");
        }

        var version = HostTool.ReadVersion(says);
        return Finding(tool.Judge(version), version?.ToString() ?? says.Split('\n')[0]);

        HostCheck Finding(CheckStatus status, string? found) =>
            new(tool.Program, status, found, tool.Needed, status == CheckStatus.Ok ? null : remedy, tool.Packages);
    }

    private async Task<HostCheck> CheckNamespacesAsync(CancellationToken cancellation)
    {
        // Containers and hardened kernels have unshare and refuse what it asks for, so it is asked.
        string[] asked = Privileged ? ["--mount", "--net"] : ["--user", "--map-root-user", "--mount", "--net"];
        // As this host's place on a segment is made, which hardened hosts may refuse though they allow the namespaces.
        var command = new Command("unshare", [.. asked, "--propagation", "slave", "sh", "-ec", "mount --bind /etc/hosts /etc/hosts; ip link set lo up"]);
        var (says, works) = await AskAsync(command, cancellation);
        return new HostCheck(
            "namespaces",
            works ? CheckStatus.Ok : CheckStatus.Missing,
            works ? "allowed" : says,
            "mount and network namespaces, to keep labs apart",
            (works, Privileged) switch
            {
                (true, _) => null,
                (_, true) => "Give this container CAP_SYS_ADMIN and a seccomp profile that allows unshare(2).",
                _ => "Allow user namespaces: `sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000`, and on Ubuntu `sysctl kernel.apparmor_restrict_unprivileged_userns=0`.",
            },
            []);
    }

    // libvirt's guests belong to nobody but process 1, and libvirt waits until that has taken note of their end (wait(2)), which the programs that some containers begin with don't.
    private static async Task<HostCheck> CheckOrphansAsync(CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(Patience / 4);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));

        // It ends after its parent, which might take note of it otherwise.
        var (orphan, noted) = await AskAsync(new Command("sh", "-c", "sh -c \"while [ -d /proc/$$ ]; do sleep 0.01; done\" < /dev/null > /dev/null 2>&1 & echo $!"), cancellation);
        var says = noted ? "takes note of processes that end" : orphan;
        try
        {
            while (noted && Directory.Exists($"/proc/{orphan}"))
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            (noted, says) = (false, "leaves processes that have ended as they are");
        }

        return new HostCheck(
            "process 1",
            noted ? CheckStatus.Ok : CheckStatus.Warning,
            says,
            "an init, or guests can't be stopped",
            noted ? null : "Begin the container with one: `--init` for podman and docker, or `tini -- COMMAND`.",
            []);
    }

    private HostCheck CheckTap()
    {
        var device = Path.Combine(Root, "dev/net/tun");
        string? wrong = null;
        try
        {
            using var opened = File.Open(device, FileMode.Open, FileAccess.ReadWrite);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            wrong = failure.Message;
        }

        return new HostCheck(
            "/dev/net/tun",
            wrong is null ? CheckStatus.Ok : CheckStatus.Warning,
            wrong ?? "opens",
            "a device that this user may open, for labs with segments",
            wrong is null ? null : "Load the module `tun`; give a container the device: `--device /dev/net/tun`.",
            []);
    }

    private HostCheck CheckUefi(OsRelease os)
    {
        var folder = Path.Combine(Root, "usr/share/qemu/firmware");
        var descriptor = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).FirstOrDefault(IsPlainUefi) : null;
        return Found("UEFI firmware", descriptor, "a build of OVMF without Secure Boot, for guests with `firmware: uefi`", os, "ovmf", CheckStatus.Warning);
    }

    // QEMU's docs/interop/firmware.json, by which libvirt finds firmware as well.
    private static bool IsPlainUefi(string descriptor)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(descriptor));
            var firmware = document.RootElement;
            return Has(firmware.GetProperty("interface-types"), "uefi")
                && firmware.GetProperty("targets").EnumerateArray().Any(target => target.GetProperty("architecture").GetString() == "x86_64")
                && !Has(firmware.GetProperty("features"), "secure-boot");
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            // What libvirt can't read either.
            return false;
        }

        static bool Has(JsonElement list, string word) => list.EnumerateArray().Any(item => item.GetString() == word);
    }

    private HostCheck CheckLibrary(OsRelease os)
    {
        string[] packages = ["libvirt0"];
        var version = LibvirtLibrary.ReadVersion();
        return new HostCheck(
            LibvirtLibrary.Name,
            version is null ? CheckStatus.Missing : version < LibvirtLibrary.Minimum ? CheckStatus.TooOld : CheckStatus.Ok,
            version?.ToString(),
            $"{LibvirtLibrary.Minimum} or newer, to speak with libvirt",
            version >= LibvirtLibrary.Minimum ? null : InstallPlan.Advise(os, packages, Privileged),
            packages);
    }

    private HostCheck CheckDriver(string driver, string purpose, OsRelease os)
    {
        // Debian only recommends the drivers to the daemon, which starts without them and then drives nothing.
        var module = LibraryFolders
            .Select(folder => Path.Combine(Root, folder, "libvirt/connection-driver", $"libvirt_driver_{driver}.so"))
            .FirstOrDefault(File.Exists);
        return Found($"libvirt {driver} driver", module, $"the daemon's own version, {purpose}", os, $"libvirt-daemon-driver-{driver}");
    }

    private HostCheck CheckSubordinateIds()
    {
        var user = Environment.UserName;
        var file = Path.Combine(Root, "etc/subuid");
        var range = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(user + ':', StringComparison.Ordinal))
            : null;
        return new HostCheck(
            "subuid",
            range is null ? CheckStatus.Missing : CheckStatus.Ok,
            range,
            "a range of subordinate ids, to compose trees without privileges (subuid(5))",
            range is null ? $"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}" : null,
            []);
    }

    private HostCheck CheckDisk()
    {
        var folder = Path.GetFullPath(home);
        while (!Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        var free = new DriveInfo(folder).AvailableFreeSpace;
        return Amount("disk", free, FreeDiskNeeded, $"free at {home}, for trees and disks", "Free some space, or set LAB_HOME to a folder on a larger disk.");
    }

    private static HostCheck CheckMemory()
    {
        // A container's limit shows in the first only, what other programs have taken in the second only.
        var limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var available = File.ReadLines("/proc/meminfo")
            .Where(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024)
            .FirstOrDefault(limit);
        return Amount("memory", Math.Min(limit, available), MemoryNeeded, "available, for guests", "Stop other programs, or run fewer guests at once.");
    }

    private static HostCheck Amount(string name, long found, long needed, string purpose, string remedy) =>
        new(
            name,
            found < needed ? CheckStatus.Warning : CheckStatus.Ok,
            $"{found / 1e9:0.0} GB",
            $"{needed / 1e9:0} GB {purpose}",
            found < needed ? remedy : null,
            []);

    private static async Task<(string Says, bool Works)> AskAsync(Command command, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            var result = await command.RunAsync(patience.Token);
            var says = $"{result.Output}\n{result.Error}".Trim();
            return result.ExitCode == 0 ? (says, true) : (says.Split('\n')[^1], false);
        }
        catch (HostException failure)
        {
            return (failure.Message, false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ($"no answer within {Patience.TotalSeconds:0} s", false);
        }
    }
}
