using LibvirtSharp.Native;

namespace LibvirtSharp;

public sealed partial class LibvirtConnection
{
    private readonly DomainEventSource _domainEvents;

    /// <summary>Subscribes to domain events. Every event after this returns is delivered, whether or not anyone reads yet.</summary>
    /// <param name="domain">The only domain to hear of; null means all.</param>
    /// <param name="cancellation">Gives up before libvirt is asked. Reading has a token of its own.</param>
    /// <returns>The events; disposing them ends the subscription.</returns>
    public Task<DomainEvents> WatchDomainEventsAsync(Domain? domain = null, CancellationToken cancellation = default) =>
        BlockingCall.RunAsync(() => _domainEvents.Subscribe(domain?.Uuid), cancellation);

    // Nothing more can be known once the daemon is gone, and a reader that waits must hear of it.
    private async Task<LibvirtException?> LossAsync()
    {
        var reason = await Closed;
        return reason == ConnectionCloseReason.Client
            ? null
            : new LibvirtException(
                LibvirtErrorCode.Rpc,
                LibvirtErrorDomain.Remote,
                $"The connection to {Uri} is lost ({reason}): libvirt's daemon ended, was restarted or does not answer");
    }
}
