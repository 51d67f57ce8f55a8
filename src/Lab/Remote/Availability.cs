namespace Lab.Remote;

/// <summary>One request to a service.</summary>
/// <param name="Sent">When it was sent, since probing began.</param>
/// <param name="Ended">When it was answered or given up.</param>
/// <param name="Answer">The answer's first line; null where none came.</param>
/// <param name="Failure">Why none came.</param>
public sealed record Probe(TimeSpan Sent, TimeSpan Ended, string? Answer, string? Failure);

/// <summary>How a service answered over a while.</summary>
/// <param name="Probes">The requests, in the order in which they ended.</param>
public sealed record Availability(IReadOnlyList<Probe> Probes)
{
    /// <summary>The requests that were answered.</summary>
    public IEnumerable<Probe> Answers => Probes.Where(probe => probe.Answer is not null);

    /// <summary>How many were not.</summary>
    public int Failures => Probes.Count - Answers.Count();

    /// <summary>The longest time without an answer: between two, and where the first or the last requests failed, from then or until then.</summary>
    public TimeSpan LongestGap
    {
        get
        {
            var moments = Answers.Select(probe => probe.Ended).ToList();
            if (Probes.Count > 0 && Probes[0].Answer is null)
            {
                moments.Insert(0, Probes[0].Sent);
            }

            if (Probes.Count > 0 && Probes[^1].Answer is null)
            {
                moments.Add(Probes[^1].Ended);
            }

            return moments.Zip(moments.Skip(1), (before, after) => after - before).DefaultIfEmpty().Max();
        }
    }

    /// <summary>Who answered, in turns: <c>primary, backup, primary</c> where it came back.</summary>
    public IReadOnlyList<string> Turns
    {
        get
        {
            var turns = new List<string>();
            foreach (var answer in Answers.Select(probe => probe.Answer!).Where(answer => turns.LastOrDefault() != answer))
            {
                turns.Add(answer);
            }

            return turns;
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"{Probes.Count} requests, {Failures} failed, longest gap {LongestGap.TotalSeconds:0.0} s, answered by {string.Join(", ", Turns)}");
}
