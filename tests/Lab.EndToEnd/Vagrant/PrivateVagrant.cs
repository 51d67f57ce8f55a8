using Lab.Execution;

namespace Lab.EndToEnd.Vagrant;

/// <summary>
/// The real vagrant and vagrant-libvirt, against a libvirt in mount, network and process namespaces of its own: nothing of it is seen on the
/// host's networks, and all of it, guests included, ends with the process that began it.
/// </summary>
internal sealed class PrivateVagrant : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    // As vagrant-libvirt would make it, but without firewall rules: not every kernel has what those take, and there is nobody to keep out.
    private const string Network = """
        <network>
          <name>vagrant-libvirt</name>
          <forward mode='open'/>
          <bridge name='virbr0' stp='off' delay='0'/>
          <ip address='192.168.121.1' netmask='255.255.255.0'><dhcp><range start='192.168.121.2' end='192.168.121.254'/></dhcp></ip>
        </network>
        """;

    private const string Qemu = "security_driver = \"none\"\nuser = \"libvirt-qemu\"\ngroup = \"libvirt-qemu\"\nremember_owner = 0\nnamespaces = []\ncgroup_controllers = []\nstdio_handler = \"file\"\n";
    private readonly string _folder;
    private readonly CancellationTokenSource _end = new();
    private Task<CommandResult> _libvirt = null!;
    private string _pid = string.Empty;

    private PrivateVagrant(string folder) => _folder = folder;

    /// <summary>The folder of the Vagrantfile.</summary>
    public string Project => Path.Combine(_folder, "project");

    /// <summary>Starts libvirt, and makes the network that vagrant-libvirt looks for.</summary>
    /// <param name="folder">Where all of it is kept.</param>
    /// <param name="emulated">Whether guests are emulated: then libvirt is better not shown a KVM that opens and runs nothing.</param>
    public static async Task<PrivateVagrant> StartAsync(string folder, bool emulated)
    {
        var vagrant = new PrivateVagrant(folder);
        foreach (var name in new[] { "run", "lib", "cache", "log", "etc", "home", "project" })
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "qemu.conf"), Qemu);
        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "libvirtd.conf"), "auth_unix_rw = \"none\"\nunix_sock_rw_perms = \"0700\"\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "network.xml"), Network);
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
        vagrant._libvirt = new Command("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-ec", script).RunAsync(vagrant._end.Token);
        using var deadline = new CancellationTokenSource(StartDeadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!File.Exists(Path.Combine(folder, "run", "libvirt-sock")))
        {
            if (vagrant._libvirt.IsCompleted)
            {
                throw new HostException($"libvirtd ended: {(await vagrant._libvirt).Error}");
            }

            await timer.WaitForNextTickAsync(deadline.Token);
        }

        vagrant._pid = (await File.ReadAllTextAsync(Path.Combine(folder, "pid"))).Trim();
        await vagrant.Inside("virsh", "-c", "qemu:///system", "net-define", Path.Combine(folder, "network.xml")).SucceedAsync();
        await vagrant.Inside("virsh", "-c", "qemu:///system", "net-start", "vagrant-libvirt").SucceedAsync();
        return vagrant;
    }

    /// <summary>Runs vagrant; it must end well.</summary>
    public Task<string> RunAsync(params string[] words) => Inside(["vagrant", .. words]).SucceedAsync();

    /// <summary>A program in its namespaces, in the project's folder.</summary>
    public Command Inside(params string[] words) =>
        new Command("nsenter", ["--target", _pid, "--mount", "--net", "--pid", $"--wd={Project}", .. words])
            .WithEnvironment("HOME", Path.Combine(_folder, "home"))
            .WithEnvironment("VAGRANT_HOME", Path.Combine(_folder, "home", ".vagrant.d"))
            .WithEnvironment("VAGRANT_DEFAULT_PROVIDER", "libvirt")
            .WithEnvironment("VAGRANT_NO_COLOR", "1")
            .WithEnvironment("VAGRANT_CHECKPOINT_DISABLE", "1")
            .WithEnvironment("VAGRANT_BOX_UPDATE_CHECK_DISABLE", "1");

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
