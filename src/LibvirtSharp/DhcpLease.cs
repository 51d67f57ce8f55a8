using System.Net;

namespace LibvirtSharp;

/// <summary>An address that a network's DHCP server has given out: <c>virNetworkDHCPLease</c>.</summary>
/// <param name="Interface">The host's bridge that it was given out on.</param>
/// <param name="MacAddress">The guest interface's MAC address; null where an IPv6 lease does not tell.</param>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">The bits of it that name the network.</param>
/// <param name="HostName">The name that the guest asked under, or null.</param>
/// <param name="ClientId">The client identifier (IPv4) or DUID (IPv6), or null.</param>
/// <param name="Expires">When it expires; null means never.</param>
public sealed record DhcpLease(
    string Interface,
    string? MacAddress,
    IPAddress Address,
    int PrefixLength,
    string? HostName,
    string? ClientId,
    DateTimeOffset? Expires);
