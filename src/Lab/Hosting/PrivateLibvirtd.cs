using Lab.Execution;
using Lab.State;

namespace Lab.Hosting;

/// <summary>
/// A libvirt daemon of our own, for root on a machine where none runs (a container, a host without systemd): in a private mount
/// namespace, so that it shares no state with a daemon the host may start later. It ends by itself a while after its last guest.
/// Its machines are reaped by tini(1): libvirt takes one for running until somebody has, and the first process of such a host may do so late or never.
/// </summary>
public sealed class PrivateLibvirtd
{
    // Long enough to outlive the gaps between two commands of one person, short enough to be gone after `lab down`.
    private const int IdleSeconds = 120;

    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(25);
    private readonly string _folder;
    private readonly string _runtime;
    private readonly string _lock;

    private readonly bool _hideKvm;

    /// <param name="home">Where its folders are.</param>
    /// <param name="accelerator">
    /// What guests will use. libvirt asks QEMU for its abilities anew, many times a definition (a minute and a half here), where its QEMU
    /// can open /dev/kvm and its unprivileged user can't, or the other way round; so a daemon whose guests are emulated sees a device
    /// that nobody can use.
    /// </param>
    public PrivateLibvirtd(LabHome home, AcceleratorKind accelerator)
    {
        _hideKvm = accelerator == AcceleratorKind.Tcg && File.Exists(AcceleratorProbe.KvmDevice);
        _folder = Folder(home);
        PidFile = PidFileOf(home);
        _runtime = Path.GetDirectoryName(PidFile)!;
        _lock = LockOf(home);
    }

    /// <summary>The address of its connection (https://libvirt.org/uri.html).</summary>
    public string Uri => $"qemu+unix:///system?socket={Socket}";

    private string Socket => Path.Combine(_runtime, "libvirt-sock");

    private string PidFile { get; }

    private string Log => Path.Combine(_folder, "log", "libvirtd.log");

    /// <summary>The note of a home's daemon, which it writes while it runs.</summary>
    internal static string PidFileOf(LabHome home) => Path.Combine(home.Runtime, "libvirt", "libvirtd.pid");

    /// <summary>The lock of whoever starts or ends a home's daemon.</summary>
    internal static string LockOf(LabHome home) => Path.Combine(home.Locks, "libvirtd");

    /// <summary>Where it keeps what each domain's QEMU says.</summary>
    public static string QemuLogs(LabHome home) => Path.Combine(Folder(home), "log", "qemu");

    /// <summary>Starts the daemon unless it runs.</summary>
    /// <exception cref="HostException">It did not start; its last words are in the message.</exception>
    public async Task EnsureAsync(CancellationToken cancellation = default)
    {
        using var guard = await FileLock.TakeAsync(_lock, cancellation: cancellation);
        if (IsRunning())
        {
            return;
        }

        Directory.CreateDirectory(_runtime);
        foreach (var folder in new[] { "etc", "lib", "cache", "log" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, folder));
        }

        await WriteConfigurationAsync(cancellation);
        File.Delete(Socket);
        using var daemon = DetachedProgram.Start(Log, ["unshare", "--mount", "--propagation", "private", "sh", "-ec", Script()]);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(StartDeadline);
        try
        {
            // Its file is there a moment before anybody listens on it.
            while (await LibvirtDaemon.KnockAsync(Socket, deadline.Token) is not null)
            {
                if (daemon.HasExited)
                {
                    throw new HostException($"The private libvirt daemon did not start:{LastWords.Of(string.Empty, await File.ReadAllTextAsync(Log, cancellation))}", "`lab doctor` checks what it needs. It needs root, and mount namespaces.");
                }

                await Task.Delay(PollEvery, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HostException($"The private libvirt daemon opened no socket within {StartDeadline.TotalSeconds:0} s.", $"Its log is {Log}.");
        }
    }

    /// <summary>Ends the daemon, if it runs. Its guests go on: the next one finds them.</summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (File.Exists(PidFile) && IsRunning())
        {
            await new Command("kill", (await File.ReadAllTextAsync(PidFile, cancellation)).Trim()).RunAsync(cancellation);
        }
    }

    // A pid alone may be another program's by now.
    private bool IsRunning() =>
        File.Exists(PidFile) && int.TryParse(File.ReadAllText(PidFile).Trim(), out var pid)
        && File.Exists($"/proc/{pid}/comm") && File.ReadAllText($"/proc/{pid}/comm").Trim() == "libvirtd";

    private static string Folder(LabHome home) => Path.Combine(home.Host, "libvirt");

    private string Script()
    {
        var mounts = new (string From, string To)[]
        {
            (_runtime, "/run/libvirt"),
            ($"{_folder}/lib", "/var/lib/libvirt"),
            ($"{_folder}/cache", "/var/cache/libvirt"),
            ($"{_folder}/log", "/var/log/libvirt"),
            ($"{_folder}/etc", "/etc/libvirt"),
        };
        return string.Join('\n', mounts.Select(mount => $"mkdir -p {mount.To}; mount --bind {Command.Quote(mount.From)} {mount.To}"))
            + (_hideKvm ? $"\ninstall -m 0000 /dev/null {Command.Quote(_folder)}/no-kvm && mount --bind {Command.Quote(_folder)}/no-kvm {AcceleratorProbe.KvmDevice}" : string.Empty)
            + $"\nexec tini -s -- libvirtd --pid-file {Command.Quote(PidFile)} --timeout {IdleSeconds}";
    }

    private async Task WriteConfigurationAsync(CancellationToken cancellation)
    {
        // Where there is no systemd there may be no control groups, no security driver and no virtlogd. QEMU still runs as a user of
        // its own: Debian's package makes it, and passt refuses to run as root.
        const string qemu = """
            security_driver = "none"
            user = "libvirt-qemu"
            group = "libvirt-qemu"
            dynamic_ownership = 1
            remember_owner = 0
            namespaces = []
            cgroup_controllers = []
            stdio_handler = "file"
            """;
        await WholeFile.WriteAsync(Path.Combine(_folder, "etc", "qemu.conf"), qemu + "\n", cancellation: cancellation);
        await WholeFile.WriteAsync(Path.Combine(_folder, "etc", "libvirtd.conf"), "auth_unix_rw = \"none\"\nauth_unix_ro = \"none\"\nunix_sock_rw_perms = \"0700\"\n", cancellation: cancellation);
    }
}
