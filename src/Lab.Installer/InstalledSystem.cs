using Lab.Execution;

namespace Lab.Installer;

/// <summary>The deployment that was made, as the host will see it, and what the kickstart wants in it.</summary>
/// <param name="target">The root file system.</param>
/// <param name="deployment">The deployment in it.</param>
/// <param name="stateRoot">Its stateroot.</param>
internal sealed class InstalledSystem(string target, string deployment, string stateRoot)
{
    /// <summary>Mounts what a program in it needs. /usr can't be written, as on the host.</summary>
    public async Task EnterAsync()
    {
        await MountAsync("--bind", deployment, deployment);
        await MountAsync("--bind", $"{deployment}/usr", $"{deployment}/usr");
        await MountAsync("-o", "remount,bind,ro", $"{deployment}/usr");
        await MountAsync("--bind", $"{target}/ostree/deploy/{stateRoot}/var", $"{deployment}/var");
        await MountAsync("--rbind", target, $"{deployment}/sysroot");
        await MountAsync("--bind", $"{target}/boot", $"{deployment}/boot");
        await MountAsync("-t", "proc", "proc", $"{deployment}/proc");
        await MountAsync("-t", "sysfs", "sys", $"{deployment}/sys");
        await MountAsync("--bind", "/dev", $"{deployment}/dev");
        await MountAsync("-t", "tmpfs", "run", $"{deployment}/run");
        await MountAsync("-t", "tmpfs", "tmp", $"{deployment}/tmp");
    }

    /// <summary>Undoes <see cref="EnterAsync"/>, and unmounts the disk.</summary>
    public async Task LeaveAsync()
    {
        await new Command("sync").SucceedAsync();
        await new Command("umount", "--recursive", target).SucceedAsync();
    }

    /// <summary>Writes what the kickstart says.</summary>
    /// <param name="plan">The kickstart.</param>
    /// <param name="hardwareAddress">Of the network interface.</param>
    /// <param name="swaps">Whether the disk has swap.</param>
    public async Task ConfigureAsync(InstallPlan plan, string hardwareAddress, bool swaps)
    {
        // /var is empty until the host boots: homes and logs lie there.
        await InAsync("systemd-tmpfiles", "--create", "--prefix=/var");
        await WriteAsync("etc/hostname", plan.HostName);
        await WriteAsync("etc/locale.conf", plan.Language is { } language ? $"LANG={language}" : null);
        await WriteAsync("etc/vconsole.conf", plan.Keyboard is { } keyboard ? $"KEYMAP={keyboard}" : null);
        SetTimeZone(plan.TimeZone);
        if (swaps)
        {
            await File.AppendAllTextAsync($"{deployment}/etc/fstab", "LABEL=swap none swap defaults 0 0\n");
        }

        await WriteNetworkAsync(plan.Network, hardwareAddress);
        await MakeAccountsAsync(plan);
        foreach (var service in plan.EnabledServices)
        {
            await ShellAsync(Switch, service, "enable");
        }

        foreach (var service in plan.DisabledServices)
        {
            await ShellAsync(Switch, service, "disable");
        }

        await SetSecurityAsync(plan);
    }

    // An alias, as Debian's sshd.service is, can't be enabled: what it stands for is.
    private const string Switch = """
        unit=$1
        case $unit in *.*) ;; *) unit=$unit.service ;; esac
        for folder in /etc/systemd/system /usr/lib/systemd/system; do
            [ -L "$folder/$unit" ] && target=$(readlink "$folder/$unit") && [ "$target" != /dev/null ] && unit=$(basename "$target")
        done
        systemctl --quiet "$2" "$unit"
        """;

    private const string MakeGroup = "getent group \"$1\" > /dev/null || groupadd ${2:+--gid \"$2\"} \"$1\"";

    private const string MakeHome = """
        home=$(getent passwd "$1" | cut -d: -f6)
        [ -d "$home" ] || { mkdir -p "$(dirname "$home")"; cp -rT /etc/skel "$home"; chmod 0700 "$home"; chown -R "$1:" "$home"; }
        """;

    private const string AddKey = """
        umask 077
        home=$(getent passwd "$1" | cut -d: -f6)
        mkdir -p "$home/.ssh"
        printf '%s\n' "$2" >> "$home/.ssh/authorized_keys"
        chown -R "$1:" "$home/.ssh"
        """;

