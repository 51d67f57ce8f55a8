using System.Net;

namespace LibvirtSharp;

/// <summary>A domain's network interface and its addresses.</summary>
/// <param name="Name">Its name: the host's for a lease or ARP (<c>vnet0</c>), the guest's for the agent (<c>eth0</c>).</param>
/// <param name="MacAddress">Its MAC address; null for one that has none, such as a tunnel.</param>
/// <param name="Addresses">Its IP addresses.</param>
public sealed record DomainInterface(string Name, string? MacAddress, IReadOnlyList<InterfaceAddress> Addresses);

/// <summary>An address on an interface.</summary>
/// <param name="Address">The address.</param>
/// <param name="PrefixLength">The bits of it that name the network; 0 where the source does not know, as with ARP.</param>
public sealed record InterfaceAddress(IPAddress Address, int PrefixLength);

/// <summary>Where to learn a domain's addresses: <c>virDomainInterfaceAddressesSource</c>.</summary>
public enum InterfaceAddressSource
{
    /// <summary>The DHCP leases of libvirt's networks.</summary>
    Lease = 0,

    /// <summary>The guest agent.</summary>
    Agent = 1,

    /// <summary>The host's ARP table.</summary>
    Arp = 2,
}
