using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LibvirtSharp.Native;

/// <summary>
/// A connection's domain events, handed to every subscription. libvirt takes one function once for each kind of event on a connection
/// and refuses a second registration, whatever its argument; hence one for all, made with the first subscription.
/// </summary>
internal sealed class DomainEventSource : IDisposable
{
    private const int Lifecycle = 0;
    private const int Reboot = 1;

    private readonly ConnectionHandle _connection;
    private readonly Task<LibvirtException?> _ending;
    private readonly Lock _gate = new();
    private readonly List<int> _registrations = [];
    private ImmutableArray<DomainEvents> _subscriptions = [];
    private GCHandle<DomainEventSource> _opaque;
    private bool _closed;

    /// <param name="connection">The connection.</param>
    /// <param name="ending">Ends with the connection; its result says why, unless that was wanted.</param>
    public DomainEventSource(ConnectionHandle connection, Task<LibvirtException?> ending)
    {
        _connection = connection;
        _ending = ending;
        _ = EndWithConnectionAsync();
    }

    /// <summary>Subscribes to one domain, or to all.</summary>
    public DomainEvents Subscribe(Guid? domain)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(LibvirtConnection));
            Register();
            var events = new DomainEvents(this, domain);
            ImmutableInterlocked.Update(ref _subscriptions, static (all, added) => all.Add(added), events);
            if (_ending.IsCompletedSuccessfully)
            {
                events.End(_ending.Result);
            }

            return events;
        }
    }

    public void Unsubscribe(DomainEvents events) =>
        ImmutableInterlocked.Update(ref _subscriptions, static (all, gone) => all.Remove(gone), events);

    /// <summary>Ends the registrations. A callback may still be under way until the event loop has settled.</summary>
    public void Deregister()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var registration in _registrations)
            {
                // Where the daemon is gone this says so, and has let go of our side all the same.
                _ = NativeMethods.virConnectDomainEventDeregisterAny(_connection, registration);
            }
        }
    }

    /// <summary>Frees what callbacks were given, once none can come any more.</summary>
    public void Dispose() => _opaque.Dispose();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLifecycle(nint connection, nint domain, int kind, int detail, nint opaque)
    {
        var (name, uuid) = Identify(domain);
        Post(opaque, new DomainLifecycleEvent(name, uuid, (DomainEventKind)kind, (DomainEventDetail)((kind << 8) | detail)));
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnReboot(nint connection, nint domain, nint opaque)
    {
        var (name, uuid) = Identify(domain);
        Post(opaque, new DomainRebootEvent(name, uuid));
    }

    // Both only read the object that the callback was lent; nothing may be asked of the driver on the event loop's thread.
    private static (string Name, Guid Uuid) Identify(nint domain)
    {
        Span<byte> uuid = stackalloc byte[16];
        _ = NativeMethods.virDomainGetUUID(domain, uuid);
        return (NativeMethods.virDomainGetName(domain) ?? string.Empty, new Guid(uuid, bigEndian: true));
    }

    private static void Post(nint opaque, DomainEvent what)
    {
        foreach (var events in GCHandle<DomainEventSource>.FromIntPtr(opaque).Target._subscriptions)
        {
            events.Post(what);
        }
    }

    private async Task EndWithConnectionAsync()
    {
        var failure = await _ending;
        foreach (var events in _subscriptions)
        {
            events.End(failure);
        }
    }

    private unsafe void Register()
    {
        delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int> onLifecycle = &OnLifecycle;
        delegate* unmanaged[Cdecl]<nint, nint, nint, void> onReboot = &OnReboot;
        if (!_opaque.IsAllocated)
        {
            _opaque = new(this);
        }

        if (_registrations.Count == 0)
        {
            Register(Lifecycle, onLifecycle);
        }

        if (_registrations.Count == 1)
        {
            Register(Reboot, onReboot);
        }
    }

    private unsafe void Register(int kind, void* callback) =>
        _registrations.Add(NativeMethods.virConnectDomainEventRegisterAny(
            _connection, domain: 0, kind, callback, GCHandle<DomainEventSource>.ToIntPtr(_opaque), 0).OrThrow());
}
