namespace Lab.Reporting;

/// <summary>A stretch of time.</summary>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended; not before it began.</param>
public sealed record Interval(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>How long it was.</summary>
    public TimeSpan Duration => End - Start;

    /// <summary>How much of this stretch the others cover, where what several cover counts once.</summary>
    public TimeSpan CoveredBy(IEnumerable<Interval> others)
    {
        var covered = TimeSpan.Zero;
        var reached = Start;
        foreach (var other in others.OrderBy(other => other.Start))
        {
            var from = other.Start > reached ? other.Start : reached;
            var to = other.End < End ? other.End : End;
            if (to > from)
            {
                covered += to - from;
                reached = to;
            }
        }

        return covered;
    }
}