    private async Task MakeAccountsAsync(InstallPlan plan)
    {
        foreach (var (name, gid) in plan.Groups)
        {
            await ShellAsync(MakeGroup, name, gid ?? string.Empty);
        }

        foreach (var user in plan.Users)
        {
            foreach (var group in user.Groups)
            {
                await ShellAsync(MakeGroup, group, string.Empty);
            }

            // A user whom the tree has already gets what the kickstart adds.
            var known = (await new Command("chroot", deployment, "getent", "passwd", user.Name).RunAsync()).ExitCode == 0;
            string[] options =
            [
                .. known && user.Groups.Count > 0 ? ["--append"] : Array.Empty<string>(), .. Option("--groups", user.Groups.Count > 0 ? string.Join(',', user.Groups) : null),
                .. Option("--uid", user.Uid), .. Option("--shell", user.Shell), .. Option(known ? "--home" : "--home-dir", user.Home), .. Option("--comment", user.Comment),
            ];
            if (!known)
            {
                await InAsync(["useradd", "--no-create-home", "--user-group", .. options, user.Name]);
            }
            else if (options.Length > 0)
            {
                await InAsync(["usermod", .. options, user.Name]);
            }

            await ShellAsync(MakeHome, user.Name);
            await SetPasswordAsync(user.Name, user.Password);
        }

        await SetPasswordAsync("root", plan.RootPassword);
        foreach (var (user, key) in plan.Keys)
        {
            await ShellAsync(AddKey, user, key);
        }
    }

    // By standard input: arguments are anybody's to see.
    private async Task SetPasswordAsync(string user, string? hash) =>
        await new Command("chroot", deployment, "chpasswd", "--encrypted").WithInput($"{user}:{hash ?? "!*"}\n").SucceedAsync();

    private void SetTimeZone(string? zone)
    {
        if (zone is null)
        {
            return;
        }

        if (!File.Exists($"{deployment}/usr/share/zoneinfo/{zone}"))
        {
            Terminal.Note($"The tree has no time zone {zone}; its own stays.");
            return;
        }

        var link = $"{deployment}/etc/localtime";
        File.Delete(link);
        File.CreateSymbolicLink(link, $"../usr/share/zoneinfo/{zone}");
    }

    // systemd.network(5). By hardware address: the kernel's names in the installer are not those that udev gives on the host.
    private async Task WriteNetworkAsync(NetworkPlan? network, string hardwareAddress)
    {
        if (network is null)
        {
            return;
        }

        var address = network.Address is null
            ? "DHCP=yes\n"
            : $"Address={network.Address}\n{(network.Gateway is { } gateway ? $"Gateway={gateway}\n" : string.Empty)}{string.Concat(network.NameServers.Select(server => $"DNS={server}\n"))}";
        var folder = $"{deployment}/etc/systemd/network";
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{folder}/50-kickstart.network", $"[Match]\nMACAddress={hardwareAddress}\nType=ether\n\n[Network]\n{(network.Bridge is { } bridge ? $"Bridge={bridge}\n" : address)}");
        if (network.Bridge is { } name)
        {
            await File.WriteAllTextAsync($"{folder}/50-kickstart.netdev", $"[NetDev]\nName={name}\nKind=bridge\n");
            await File.WriteAllTextAsync($"{folder}/51-kickstart-bridge.network", $"[Match]\nName={name}\n\n[Network]\n{address}");
        }
    }

    // As Anaconda does it: what the tree does not have can't be set, and is said.
    private async Task SetSecurityAsync(InstallPlan plan)
    {
        if (plan.SELinux is { } mode)
        {
            var file = $"{deployment}/etc/selinux/config";
            if (File.Exists(file))
            {
                var lines = await File.ReadAllLinesAsync(file);
                await File.WriteAllLinesAsync(file, lines.Select(line => line.StartsWith("SELINUX=", StringComparison.Ordinal) ? $"SELINUX={mode}" : line));
            }
            else
            {
                Terminal.Note("The tree has no SELinux to set.");
            }
        }

        if (plan.Firewall is { } firewall)
        {
            if (File.Exists($"{deployment}/usr/bin/firewall-offline-cmd"))
            {
                await InAsync(["firewall-offline-cmd", .. firewall]);
            }
            else
            {
                Terminal.Note("The tree has no firewalld to set.");
            }
        }
    }

    private static string[] Option(string name, string? value) => value is null ? [] : [name, value];

    private static Task<string> MountAsync(params string[] arguments) => new Command("mount", arguments).SucceedAsync();

    private Task<string> InAsync(params string[] words) => new Command("chroot", [deployment, .. words]).SucceedAsync();

    private Task<string> ShellAsync(string script, params string[] arguments) => InAsync(["/bin/sh", "-ec", script, "sh", .. arguments]);

    private async Task WriteAsync(string file, string? text)
    {
        if (text is not null)
        {
            await File.WriteAllTextAsync($"{deployment}/{file}", text + "\n");
        }
    }
}
