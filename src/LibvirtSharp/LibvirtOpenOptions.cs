namespace LibvirtSharp;

/// <summary>How a connection is opened.</summary>
public sealed record LibvirtOpenOptions
{
    /// <summary>Refuses every call that changes something, and needs fewer rights.</summary>
    /// <value>False by default.</value>
    public bool ReadOnly { get; init; }

    /// <summary>How long the daemon may be silent before it is asked whether it lives; whole seconds. Null never asks.</summary>
    /// <value>Null by default. A driver that runs inside this process (<c>test:</c>, <c>embed</c>) has no daemon to ask.</value>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>How many questions in a row may stay unanswered before the connection is given up.</summary>
    /// <value>5 by default, as in libvirt.</value>
    public uint KeepAliveCount { get; init; } = 5;

    internal bool IsValid => KeepAlive is not { } interval || (interval >= TimeSpan.FromSeconds(1) && interval.Ticks % TimeSpan.TicksPerSecond == 0 && interval.TotalSeconds <= int.MaxValue);
}
