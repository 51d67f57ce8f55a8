using System.Globalization;
using Lab.State;

namespace Lab.Trees;

/// <summary>
/// A lab's content server as this host has it: at most one a lab, whichever process runs it, known by a lock that dies with that process.
/// It ends when it is told to, or when the lab's folder is gone.
/// </summary>
public sealed class LabContent : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(10);
    private readonly FileLock _lock;
    private readonly string _pidFile;
    private readonly string _repository;

    private LabContent(FileLock held, ContentServer server, FleetLock reboots, string pidFile, string repository) =>
        (_lock, Server, Reboots, _pidFile, _repository) = (held, server, reboots, pidFile, repository);

    /// <summary>The server.</summary>
    public ContentServer Server { get; }

    /// <summary>Who of the lab may reboot now.</summary>
    public FleetLock Reboots { get; }

    /// <summary>Starts serving a lab's repository from this process.</summary>
    /// <param name="home">The home that the lab is in.</param>
    /// <param name="lab">The lab.</param>
    /// <param name="repository">Its repository's folder; made where it is not there yet.</param>
    /// <param name="port">The port on the loopback.</param>
    /// <param name="rebootSlots">How many of its hosts may reboot at once.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <returns>Null when another process serves it already.</returns>
    /// <exception cref="HostException">The port is taken by something else.</exception>
    public static async Task<LabContent?> TryStartAsync(LabHome home, string lab, string repository, int port, int rebootSlots = FleetLock.DefaultSlots, CancellationToken cancellation = default)
    {
        var held = FileLock.TryTake(LockFile(home, lab));
        if (held is null)
        {
            return null;
        }

        try
        {
            Directory.CreateDirectory(repository);
            var reboots = new FleetLock(Path.GetDirectoryName(repository)!, rebootSlots);
            var server = await ContentServer.StartAsync(repository, port, TreeComposer.Store(home), reboots, cancellation);
            await WholeFile.WriteAsync(PidFile(home, lab), Environment.ProcessId.ToString(CultureInfo.InvariantCulture), cancellation: cancellation);
            return new LabContent(held, server, reboots, PidFile(home, lab), repository);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether some process serves a lab.</summary>
    public static bool IsServed(LabHome home, string lab)
    {
        using var free = FileLock.TryTake(LockFile(home, lab));
        return free is null;
    }

    /// <summary>Whether a server of a lab has begun to answer. One that was killed since is taken for one that does.</summary>
    public static bool HasBegun(LabHome home, string lab) => File.Exists(PidFile(home, lab));

    /// <summary>Ends the process that serves a lab, if there is one.</summary>
    /// <exception cref="HostException">It did not end.</exception>
    public static async Task StopAsync(LabHome home, string lab, CancellationToken cancellation = default)
    {
        var pidFile = PidFile(home, lab);
        if (IsServed(home, lab) && File.Exists(pidFile) && int.TryParse(await File.ReadAllTextAsync(pidFile, cancellation), out var pid) && pid != Environment.ProcessId)
        {
            await new Execution.Command("kill", pid.ToString(CultureInfo.InvariantCulture)).RunAsync(cancellation);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(StopDeadline);
            try
            {
                using var released = await FileLock.TakeAsync(LockFile(home, lab), cancellation: limit.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new HostException($"Process {pid}, the content server of lab {lab}, does not end.", $"End it with `kill -9 {pid}`.");
            }
        }

        File.Delete(pidFile);
    }

    /// <summary>Waits until the lab's repository is gone: then there is nothing left to serve.</summary>
    public async Task WaitUntilUselessAsync(CancellationToken cancellation = default)
    {
        while (Directory.Exists(_repository))
        {
            await Task.Delay(LookEvery, cancellation);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Reboots.Dispose();
        File.Delete(_pidFile);
        _lock.Dispose();
    }

    private static string LockFile(LabHome home, string lab) => Path.Combine(home.Locks, $"content-{lab}");

    private static string PidFile(LabHome home, string lab) => Path.Combine(home.Runtime, $"content-{lab}.pid");
}
