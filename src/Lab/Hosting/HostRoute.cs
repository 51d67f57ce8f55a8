using System.Globalization;
using System.Net;

namespace Lab.Hosting;

/// <summary>This host's way to the world, which passt shows its guests.</summary>
public static class HostRoute
{
    /// <summary>
    /// The address of the default IPv4 gateway. passt maps it, as guests see it, to this host's loopback (passt(1), <c>--no-map-gw</c>),
    /// which is how they reach the content server.
    /// </summary>
    /// <exception cref="HostException">There is no default route; passt does not start without one.</exception>
    public static string Gateway() => Gateway(File.ReadLines("/proc/net/route"))
        ?? throw new HostException("This host has no default IPv4 route, and passt needs one to borrow its addresses from.", "Add one; a dummy interface will do: `ip link add dummy0 type dummy; ip addr add 192.0.2.2/24 dev dummy0; ip link set dummy0 up; ip route add default via 192.0.2.1`.");

    /// <summary>Reads it from lines in the format of <c>/proc/net/route</c> (proc_net(5)): addresses as little-endian hexadecimal numbers.</summary>
    public static string? Gateway(IEnumerable<string> routes) =>
        routes.Skip(1).Select(line => line.Split('\t'))
            // 0.0.0.0 with a mask is one half of the world, as VPNs split it.
            .Where(fields => fields.Length > 7 && fields[1] == "00000000" && fields[7] == "00000000" && fields[2] != "00000000")
            .Select(fields => new IPAddress(uint.Parse(fields[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString())
            .FirstOrDefault();
}
