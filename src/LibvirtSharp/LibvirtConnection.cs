using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LibvirtSharp.Native;

namespace LibvirtSharp;

/// <summary>
/// A connection to one of libvirt's drivers, by URI: <c>qemu:///system</c>, <c>qemu:///session</c>,
/// <c>qemu:///embed?root=…</c>, <c>test:///default</c>, or a remote form of them
/// (<see href="https://libvirt.org/uri.html"/>). Its members may be used by several threads at once.
/// Every method that asks the driver something is asynchronous and throws <see cref="LibvirtException"/> when the driver refuses or
/// fails. Cancelling is honoured until the call goes out: a call that libvirt has begun runs to its end.
/// </summary>
public sealed partial class LibvirtConnection : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<ConnectionCloseReason> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GCHandle<TaskCompletionSource<ConnectionCloseReason>> _closedOpaque;
    private Task<int>? _closing;

    private unsafe LibvirtConnection(ConnectionHandle handle)
    {
        Handle = handle;
        Uri = NativeMethods.virConnectGetURI(handle).OrThrow();
        _closedOpaque = new(_closed);
        if (NativeMethods.virConnectRegisterCloseCallback(handle, &OnClosed, GCHandle<TaskCompletionSource<ConnectionCloseReason>>.ToIntPtr(_closedOpaque), 0) < 0)
        {
            var failure = LibvirtException.Last();
            _closedOpaque.Dispose();
            throw failure;
        }

        _domainEvents = new DomainEventSource(handle, LossAsync());
    }

    /// <summary>The URI as libvirt resolved it.</summary>
    public string Uri { get; }

    /// <summary>
    /// Ends when the connection is over, with the reason: <see cref="ConnectionCloseReason.Client"/> after <see cref="CloseAsync"/>,
    /// another one when the daemon went away. It never fails.
    /// </summary>
    public Task<ConnectionCloseReason> Closed => _closed.Task;

    internal ConnectionHandle Handle { get; }

    /// <summary>
    /// Begins to load libvirt, and the forty libraries that it rests on, in the background: for a program that has something else to do before it opens a connection.
    /// What fails, <see cref="OpenAsync"/> says.
    /// </summary>
    public static void Load() => _ = Task.Run(NativeMethods.virInitialize);

    /// <summary>Opens a connection.</summary>
    /// <param name="uri">
    /// The driver's URI. One of an embedded driver (<c>qemu:///embed</c>) can be opened some fifteen times in a process: libvirt registers
    /// the driver with each connection, never takes it back, and has room for no more (<c>MAX_DRIVERS</c> in its libvirt.c).
    /// </param>
    /// <param name="options">How to open it; null takes every default.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    /// <exception cref="LibvirtException">No driver answers at this URI, or it refuses.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is not valid.</exception>
    public static Task<LibvirtConnection> OpenAsync(string uri, LibvirtOpenOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(uri);
        options ??= new LibvirtOpenOptions();
        if (!options.IsValid)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.KeepAlive, "The keep-alive interval is a whole number of seconds, at least one.");
        }

        return BlockingCall.RunAsync(() => Open(uri, options), cancellation);
    }

    /// <summary>The version of the libvirt that serves this connection: the daemon's, where there is one.</summary>
    public Task<Version> GetLibraryVersionAsync(CancellationToken cancellation = default) =>
        RunAsync(
            connection =>
            {
                NativeMethods.virConnectGetLibVersion(connection, out var version).OrThrow();
                return ToVersion(version);
            },
            cancellation);

    /// <summary>The hypervisor's version. The QEMU driver starts its emulator once to learn what it can do: a few seconds, the first time.</summary>
    public Task<Version> GetHypervisorVersionAsync(CancellationToken cancellation = default) =>
        RunAsync(
            connection =>
            {
                NativeMethods.virConnectGetVersion(connection, out var version).OrThrow();
                return ToVersion(version);
            },
            cancellation);

    /// <summary>The name of the host that the guests run on.</summary>
    public Task<string> GetHostNameAsync(CancellationToken cancellation = default) =>
        RunAsync(connection => NativeMethods.virConnectGetHostname(connection).OrThrow(), cancellation);

    /// <summary>The host's memory and CPUs.</summary>
    public Task<NodeInfo> GetNodeInfoAsync(CancellationToken cancellation = default) =>
        RunAsync(
            connection =>
            {
                NativeMethods.virNodeGetInfo(connection, out var info).OrThrow();
                ReadOnlySpan<byte> model = info.Model;
                return new NodeInfo(
                    System.Text.Encoding.UTF8.GetString(model[..model.IndexOf((byte)0)]),
                    checked((long)info.MemoryKiB * 1024),
                    (int)info.Cpus,
                    (int)info.Nodes,
                    (int)info.Sockets,
                    (int)info.Cores,
                    (int)info.Threads);
            },
            cancellation);

    /// <summary>What the host and its hypervisor can do, as XML (<see href="https://libvirt.org/formatcaps.html"/>).</summary>
    public Task<string> GetCapabilitiesAsync(CancellationToken cancellation = default) =>
        RunAsync(connection => NativeMethods.virConnectGetCapabilities(connection).OrThrow(), cancellation);

    /// <summary>What one kind of guest can have, as XML (<see href="https://libvirt.org/formatdomaincaps.html"/>).</summary>
    /// <param name="emulator">The emulator's path; null means the default one for <paramref name="arch"/>.</param>
    /// <param name="arch">The guest's architecture, such as <c>x86_64</c>; null means the host's.</param>
    /// <param name="machine">The machine type, such as <c>q35</c>; null means the emulator's default.</param>
    /// <param name="virtType"><c>kvm</c> or <c>qemu</c>; null means the best that the host has.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task<string> GetDomainCapabilitiesAsync(
        string? emulator = null,
        string? arch = null,
        string? machine = null,
        string? virtType = null,
        CancellationToken cancellation = default) =>
        RunAsync(connection => NativeMethods.virConnectGetDomainCapabilities(connection, emulator, arch, machine, virtType, 0).OrThrow(), cancellation);

    /// <summary>
    /// Ends the event subscriptions and gives the connection back. Closing again gives the same answer.
    /// </summary>
    /// <returns>
    /// What <c>virConnectClose</c> says of references that remain: 0, none, so the connection is really closed; more, that a domain, a
    /// network or a console obtained from it has not been disposed. A recent libvirt says 1 for any number.
    /// </returns>
    public Task<int> CloseAsync()
    {
        lock (_gate)
        {
            return _closing ??= CloseOnceAsync();
        }
    }

    /// <inheritdoc cref="CloseAsync"/>
    public async ValueTask DisposeAsync() => await CloseAsync();

    private static LibvirtConnection Open(string uri, LibvirtOpenOptions options)
    {
        EventLoop.EnsureStarted();
        var handle = (options.ReadOnly ? NativeMethods.virConnectOpenReadOnly(uri) : NativeMethods.virConnectOpen(uri)).OrThrow();
        try
        {
            if (options.KeepAlive is { } interval
                && NativeMethods.virConnectSetKeepAlive(handle, (int)interval.TotalSeconds, options.KeepAliveCount) < 0
                && LibvirtException.Last() is { Code: not LibvirtErrorCode.NoSupport } failure)
            {
                throw failure;
            }

            return new LibvirtConnection(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    // libvirt packs a version as major * 1,000,000 + minor * 1,000 + release.
    private static Version ToVersion(nuint packed) =>
        new((int)(packed / 1_000_000), (int)(packed / 1_000 % 1_000), (int)(packed % 1_000));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClosed(nint connection, int reason, nint opaque) =>
        GCHandle<TaskCompletionSource<ConnectionCloseReason>>.FromIntPtr(opaque).Target.TrySetResult((ConnectionCloseReason)reason);

    private Task<T> RunAsync<T>(Func<ConnectionHandle, T> call, CancellationToken cancellation) =>
        BlockingCall.RunAsync(() => call(Handle), cancellation);

    private async Task<int> CloseOnceAsync()
    {
        await BlockingCall.RunAsync(UnregisterCallbacks, CancellationToken.None);
        await EventLoop.SettleAsync();
        _domainEvents.Dispose();
        _closedOpaque.Dispose();
        _closed.TrySetResult(ConnectionCloseReason.Client);
        await BlockingCall.RunAsync(Handle.Dispose, CancellationToken.None);

        // A call that is still under way holds the handle, and gives it back when it ends.
        return Handle.Remaining ?? 1;
    }

    // Each registration holds a reference to the connection.
    private unsafe void UnregisterCallbacks()
    {
        _domainEvents.Deregister();
        _ = NativeMethods.virConnectUnregisterCloseCallback(Handle, &OnClosed);
    }
}
