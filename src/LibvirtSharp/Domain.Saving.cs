using LibvirtSharp.Native;

namespace LibvirtSharp;

public sealed partial class Domain
{
    /// <summary>
    /// Writes its memory and devices to a file and stops it; <see cref="LibvirtConnection.RestoreDomainAsync"/> takes it up again.
    /// Its disks are not part of the file and must not change in between.
    /// </summary>
    /// <param name="path">The file, as the daemon sees it; replaced if it exists.</param>
    /// <param name="xml">A definition to store in place of its own; it may differ only in what the guest cannot see.</param>
    /// <param name="options">How to save it.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task SaveAsync(string path, string? xml = null, DomainSaveOptions options = DomainSaveOptions.None, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainSaveFlags(domain, path, xml, (uint)options), cancellation);

    /// <summary>
    /// Writes its memory and devices to a sparse file and stops it: each page at a place of its own, so that several are written at once, and those that hold nothing
    /// take no room and are not touched when it is restored. QEMU calls that mapped-ram. Needs libvirt 11.2 and QEMU 9.0 (<c>VIR_DOMAIN_SAVE_PARAM_IMAGE_FORMAT</c>).
    /// </summary>
    /// <param name="path">The file, as the daemon sees it; replaced if it exists.</param>
    /// <param name="channels">How many pages are written at once; 1 or more.</param>
    /// <param name="options">How to save it.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task SaveSparseAsync(string path, int channels, DomainSaveOptions options = DomainSaveOptions.None, CancellationToken cancellation = default) =>
        RunAsync(
            domain =>
            {
                using var parameters = new TypedParameters().With("file", path).With("image_format", "sparse").With("parallel.channels", channels);
                return NativeMethods.virDomainSaveParams(domain, parameters.Array, parameters.Count, (uint)options).OrThrow();
            },
            cancellation);

    /// <summary>Writes its memory and devices to a file of libvirt's own and stops it; <see cref="StartAsync"/> takes it up again, once.</summary>
    public Task ManagedSaveAsync(DomainSaveOptions options = DomainSaveOptions.None, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainManagedSave(domain, (uint)options), cancellation);

    /// <summary>Whether its next start takes up a managed-save image.</summary>
    public Task<bool> HasManagedSaveAsync(CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainHasManagedSaveImage(domain, 0).OrThrow() == 1, cancellation);

    /// <summary>Removes its managed-save image, so that its next start is from cold.</summary>
    public Task RemoveManagedSaveAsync(CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainManagedSaveRemove(domain, 0), cancellation);
}
