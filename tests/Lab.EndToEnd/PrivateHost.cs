using Lab.Execution;

namespace Lab.EndToEnd;

/// <summary>
/// A libvirt in mount, network and process namespaces of its own, where it is the system's: nothing of it is seen on the host's networks, and all of it,
/// guests included, ends with the process that began it.
/// </summary>
internal sealed class PrivateHost : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    // By nftables, libvirt wants an action of tc's besides (csum) that not every kernel has. Before version 10.4 it knows of iptables only, and not of this file.
    private const string Network = "firewall_backend = \"iptables\"\n";
    private const string Qemu = "security_driver = \"none\"\nuser = \"libvirt-qemu\"\ngroup = \"libvirt-qemu\"\nremember_owner = 0\nnamespaces = []\ncgroup_controllers = []\nstdio_handler = \"file\"\n";
    private readonly string _folder;
    private readonly CancellationTokenSource _end = new();
    private Task<CommandResult> _libvirt = null!;
    private string _pid = string.Empty;

    private PrivateHost(string folder) => _folder = folder;

    /// <summary>Starts libvirt.</summary>
    /// <param name="folder">Where all of it is kept.</param>
    /// <param name="emulated">Whether guests are emulated: then libvirt is better not shown a KVM that opens and runs nothing.</param>
    public static async Task<PrivateHost> StartAsync(string folder, bool emulated)
    {
        var host = new PrivateHost(folder);
        foreach (var name in new[] { "run", "lib", "cache", "log", "etc" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "qemu.conf"), Qemu);
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "network.conf"), Network);
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "libvirtd.conf"), "auth_unix_rw = \"none\"\nunix_sock_rw_perms = \"0700\"\n");
        var hide = emulated && File.Exists("/dev/kvm") ? "install -m 0000 /dev/null no-kvm && mount --bind no-kvm /dev/kvm" : ":";

        // proc(5) is the host's until it is mounted again, so that the shell reads its process id there. It stays, being the namespace's first
        // process: a QEMU that has ended is its child then, and libvirt waits until somebody has taken note of that, which it does not itself.
        var script = $"""
            cd {Command.Quote(folder)}
            read -r pid rest < /proc/self/stat
            echo "$pid" > pid.new && mv pid.new pid
            mount -t proc proc /proc
            ip link set lo up
            for pair in run:/run/libvirt lib:/var/lib/libvirt cache:/var/cache/libvirt log:/var/log/libvirt etc:/etc/libvirt; do
                mkdir -p "$(echo "$pair" | cut -d: -f2)"
                mount --bind "$(echo "$pair" | cut -d: -f1)" "$(echo "$pair" | cut -d: -f2)"
            done
            {hide}
            libvirtd --pid-file {Command.Quote(folder)}/run/libvirtd.pid &
            wait "$!"
            """;
        host._libvirt = new Command("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-ec", script).RunAsync(host._end.Token);
        using var deadline = new CancellationTokenSource(StartDeadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!File.Exists(Path.Combine(folder, "run", "libvirt-sock")))
        {
            if (host._libvirt.IsCompleted)
            {
                throw new HostException($"libvirtd ended: {(await host._libvirt).Error}");
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }

        host._pid = (await File.ReadAllTextAsync(Path.Combine(folder, "pid"))).Trim();
        return host;
    }

    /// <summary>Makes a network of libvirt's and brings it up.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bridge">Its bridge.</param>
    /// <param name="network">Its first three bytes: it has 24 bits of prefix, and libvirt the first address.</param>
    /// <param name="isIsolated">Whether nothing leads out of it; otherwise this host hides it behind its own address (NAT).</param>
    public async Task MakeNetworkAsync(string name, string bridge, string network, bool isIsolated = false)
    {
        var file = Path.Combine(_folder, $"{name}.xml");
        await File.WriteAllTextAsync(file, $"""
            <network>
              <name>{name}</name>
              {(isIsolated ? string.Empty : "<forward mode='nat'/>")}
              <bridge name='{bridge}' stp='off' delay='0'/>
              <ip address='{network}.1' netmask='255.255.255.0'><dhcp><range start='{network}.2' end='{network}.254'/></dhcp></ip>
            </network>
            """);
        await Inside("virsh", "-c", "qemu:///system", "net-define", file).SucceedAsync();
        await Inside("virsh", "-c", "qemu:///system", "net-start", name).SucceedAsync();
    }

    /// <summary>A program in its namespaces.</summary>
    public Command Inside(params IReadOnlyList<string> words) => new("nsenter", ["--target", _pid, "--mount", "--net", "--pid", $"--wd={_folder}", .. words]);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _libvirt;
        }
        catch (OperationCanceledException)
        {
            // It was told to.
        }

        _end.Dispose();
    }
}
