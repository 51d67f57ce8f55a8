using System.Runtime.InteropServices;
using LibvirtSharp.Native;

namespace LibvirtSharp;

public sealed partial class LibvirtConnection
{
    /// <summary>Every domain that fits; the caller disposes each.</summary>
    /// <param name="filters">Which; filters of one kind widen the choice, filters of different kinds narrow it. All by default.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<IReadOnlyList<Domain>> ListDomainsAsync(DomainFilters filters = DomainFilters.None, CancellationToken cancellation = default) =>
        RunAsync(IReadOnlyList<Domain> (connection) => ListDomains(connection, filters), cancellation);

    /// <summary>The domain of this name.</summary>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.NoDomain"/>: there is none.</exception>
    public Task<Domain> LookupDomainAsync(string name, CancellationToken cancellation = default) =>
        RunAsync(connection => new Domain(this, NativeMethods.virDomainLookupByName(connection, name).OrThrow()), cancellation);

    /// <summary>The domain of this UUID.</summary>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.NoDomain"/>: there is none.</exception>
    public Task<Domain> LookupDomainAsync(Guid uuid, CancellationToken cancellation = default) =>
        RunAsync(connection => new Domain(this, NativeMethods.virDomainLookupByUUID(connection, uuid.ToByteArray(bigEndian: true)).OrThrow()), cancellation);

    /// <summary>The domain of this name, or null.</summary>
    public Task<Domain?> FindDomainAsync(string name, CancellationToken cancellation = default) =>
        RunAsync(
            connection => NativeMethods.virDomainLookupByName(connection, name).OrNull(LibvirtErrorCode.NoDomain) is { } domain ? new Domain(this, domain) : null,
            cancellation);

    /// <summary>The domain of this UUID, or null.</summary>
    public Task<Domain?> FindDomainAsync(Guid uuid, CancellationToken cancellation = default) =>
        RunAsync(
            connection => NativeMethods.virDomainLookupByUUID(connection, uuid.ToByteArray(bigEndian: true)).OrNull(LibvirtErrorCode.NoDomain) is { } domain
                ? new Domain(this, domain)
                : null,
            cancellation);

    /// <summary>Stores a domain's definition without starting it, or replaces the one with the same name and UUID.</summary>
    /// <param name="xml">The definition (<see href="https://libvirt.org/formatdomain.html"/>).</param>
    /// <param name="validate">Checks it against libvirt's schema first, which tells a misspelt element from an absent one.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<Domain> DefineDomainAsync(string xml, bool validate = false, CancellationToken cancellation = default) =>
        RunAsync(connection => new Domain(this, NativeMethods.virDomainDefineXMLFlags(connection, xml, validate ? 1u : 0).OrThrow()), cancellation);

    /// <summary>Starts a transient domain: one whose definition is gone when it stops.</summary>
    /// <param name="xml">The definition (<see href="https://libvirt.org/formatdomain.html"/>).</param>
    /// <param name="options">How to start it.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<Domain> CreateDomainAsync(string xml, DomainStartOptions options = DomainStartOptions.None, CancellationToken cancellation = default) =>
        RunAsync(connection => new Domain(this, NativeMethods.virDomainCreateXML(connection, xml, (uint)options).OrThrow()), cancellation);

    /// <summary>Resumes a domain from a file that <see cref="Domain.SaveAsync"/> wrote. The file stays.</summary>
    /// <param name="path">The file, as the daemon sees it.</param>
    /// <param name="xml">A definition to use in place of the one in the file; it may differ only in what the guest cannot see, such as a disk's path.</param>
    /// <param name="options">How to restore it; the state that it was saved in by default.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task RestoreDomainAsync(string path, string? xml = null, DomainSaveOptions options = DomainSaveOptions.None, CancellationToken cancellation = default) =>
        RunAsync(connection => NativeMethods.virDomainRestoreFlags(connection, path, xml, (uint)options).OrThrow(), cancellation);

    /// <summary>Resumes a domain from a file that <see cref="Domain.SaveSparseAsync"/> wrote, reading several pages at once. The file stays.</summary>
    /// <param name="path">The file, as the daemon sees it.</param>
    /// <param name="channels">How many pages are read at once; 1 or more.</param>
    /// <param name="options">How to restore it; the state that it was saved in by default.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task RestoreSparseDomainAsync(string path, int channels, DomainSaveOptions options = DomainSaveOptions.None, CancellationToken cancellation = default) =>
        RunAsync(
            connection =>
            {
                using var parameters = new TypedParameters().With("file", path).With("parallel.channels", channels);
                return NativeMethods.virDomainRestoreParams(connection, parameters.Array, parameters.Count, (uint)options).OrThrow();
            },
            cancellation);

    /// <summary>The definition in a file that <see cref="Domain.SaveAsync"/> wrote, secrets included: what <see cref="RestoreDomainAsync"/> can be given back, edited.</summary>
    public Task<string> GetSaveImageXmlAsync(string path, CancellationToken cancellation = default) =>
        RunAsync(connection => NativeMethods.virDomainSaveImageGetXMLDesc(connection, path, (uint)DomainXmlOptions.Secure).OrThrow(), cancellation);

    private unsafe Domain[] ListDomains(ConnectionHandle connection, DomainFilters filters)
    {
        var count = NativeMethods.virConnectListAllDomains(connection, out var found, (uint)filters).OrThrow();
        try
        {
            var domains = new Domain[count];
            for (var i = 0; i < count; i++)
            {
                domains[i] = new Domain(this, new DomainHandle(found[i]));
            }

            return domains;
        }
        finally
        {
            NativeMemory.Free(found);
        }
    }
}
