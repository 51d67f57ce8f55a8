using System.Xml.Linq;
using LibvirtSharp.Native;

namespace LibvirtSharp;

public sealed partial class Domain
{
    private const int MetadataElement = 2;

    /// <summary>Its definition (<see href="https://libvirt.org/formatdomain.html"/>).</summary>
    public Task<string> GetXmlAsync(DomainXmlOptions options = DomainXmlOptions.None, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainGetXMLDesc(domain, (uint)options).OrThrow(), cancellation);

    /// <summary>Forgets its stored definition. A domain that runs goes on, as a transient one.</summary>
    /// <param name="options">What goes with it.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task UndefineAsync(DomainUndefineOptions options = DomainUndefineOptions.None, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainUndefineFlags(domain, (uint)options), cancellation);

    /// <summary>Whether it starts with the daemon.</summary>
    public Task<bool> GetAutostartAsync(CancellationToken cancellation = default) =>
        RunAsync(
            domain =>
            {
                NativeMethods.virDomainGetAutostart(domain, out var autostart).OrThrow();
                return autostart == 1;
            },
            cancellation);

    /// <summary>Says whether it starts with the daemon.</summary>
    public Task SetAutostartAsync(bool autostart, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainSetAutostart(domain, autostart ? 1 : 0), cancellation);

    /// <summary>An application's own element in its definition, or null.</summary>
    /// <param name="uri">The element's XML namespace, which is its identity.</param>
    /// <param name="scope">Where to look.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    /// <returns>The element as XML, without the prefix and the namespace that libvirt stores it with.</returns>
    public Task<string?> GetMetadataAsync(string uri, DomainChangeScopes scope = DomainChangeScopes.Current, CancellationToken cancellation = default) =>
        RunAsync(
            string? (domain) =>
            {
                if (NativeMethods.virDomainGetMetadata(domain, MetadataElement, uri, (uint)scope) is { } xml)
                {
                    return xml;
                }

                var failure = LibvirtException.Last();
                return failure.Code == LibvirtErrorCode.NoDomainMetadata ? null : throw failure;
            },
            cancellation);

    /// <summary>Stores, replaces or removes an application's own element in its definition.</summary>
    /// <param name="xml">One element, in no namespace; null removes the one that is there.</param>
    /// <param name="key">The prefix to store it under.</param>
    /// <param name="uri">The element's XML namespace, which is its identity.</param>
    /// <param name="scope">What changes. <c>Live | Config</c> for a persistent domain that runs, or it is forgotten when that stops.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task SetMetadataAsync(
        string? xml,
        string key,
        string uri,
        DomainChangeScopes scope = DomainChangeScopes.Current,
        CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainSetMetadata(domain, MetadataElement, xml, key, uri, (uint)scope), cancellation);

    /// <summary>Changes a device that it has: the medium in a drive, an interface's link or network.</summary>
    /// <param name="xml">The device's whole definition, changed; libvirt matches it by target, alias or MAC address.</param>
    /// <param name="scope">What changes.</param>
    /// <param name="force">Changes it even while the guest holds it, such as a locked drive.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task UpdateDeviceAsync(
        string xml,
        DomainChangeScopes scope = DomainChangeScopes.Current,
        bool force = false,
        CancellationToken cancellation = default)
    {
        const uint forceFlag = 1 << 2;
        return RunAsync(domain => NativeMethods.virDomainUpdateDeviceFlags(domain, xml, (uint)scope | (force ? forceFlag : 0)), cancellation);
    }

    /// <summary>Plugs or pulls the cable of one of its running network interfaces. The guest sees the carrier come or go.</summary>
    /// <param name="macAddress">The interface's MAC address.</param>
    /// <param name="up">True plugs it.</param>
    /// <param name="cancellation">Gives up between the two calls that this takes.</param>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.DeviceMissing"/>: it has no such interface.</exception>
    public async Task SetLinkStateAsync(string macAddress, bool up, CancellationToken cancellation = default)
    {
        var definition = XElement.Parse(await GetXmlAsync(DomainXmlOptions.None, cancellation));
        var interfaces = definition.Elements("devices").Elements("interface").ToLookup(
            device => device.Element("mac")?.Attribute("address")?.Value ?? string.Empty,
            StringComparer.OrdinalIgnoreCase);
        var changed = interfaces[macAddress].FirstOrDefault() ?? throw new LibvirtException(
            LibvirtErrorCode.DeviceMissing,
            LibvirtErrorDomain.Domain,
            $"Domain {Name} has no interface with MAC address {macAddress}; it has: {(interfaces.Count == 0 ? "none" : string.Join(", ", interfaces.Select(known => known.Key)))}");
        changed.Elements("link").Remove();
        changed.Add(new XElement("link", new XAttribute("state", up ? "up" : "down")));
        await UpdateDeviceAsync(changed.ToString(), DomainChangeScopes.Live, force: false, cancellation);
    }

    /// <summary>Whether the cable of one of its network interfaces is plugged.</summary>
    /// <param name="macAddress">The interface's MAC address.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    /// <returns>True as well where it has no such interface.</returns>
    public async Task<bool> IsLinkUpAsync(string macAddress, CancellationToken cancellation = default) =>
        !XElement.Parse(await GetXmlAsync(DomainXmlOptions.None, cancellation)).Elements("devices").Elements("interface").Any(device =>
            string.Equals((string?)device.Element("mac")?.Attribute("address"), macAddress, StringComparison.OrdinalIgnoreCase) && (string?)device.Element("link")?.Attribute("state") == "down");
}
