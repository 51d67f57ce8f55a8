namespace LibvirtSharp;

/// <summary>Something happened to a domain.</summary>
/// <param name="Name">The domain's name at that time.</param>
/// <param name="Uuid">The domain's UUID.</param>
public abstract record DomainEvent(string Name, Guid Uuid);

/// <summary>A domain passed from one part of its life to another.</summary>
/// <param name="Name">The domain's name at that time.</param>
/// <param name="Uuid">The domain's UUID.</param>
/// <param name="Kind">What it passed to.</param>
/// <param name="Detail">
/// Why. Decide on this rather than on <paramref name="Kind"/> alone: reverting to a snapshot stops and starts a domain that is perfectly well.
/// </param>
public sealed record DomainLifecycleEvent(string Name, Guid Uuid, DomainEventKind Kind, DomainEventDetail Detail) : DomainEvent(Name, Uuid);

/// <summary>A domain's machine was reset, by its guest or from outside; it went on without stopping.</summary>
/// <param name="Name">The domain's name at that time.</param>
/// <param name="Uuid">The domain's UUID.</param>
public sealed record DomainRebootEvent(string Name, Guid Uuid) : DomainEvent(Name, Uuid);

/// <summary>What a domain passed to: <c>virDomainEventType</c>.</summary>
public enum DomainEventKind
{
    /// <summary>A definition was stored.</summary>
    Defined = 0,

    /// <summary>The definition was removed.</summary>
    Undefined = 1,

    /// <summary>It started.</summary>
    Started = 2,

    /// <summary>It was paused.</summary>
    Suspended = 3,

    /// <summary>It goes on after a pause.</summary>
    Resumed = 4,

    /// <summary>It stopped: its emulator is gone.</summary>
    Stopped = 5,

    /// <summary>Its guest is done; its emulator will stop next, unless the definition says otherwise.</summary>
    Shutdown = 6,

    /// <summary>Its guest went to sleep.</summary>
    PMSuspended = 7,

    /// <summary>Its guest crashed.</summary>
    Crashed = 8,
}

/// <summary>
/// Why a <see cref="DomainEventKind"/> came: libvirt's <c>virDomainEvent…DetailType</c> enumerations in one. A value is 256 times
/// the kind plus libvirt's own number, so one that has no name here still tells both.
/// </summary>
public enum DomainEventDetail
{
    /// <summary>A new definition.</summary>
    DefinedAdded = 0x000,

    /// <summary>A definition was replaced.</summary>
    DefinedUpdated = 0x001,

    /// <summary>Under a new name.</summary>
    DefinedRenamed = 0x002,

    /// <summary>The definition came back from a snapshot.</summary>
    DefinedFromSnapshot = 0x003,

    /// <summary>The definition was removed.</summary>
    UndefinedRemoved = 0x100,

    /// <summary>Its old name is gone.</summary>
    UndefinedRenamed = 0x101,

    /// <summary>Booted from cold.</summary>
    StartedBooted = 0x200,

    /// <summary>Arrived from another host.</summary>
    StartedMigrated = 0x201,

    /// <summary>Resumed from a saved file.</summary>
    StartedRestored = 0x202,

    /// <summary>Resumed from a snapshot.</summary>
    StartedFromSnapshot = 0x203,

    /// <summary>Woken from sleep.</summary>
    StartedWakeup = 0x204,

    /// <summary>Paused on request.</summary>
    SuspendedPaused = 0x300,

    /// <summary>Paused to move to another host.</summary>
    SuspendedMigrated = 0x301,

    /// <summary>Paused because a disk failed or the host's is full.</summary>
    SuspendedIOError = 0x302,

    /// <summary>Paused by its watchdog.</summary>
    SuspendedWatchdog = 0x303,

    /// <summary>Restored paused.</summary>
    SuspendedRestored = 0x304,

    /// <summary>Restored paused, from a snapshot.</summary>
    SuspendedFromSnapshot = 0x305,

    /// <summary>Left paused by an operation that could not resume it.</summary>
    SuspendedApiError = 0x306,

    /// <summary>Paused for post-copy migration.</summary>
    SuspendedPostCopy = 0x307,

    /// <summary>Paused after post-copy migration failed.</summary>
    SuspendedPostCopyFailed = 0x308,

    /// <summary>Resumed on request.</summary>
    ResumedUnpaused = 0x400,

    /// <summary>Resumed on another host.</summary>
    ResumedMigrated = 0x401,

    /// <summary>Resumed from a snapshot.</summary>
    ResumedFromSnapshot = 0x402,

    /// <summary>Resumed while post-copy migration goes on.</summary>
    ResumedPostCopy = 0x403,

    /// <summary>Running although post-copy migration failed.</summary>
    ResumedPostCopyFailed = 0x404,

    /// <summary>The guest shut down.</summary>
    StoppedShutdown = 0x500,

    /// <summary>Destroyed from outside.</summary>
    StoppedDestroyed = 0x501,

    /// <summary>The guest crashed.</summary>
    StoppedCrashed = 0x502,

    /// <summary>Moved to another host.</summary>
    StoppedMigrated = 0x503,

    /// <summary>Saved to a file.</summary>
    StoppedSaved = 0x504,

    /// <summary>The emulator died or libvirt lost it.</summary>
    StoppedFailed = 0x505,

    /// <summary>Reverted to a snapshot of a stopped domain.</summary>
    StoppedFromSnapshot = 0x506,

    /// <summary>The guest finished, for a reason unknown.</summary>
    ShutdownFinished = 0x600,

    /// <summary>The guest asked for it.</summary>
    ShutdownGuest = 0x601,

    /// <summary>The host asked for it, by a signal.</summary>
    ShutdownHost = 0x602,

    /// <summary>Asleep in memory.</summary>
    PMSuspendedMemory = 0x700,

    /// <summary>Asleep on disk.</summary>
    PMSuspendedDisk = 0x701,

    /// <summary>The guest's kernel panicked, told by its panic device.</summary>
    CrashedPanicked = 0x800,

    /// <summary>The guest loaded its crash kernel, told by its panic device.</summary>
    CrashedCrashLoaded = 0x801,
}
