namespace Pipeline;

/// <summary>What became of a target.</summary>
internal enum TargetStatus
{
    /// <summary>It ran to its end.</summary>
    Succeeded,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It was not to run: a condition, or the user.</summary>
    Skipped,

    /// <summary>An earlier failure stopped the run before it.</summary>
    NotRun,

    /// <summary>An interruption stopped it, or the run before it.</summary>
    Aborted,
}

/// <summary>A target's end, as the summary shows it.</summary>
/// <param name="Name">The target's name.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Duration">How long it ran; null where it didn't.</param>
/// <param name="Remark">Why it didn't succeed, in one line.</param>
/// <param name="Failure">What it threw, if it failed.</param>
internal sealed record TargetOutcome(string Name, TargetStatus Status, TimeSpan? Duration = null, string? Remark = null, Exception? Failure = null);
