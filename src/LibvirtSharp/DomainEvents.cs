using System.Threading.Channels;
using LibvirtSharp.Native;

namespace LibvirtSharp;

/// <summary>
/// A subscription to domain events, for one reader. It ends with <see cref="Dispose"/> or
/// <see cref="LibvirtConnection.CloseAsync"/>, and fails with a <see cref="LibvirtException"/> (<see cref="LibvirtErrorCode.Rpc"/>)
/// when the daemon goes away, since nothing more can be known then. What had arrived before is read first.
/// </summary>
public sealed class DomainEvents : IAsyncEnumerable<DomainEvent>, IDisposable
{
    private readonly Channel<DomainEvent> _channel = Channel.CreateUnbounded<DomainEvent>();
    private readonly DomainEventSource _source;
    private readonly Guid? _domain;

    internal DomainEvents(DomainEventSource source, Guid? domain)
    {
        _source = source;
        _domain = domain;
    }

    /// <inheritdoc/>
    public IAsyncEnumerator<DomainEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _channel.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Ends the subscription.</summary>
    public void Dispose()
    {
        _source.Unsubscribe(this);
        _channel.Writer.TryComplete();
    }

    internal void Post(DomainEvent what)
    {
        if (_domain is null || _domain == what.Uuid)
        {
            _channel.Writer.TryWrite(what);
        }
    }

    internal void End(LibvirtException? failure) => _channel.Writer.TryComplete(failure);
}
