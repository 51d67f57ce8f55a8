namespace LibvirtSharp;

/// <summary>What a domain does, and why.</summary>
/// <param name="State">What it does.</param>
/// <param name="Reason">Why.</param>
public sealed record DomainStatus(DomainState State, DomainStateReason Reason);

/// <summary>What a domain does: <c>virDomainState</c>.</summary>
public enum DomainState
{
    /// <summary>Unknown.</summary>
    None = 0,

    /// <summary>It runs.</summary>
    Running = 1,

    /// <summary>It waits for a resource.</summary>
    Blocked = 2,

    /// <summary>It is paused.</summary>
    Paused = 3,

    /// <summary>Its guest is done and its emulator not yet.</summary>
    Shutdown = 4,

    /// <summary>It is off.</summary>
    Shutoff = 5,

    /// <summary>Its guest crashed, and its definition keeps it so.</summary>
    Crashed = 6,

    /// <summary>Its guest sleeps.</summary>
    PMSuspended = 7,
}

/// <summary>
/// Why a domain is in its <see cref="DomainState"/>: libvirt's <c>virDomain…Reason</c> enumerations in one. A value is 256 times
/// the state plus libvirt's own number, so one that has no name here still tells both.
/// </summary>
public enum DomainStateReason
{
    /// <summary>No state, no reason.</summary>
    None = 0x000,

    /// <summary>Running, for a reason unknown.</summary>
    RunningUnknown = 0x100,

    /// <summary>Booted from cold.</summary>
    RunningBooted = 0x101,

    /// <summary>Arrived from another host.</summary>
    RunningMigrated = 0x102,

    /// <summary>Resumed from a saved file.</summary>
    RunningRestored = 0x103,

    /// <summary>Resumed from a snapshot.</summary>
    RunningFromSnapshot = 0x104,

    /// <summary>Resumed after a pause.</summary>
    RunningUnpaused = 0x105,

    /// <summary>Stayed because its move was cancelled.</summary>
    RunningMigrationCanceled = 0x106,

    /// <summary>Stayed because saving it failed or was cancelled.</summary>
    RunningSaveCanceled = 0x107,

    /// <summary>Woken from sleep.</summary>
    RunningWakeup = 0x108,

    /// <summary>Resumed after a crash.</summary>
    RunningCrashed = 0x109,

    /// <summary>In post-copy migration.</summary>
    RunningPostCopy = 0x10A,

    /// <summary>In post-copy migration that failed.</summary>
    RunningPostCopyFailed = 0x10B,

    /// <summary>Blocked, for a reason unknown.</summary>
    BlockedUnknown = 0x200,

    /// <summary>Paused, for a reason unknown.</summary>
    PausedUnknown = 0x300,

    /// <summary>Paused on request, or started paused.</summary>
    PausedUser = 0x301,

    /// <summary>Paused to move to another host.</summary>
    PausedMigration = 0x302,

    /// <summary>Paused while it is saved.</summary>
    PausedSave = 0x303,

    /// <summary>Paused while its memory is dumped.</summary>
    PausedDump = 0x304,

    /// <summary>Paused because a disk failed or the host's is full.</summary>
    PausedIOError = 0x305,

    /// <summary>Paused by its watchdog.</summary>
    PausedWatchdog = 0x306,

    /// <summary>Restored paused, from a snapshot.</summary>
    PausedFromSnapshot = 0x307,

    /// <summary>Paused while it shuts down.</summary>
    PausedShuttingDown = 0x308,

    /// <summary>Paused while a snapshot is made.</summary>
    PausedSnapshot = 0x309,

    /// <summary>Paused because its guest crashed.</summary>
    PausedCrashed = 0x30A,

    /// <summary>Paused while it starts.</summary>
    PausedStartingUp = 0x30B,

    /// <summary>Paused for post-copy migration.</summary>
    PausedPostCopy = 0x30C,

    /// <summary>Paused after post-copy migration failed.</summary>
    PausedPostCopyFailed = 0x30D,

    /// <summary>Left paused by an operation that could not resume it.</summary>
    PausedApiError = 0x30E,

    /// <summary>Shutting down, for a reason unknown.</summary>
    ShutdownUnknown = 0x400,

    /// <summary>Shutting down on request.</summary>
    ShutdownUser = 0x401,

    /// <summary>Off, for a reason unknown.</summary>
    ShutoffUnknown = 0x500,

    /// <summary>Its guest shut down.</summary>
    ShutoffShutdown = 0x501,

    /// <summary>Destroyed from outside.</summary>
    ShutoffDestroyed = 0x502,

    /// <summary>It crashed: its emulator ended without being told to.</summary>
    ShutoffCrashed = 0x503,

    /// <summary>Moved to another host.</summary>
    ShutoffMigrated = 0x504,

    /// <summary>Saved to a file.</summary>
    ShutoffSaved = 0x505,

    /// <summary>It failed to start.</summary>
    ShutoffFailed = 0x506,

    /// <summary>Reverted to a snapshot of a stopped domain.</summary>
    ShutoffFromSnapshot = 0x507,

    /// <summary>The daemon ended it when it could not take it up again.</summary>
    ShutoffDaemon = 0x508,

    /// <summary>Crashed, for a reason unknown.</summary>
    CrashedUnknown = 0x600,

    /// <summary>Its guest's kernel panicked.</summary>
    CrashedPanicked = 0x601,

    /// <summary>Asleep.</summary>
    PMSuspendedUnknown = 0x700,
}
