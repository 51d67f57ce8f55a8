namespace Lab.Building;

/// <summary>The middle of some measurements and how far they lie apart.</summary>
/// <param name="Median">The middle one; the mean of the two middle ones where their count is even.</param>
/// <param name="Minimum">The smallest.</param>
/// <param name="Maximum">The largest.</param>
internal sealed record BenchSpread(double Median, double Minimum, double Maximum)
{
    /// <summary>Of at least one measurement.</summary>
    public static BenchSpread Of(IEnumerable<double> samples)
    {
        var sorted = samples.Order().ToList();
        return new BenchSpread((sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2, sorted[0], sorted[^1]);
    }
}

/// <summary>One way of doing a thing, and what it took.</summary>
/// <param name="What">What was done.</param>
/// <param name="Times">What it took, a time a round.</param>
internal sealed record BenchSide(string What, IReadOnlyList<TimeSpan> Times)
{
    /// <summary>A way that there is none of, or that was not measured.</summary>
    public static BenchSide None { get; } = new(string.Empty, []);

    /// <summary>In seconds; null where it was not measured.</summary>
    public BenchSpread? Spread => Times.Count == 0 ? null : BenchSpread.Of(Times.Select(time => time.TotalSeconds));
}

/// <summary>A line of the table: a thing done by Lab and by plain tools.</summary>
/// <param name="Name">The thing.</param>
/// <param name="Lab">Lab's way.</param>
/// <param name="Plain">The plain way; its times are empty where there is none.</param>
internal sealed record BenchLine(string Name, BenchSide Lab, BenchSide Plain)
{
    /// <summary>Lab's median over the plain one; null where there is no plain way.</summary>
    public double? Ratio => Lab.Spread?.Median / Plain.Spread?.Median;

    /// <summary>What else was seen, such as a size; empty for nothing.</summary>
    public string Note { get; init; } = string.Empty;
}
