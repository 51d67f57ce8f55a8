namespace Lab.Building;

/// <summary>Rounds in which Lab and the plain tools take turns. Who begins changes, so that a cold cache hits both.</summary>
/// <param name="rounds">How many.</param>
/// <param name="clock">What measures them.</param>
/// <param name="report">Told of each as it begins.</param>
internal sealed class BenchTurns(int rounds, TimeProvider clock, Action<string> report)
{
    /// <summary>What measures.</summary>
    public TimeProvider Clock => clock;

    /// <summary>More rounds, for what takes a second at most.</summary>
    public BenchTurns Quick => new(rounds * 5, clock, report);

    /// <summary>Fewer rounds, for what takes minutes.</summary>
    public BenchTurns Long => new((rounds + 2) / 3, clock, report);

    /// <summary>Does both things in turns; what they give comes back in the order of the rounds.</summary>
    public async Task<(IReadOnlyList<TLab> Lab, IReadOnlyList<TPlain> Plain)> TakeAsync<TLab, TPlain>(Func<Task<TLab>> lab, Func<Task<TPlain>> plain)
    {
        var (ours, theirs) = (new List<TLab>(), new List<TPlain>());
        for (var round = 0; round < rounds; round++)
        {
            report($"round {round + 1} of {rounds}");
            if (round % 2 == 0)
            {
                ours.Add(await lab());
                theirs.Add(await plain());
            }
            else
            {
                theirs.Add(await plain());
                ours.Add(await lab());
            }
        }

        return (ours, theirs);
    }

    /// <summary>Does one thing in every round.</summary>
    public async Task<IReadOnlyList<TimeSpan>> TakeAsync(Func<Task<TimeSpan>> lab) => (await TakeAsync(lab, () => Task.FromResult(TimeSpan.Zero))).Lab;

    /// <summary>How long something takes.</summary>
    public async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var started = clock.GetTimestamp();
        await work();
        return clock.GetElapsedTime(started);
    }
}
