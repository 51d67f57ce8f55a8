using System.Text.RegularExpressions;
using Lab.Definitions;
using Lab.Execution;

namespace Lab.Installer;

/// <summary>The installer's own network.</summary>
internal static partial class InstallerNetwork
{
    // udhcpc's words (busybox, networking/udhcp/dhcpc.c): a classless route list (RFC 3442) takes the router's place.
    private const string Lease = """
        #!/bin/sh
        [ "$1" = bound ] || [ "$1" = renew ] || exit 0
        ip address flush dev "$interface"
        ip address add "$ip/$mask" dev "$interface"
        set -- $staticroutes
        while [ $# -ge 2 ]; do
            if [ "$2" = 0.0.0.0 ]; then ip route replace "$1" dev "$interface"; else ip route replace "$1" via "$2" dev "$interface"; fi
            shift 2
        done
        [ -n "$staticroutes" ] || for gateway in $router; do ip route replace default via "$gateway" dev "$interface" onlink; done
        : > /etc/resolv.conf
        for server in $dns; do echo "nameserver $server" >> /etc/resolv.conf; done
        """;

    /// <summary>Brings it up.</summary>
    /// <param name="network">What the kickstart says; null asks by DHCP on the first interface.</param>
    /// <returns>The interface's hardware address, by which the installed host knows it again.</returns>
    /// <exception cref="LabException">There is no such interface, or no address.</exception>
    public static async Task<string> UpAsync(NetworkPlan? network)
    {
        network ??= new NetworkPlan("link", null, null, null, []);
        var device = Find(network.Device);
        await new Command("ip", "link", "set", "lo", "up").SucceedAsync();
        await new Command("ip", "link", "set", device, "up").SucceedAsync();
        if (network.Address is { } address)
        {
            await new Command("ip", "address", "add", address, "dev", device).SucceedAsync();
            if (network.Gateway is { } gateway)
            {
                await new Command("ip", "route", "add", "default", "via", gateway, "dev", device, "onlink").SucceedAsync();
            }

            await File.WriteAllLinesAsync("/etc/resolv.conf", network.NameServers.Select(server => $"nameserver {server}"));
        }
        else
        {
            const string script = "/run/lease";
            await File.WriteAllTextAsync(script, Lease);
            File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await new Command("busybox", "udhcpc", "-f", "-q", "-n", "-t", "10", "-T", "2", "-i", device, "-s", script).SucceedAsync();
        }

        return Address(device);
    }

    private static string Find(string wanted)
    {
        var devices = Directory.EnumerateDirectories("/sys/class/net").Select(Path.GetFileName).OfType<string>().Where(name => name != "lo" && Directory.Exists($"/sys/class/net/{name}/device")).Order(StringComparer.Ordinal).ToList();
        var found = devices.FirstOrDefault(name => wanted == "link" || name == wanted || PathName(name) == wanted || Address(name).Equals(wanted, StringComparison.OrdinalIgnoreCase));
        return found ?? throw new DefinitionException(new Diagnostic(
            SourceLocation.Whole("this machine"), $"it has no network interface {wanted}", $"It has {(devices.Count == 0 ? "none" : string.Join(", ", devices.Select(name => $"{name} ({Address(name)})")))}; `--device=link` takes the first."));
    }

    // As udev names it on the host, by its place on the bus (systemd.net-naming-scheme(7), ID_NET_NAME_PATH); there is no udev here.
    private static string? PathName(string device)
    {
        var path = new DirectoryInfo($"/sys/class/net/{device}").ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? string.Empty;
        return Place().Matches(path) is [.., var place]
            ? $"enp{Convert.ToInt32(place.Groups["bus"].Value, 16)}s{Convert.ToInt32(place.Groups["slot"].Value, 16)}{(place.Groups["function"].Value == "0" ? string.Empty : $"f{place.Groups["function"].Value}")}"
            : null;
    }

    [GeneratedRegex("/[0-9a-f]{4}:(?<bus>[0-9a-f]{2}):(?<slot>[0-9a-f]{2})\\.(?<function>[0-7])(?=/)", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    private static string Address(string device) => File.ReadAllText($"/sys/class/net/{device}/address").Trim();
}
