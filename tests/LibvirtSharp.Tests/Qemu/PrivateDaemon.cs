using System.Diagnostics;
using System.Net.Sockets;

namespace LibvirtSharp.Tests.Qemu;

/// <summary>
/// A libvirtd of its own in process, user and mount namespaces of its own: as an ordinary user there, also when root runs the tests, with
/// its sockets and state in one folder. When it ends, so does everything that it started.
/// </summary>
public sealed class PrivateDaemon : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;
    private readonly Task<string> _error;

    private PrivateDaemon(string folder, Process process)
    {
        _folder = folder;
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    private string SocketFile => $"{_folder}/run/libvirt/libvirt-sock";

    /// <summary>Where the network driver's DHCP servers note their leases.</summary>
    public string LeaseFolder => $"{_folder}/run/libvirt/dnsmasq/lib";

    /// <summary>The URI that reaches a driver through this daemon.</summary>
    public string Uri(string local) => local.Replace("://", "+unix://", StringComparison.Ordinal) + $"?socket={SocketFile}";

    public static async Task<PrivateDaemon> StartAsync(string folder)
    {
        Directory.CreateDirectory($"{folder}/config/libvirt");
        await File.WriteAllTextAsync($"{folder}/config/libvirt/qemu.conf", "stdio_handler = \"file\"\n");

        // The shell is the namespace's first process and reaps what libvirtd leaves; libvirtd waits for that when it stops a guest.
        var start = new ProcessStartInfo("unshare")
        {
            RedirectStandardError = true,
            UseShellExecute = false,
            ArgumentList =
            {
                "--user", "--map-user=1000", "--map-group=1000", "--mount", "--mount-proc", "--pid", "--fork", "--kill-child",
                "sh", "-c", "libvirtd --timeout 60 & wait",
            },
        };
        start.Environment["HOME"] = folder;
        foreach (var (variable, name) in new[] { ("RUNTIME_DIR", "run"), ("CONFIG_HOME", "config"), ("CACHE_HOME", "cache"), ("DATA_HOME", "data"), ("STATE_HOME", "state") })
        {
            start.Environment[$"XDG_{variable}"] = Directory.CreateDirectory($"{folder}/{name}").FullName;
        }

        using var listening = new FileSystemWatcher(Directory.CreateDirectory($"{folder}/run/libvirt").FullName, "libvirt-sock");
        var appeared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        listening.Created += (_, _) => appeared.TrySetResult();
        listening.EnableRaisingEvents = true;
        var daemon = new PrivateDaemon(folder, Process.Start(start)!);
        if (await Task.WhenAny(appeared.Task, daemon._process.WaitForExitAsync()) != appeared.Task)
        {
            throw new InvalidOperationException($"libvirtd did not start: {await daemon._error}");
        }

        // Its file is there a moment before anybody listens on it.
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        while (!client.Connected && !daemon._process.HasExited)
        {
            try
            {
                await client.ConnectAsync(new UnixDomainSocketEndPoint(daemon.SocketFile));
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }

        return daemon;
    }

    /// <summary>Stops the daemon in its tracks: its socket stays open and nobody answers.</summary>
    public async Task HangAsync()
    {
        // The daemon is the child of the shell, which is the child of unshare.
        var daemon = await ChildAsync(await ChildAsync(_process.Id.ToString()));
        using var stop = Process.Start("sh", ["-c", $"kill -STOP {daemon}"]);
        await stop.WaitForExitAsync();
        if (stop.ExitCode != 0)
        {
            throw new InvalidOperationException("libvirtd could not be stopped.");
        }
    }

    /// <summary>Kills the daemon and all that it started.</summary>
    public async Task KillAsync()
    {
        // unshare takes its child along, and the child is the namespace's first process. One that is gone is left alone.
        _process.Kill();
        await _process.WaitForExitAsync();
        await _error;
    }

    private static async Task<string> ChildAsync(string parent) => (await File.ReadAllTextAsync($"/proc/{parent}/task/{parent}/children")).Trim();

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
