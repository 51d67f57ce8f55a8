using Lab.Definitions;
using Lab.Hosting;

namespace Lab.Guests;

/// <summary>How many seats are started at once: each keeps processors busy and reads its memory from disk until it is there.</summary>
public sealed record StartLimit
{
    // A disk that reads more files at once reads none of them sooner.
    private const int Most = 8;

    private StartLimit(int atOnce) => AtOnce = atOnce;

    /// <summary>How many; 1 at least, so that all come up.</summary>
    public int AtOnce { get; }

    /// <summary>What a host can bear: a processor for each guest that wakes, and memory for as many seats as are under way.</summary>
    /// <param name="host">The host.</param>
    /// <param name="memory">A seat's memory.</param>
    /// <param name="guests">A seat's guests.</param>
    public static StartLimit Of(HostRoom host, ByteSize memory, int guests) =>
        new((int)Math.Clamp(Math.Min(host.Processors / Math.Max(1, guests), host.FreeMemory.Bytes / Math.Max(1, memory.Bytes)), 1, Most));

    /// <summary>Starts all, in their order, and never more of them at once.</summary>
    /// <param name="seats">What to start.</param>
    /// <param name="start">Starts one. Its failure is its own: it must come back as a result, because an exception ends all.</param>
    /// <param name="cancellation">Starts no more.</param>
    /// <returns>What came of each, in their order.</returns>
    public async Task<IReadOnlyList<TResult>> StartAsync<TSeat, TResult>(IReadOnlyList<TSeat> seats, Func<TSeat, CancellationToken, Task<TResult>> start, CancellationToken cancellation = default)
    {
        var results = new TResult[seats.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, seats.Count, options, async (index, token) => results[index] = await start(seats[index], token));
        return results;
    }
}
