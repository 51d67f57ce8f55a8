using LibvirtSharp.Native;

namespace LibvirtSharp;

public sealed partial class Domain
{
    /// <summary>Starts it: from its managed-save image where it has one, else from cold.</summary>
    /// <exception cref="LibvirtException"><see cref="LibvirtErrorCode.OperationInvalid"/>: it runs already.</exception>
    public Task StartAsync(DomainStartOptions options = DomainStartOptions.None, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainCreateWithFlags(domain, (uint)options), cancellation);

    /// <summary>Asks its guest to shut down, and returns once it is asked. A guest may take its time, or refuse.</summary>
    public Task ShutdownAsync(DomainShutdownModes modes = DomainShutdownModes.None, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainShutdownFlags(domain, (uint)modes), cancellation);

    /// <summary>Asks its guest to reboot, and returns once it is asked.</summary>
    public Task RebootAsync(DomainShutdownModes modes = DomainShutdownModes.None, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainReboot(domain, (uint)modes), cancellation);

    /// <summary>Presses its reset button: the guest gets no chance to write anything.</summary>
    public Task ResetAsync(CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainReset(domain, 0), cancellation);

    /// <summary>Pulls its power cord: the guest gets no chance to write anything. A transient domain is gone after that.</summary>
    /// <param name="graceful">Lets the emulator flush its own caches; fails instead of killing one that does not answer.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task DestroyAsync(bool graceful = false, CancellationToken cancellation = default) =>
        RunAsync(domain => NativeMethods.virDomainDestroyFlags(domain, graceful ? 1u : 0), cancellation);

    /// <summary>Stops its CPUs; its memory stays.</summary>
    public Task SuspendAsync(CancellationToken cancellation = default) => RunAsync(NativeMethods.virDomainSuspend, cancellation);

    /// <summary>Lets its CPUs go on.</summary>
    public Task ResumeAsync(CancellationToken cancellation = default) => RunAsync(NativeMethods.virDomainResume, cancellation);

    /// <summary>Presses keys together on its keyboard.</summary>
    /// <param name="keys">Up to 16 Linux key codes (<c>linux/input-event-codes.h</c>); Ctrl+Alt+Delete is 29, 56, 111.</param>
    /// <param name="hold">How long they stay down; at once up again by default. Counted in whole milliseconds.</param>
    /// <param name="cancellation">Gives up before libvirt is asked.</param>
    public Task SendKeysAsync(IReadOnlyList<uint> keys, TimeSpan hold = default, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hold, TimeSpan.Zero);
        const uint linuxCodes = 0;
        uint[] codes = [.. keys];
        return RunAsync(domain => NativeMethods.virDomainSendKey(domain, linuxCodes, (uint)hold.TotalMilliseconds, codes, codes.Length, 0), cancellation);
    }
}
