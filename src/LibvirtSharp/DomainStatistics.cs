namespace LibvirtSharp;

/// <summary>A domain in short: <c>virDomainInfo</c>.</summary>
/// <param name="State">What it does.</param>
/// <param name="MaxMemory">The most memory it may have, in bytes.</param>
/// <param name="Memory">The memory that it has, in bytes.</param>
/// <param name="VirtualCpus">Its CPUs.</param>
/// <param name="CpuTime">CPU time used by all of them since it started.</param>
public sealed record DomainInfo(DomainState State, long MaxMemory, long Memory, int VirtualCpus, TimeSpan CpuTime);

/// <summary>What a disk has read and written since its domain started: <c>virDomainBlockStatsStruct</c>. −1 where the hypervisor does not count.</summary>
/// <param name="ReadRequests">Requests to read.</param>
/// <param name="ReadBytes">Bytes read.</param>
/// <param name="WriteRequests">Requests to write.</param>
/// <param name="WriteBytes">Bytes written.</param>
public sealed record DomainBlockStatistics(long ReadRequests, long ReadBytes, long WriteRequests, long WriteBytes);

/// <summary>What a number about memory means: <c>virDomainMemoryStatTags</c>.</summary>
public enum DomainMemoryStatistic
{
    /// <summary>Read back from swap, in KiB.</summary>
    SwapIn = 0,

    /// <summary>Written out to swap, in KiB.</summary>
    SwapOut = 1,

    /// <summary>Page faults that had to read a disk.</summary>
    MajorFaults = 2,

    /// <summary>Page faults that had not.</summary>
    MinorFaults = 3,

    /// <summary>Not used for anything, in KiB: <c>MemFree</c>.</summary>
    Unused = 4,

    /// <summary>All that the guest sees, in KiB: <c>MemTotal</c>.</summary>
    Available = 5,

    /// <summary>The balloon's size, which is the guest's memory, in KiB.</summary>
    ActualBalloon = 6,

    /// <summary>The emulator's resident memory on the host, in KiB.</summary>
    Rss = 7,

    /// <summary>What could be taken without making the guest swap, in KiB: <c>MemAvailable</c>.</summary>
    Usable = 8,

    /// <summary>When the guest last told, in seconds since 1970.</summary>
    LastUpdate = 9,

    /// <summary>Caches that can be dropped, in KiB.</summary>
    DiskCaches = 10,

    /// <summary>Huge pages allocated.</summary>
    HugePageAllocations = 11,

    /// <summary>Huge pages that could not be allocated.</summary>
    HugePageFailures = 12,
}
