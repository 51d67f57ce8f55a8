using Lab.Execution;
using Lab.State;
using LibvirtSharp;

namespace Lab.Hosting;

/// <summary>
/// The libvirt connection that guests run on, and how fast they run there: the system's daemon where one answers, the session's
/// for an ordinary user, a private one for root where there is none.
/// </summary>
public sealed class Hypervisor : IAsyncDisposable
{
    private const string SystemUri = "qemu:///system";
    private const string SessionUri = "qemu:///session";

    // Since when libvirt and QEMU know of sparse files (https://libvirt.org/news.html; QEMU's docs/devel/migration/mapped-ram.rst).
    private static readonly Version SparseLibvirt = new(11, 2);
    private static readonly Version SparseQemu = new(9, 0);

    // More only fight for the disk.
    private static readonly int Channels = Math.Min(Environment.ProcessorCount, 4);

    private readonly string _qemuLogs;
    private readonly bool _savesSparsely;

    private Hypervisor(LabHome home, LibvirtConnection connection, AcceleratorVerdict verdict, bool hasSecurityDriver, bool savesSparsely, string qemuLogs) =>
        (Home, Connection, Verdict, HasSecurityDriver, _savesSparsely, _qemuLogs) = (home, connection, verdict, hasSecurityDriver, savesSparsely, qemuLogs);

    /// <summary>Where this host's facts and labs are.</summary>
    public LabHome Home { get; }

    /// <summary>The connection.</summary>
    public LibvirtConnection Connection { get; }

    /// <summary>KVM or emulation, and the factor on every deadline.</summary>
    public AcceleratorVerdict Verdict { get; }

    /// <summary>Whether the daemon confines guests (AppArmor, SELinux); where it doesn't, domains must say so.</summary>
    public bool HasSecurityDriver { get; }

    /// <summary>Finds, or starts, libvirt and opens it.</summary>
    /// <param name="home">Where facts are remembered.</param>
    /// <param name="progress">Told of the accelerator's probe.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">QEMU or libvirt is missing or does not answer.</exception>
    public static async Task<Hypervisor> OpenAsync(LabHome home, IProgressSink progress, CancellationToken cancellation = default)
    {
        var verdict = await new Accelerator(home.Host, progress).DecideAsync(cancellation);
        var uri = await UriAsync(home, verdict, cancellation);
        try
        {
            var connection = await LibvirtConnection.OpenAsync(uri, cancellation: cancellation);
            var capabilities = await connection.GetCapabilitiesAsync(cancellation);
            var confined = capabilities.Contains("<model>apparmor</model>", StringComparison.Ordinal) || capabilities.Contains("<model>selinux</model>", StringComparison.Ordinal);
            var sparsely = await connection.GetLibraryVersionAsync(cancellation) >= SparseLibvirt && await connection.GetHypervisorVersionAsync(cancellation) >= SparseQemu;
            return new Hypervisor(home, connection, verdict, confined, sparsely, QemuLogs(home, uri));
        }
        catch (Exception failure) when (failure is LibvirtException or DllNotFoundException)
        {
            throw new HostException($"libvirt does not answer at {uri}: {failure.Message}", "`lab doctor` says what is missing; `./build.sh Setup` installs it.", failure);
        }
    }

    /// <summary>A deadline written for an ordinary workstation, on this host.</summary>
    public TimeSpan Scale(TimeSpan deadline) => deadline * Verdict.TimeFactor;

    /// <summary>Whether a domain whose memory is saved goes on: not where libvirt or QEMU can't write it sparsely, nor where QEMU is confined to files that libvirt gives it.</summary>
    public bool SavesAlive => _savesSparsely && !HasSecurityDriver;

    /// <summary>Writes a suspended domain's memory and devices to a file: only what holds something, where libvirt and QEMU can. It stays suspended, or is off where not <see cref="SavesAlive"/>.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="file">The file; replaced if it exists.</param>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="LibvirtException">It could not be written.</exception>
    public Task SaveMemoryAsync(Domain domain, string file) =>
        SavesAlive ? SavedMemory.WriteAsync(domain, file, Channels)
        : _savesSparsely ? domain.SaveSparseAsync(file, Channels)
        : domain.SaveAsync(file);

    /// <summary>Resumes a domain, suspended, from a file that <see cref="SaveMemoryAsync"/> wrote. The file stays.</summary>
    /// <param name="file">The file.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    /// <exception cref="LibvirtException">It can't be resumed.</exception>
    public Task RestoreMemoryAsync(string file, CancellationToken cancellation = default) =>
        _savesSparsely ? Connection.RestoreSparseDomainAsync(file, Channels, DomainSaveOptions.Paused, cancellation) : Connection.RestoreDomainAsync(file, options: DomainSaveOptions.Paused, cancellation: cancellation);

    /// <summary>Where libvirt keeps what a domain's QEMU says.</summary>
    public string QemuLog(string domain) => Path.Combine(_qemuLogs, $"{domain}.log");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Connection.DisposeAsync();

    private static string QemuLogs(LabHome home, string uri) => uri switch
    {
        SystemUri => "/var/log/libvirt/qemu",
        SessionUri => Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "libvirt", "qemu", "log"),
        _ => PrivateLibvirtd.QemuLogs(home),
    };

    private static async Task<string> UriAsync(LabHome home, AcceleratorVerdict verdict, CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return SessionUri;
        }

        // Monolithic or modular: whichever answers is the system's.
        if (File.Exists("/run/libvirt/libvirt-sock") || File.Exists("/run/libvirt/virtqemud-sock"))
        {
            return SystemUri;
        }

        var daemon = new PrivateLibvirtd(home, verdict.Kind);
        await daemon.EnsureAsync(cancellation);
        return daemon.Uri;
    }
}
