namespace LibvirtSharp;

/// <summary>Why a connection is over: <c>virConnectCloseReason</c>.</summary>
public enum ConnectionCloseReason
{
    /// <summary>Reading from or writing to the daemon failed.</summary>
    Error = 0,

    /// <summary>The daemon hung up: it ended or was restarted.</summary>
    EndOfFile = 1,

    /// <summary>The daemon did not answer <see cref="LibvirtOpenOptions.KeepAlive"/>.</summary>
    KeepAlive = 2,

    /// <summary>This side closed it.</summary>
    Client = 3,
}
