using LibvirtSharp.Native;

namespace LibvirtSharp;

/// <summary>
/// A domain: libvirt's word for a virtual machine. The object only refers to it; disposing the object does nothing to the domain, and
/// <see cref="LibvirtConnection.CloseAsync"/> tells of objects that were not disposed.
/// </summary>
public sealed partial class Domain : IDisposable
{
    private readonly LibvirtConnection _connection;

    internal Domain(LibvirtConnection connection, DomainHandle handle)
    {
        _connection = connection;
        Handle = handle;
        Name = NativeMethods.virDomainGetName(handle).OrThrow();
        Span<byte> uuid = stackalloc byte[16];
        NativeMethods.virDomainGetUUID(handle, uuid).OrThrow();
        Uuid = new Guid(uuid, bigEndian: true);
    }

    /// <summary>Its name, unique on its connection.</summary>
    public string Name { get; }

    /// <summary>Its UUID, which stays when it is renamed.</summary>
    public Guid Uuid { get; }

    /// <summary>The number of this run, as it was when this object was obtained or last started the domain; null where it was off.</summary>
    public int? Id => NativeMethods.virDomainGetID(Handle) is var id and not uint.MaxValue ? (int)id : null;

    internal DomainHandle Handle { get; }

    /// <summary>What it does, and why.</summary>
    public Task<DomainStatus> GetStatusAsync(CancellationToken cancellation = default) =>
        RunAsync(
            domain =>
            {
                NativeMethods.virDomainGetState(domain, out var state, out var reason, 0).OrThrow();
                return new DomainStatus((DomainState)state, (DomainStateReason)((state << 8) | reason));
            },
            cancellation);

    /// <summary>Whether it has an emulator: running, paused or about to stop.</summary>
    public Task<bool> IsActiveAsync(CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainIsActive(domain).OrThrow() == 1, cancellation);

    /// <summary>Whether it has a stored definition, which outlives its stopping.</summary>
    public Task<bool> IsPersistentAsync(CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainIsPersistent(domain).OrThrow() == 1, cancellation);

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    private Task<T> RunAsync<T>(Func<DomainHandle, T> call, CancellationToken cancellation) =>
        BlockingCall.RunAsync(() => call(Handle), cancellation);

    private Task RunAsync(Func<DomainHandle, int> call, CancellationToken cancellation) =>
        BlockingCall.RunAsync(() => { call(Handle).OrThrow(); }, cancellation);
}
