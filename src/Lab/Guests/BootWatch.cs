using Lab.Updates;

namespace Lab.Guests;

/// <summary>Holds a console against the boots that were predicted.</summary>
internal sealed class BootWatch(RollbackPrediction prediction)
{
    private readonly BootTimeline _timeline = new();
    private DateTimeOffset _now;

    /// <summary>Takes what the console says next.</summary>
    public void Add(IEnumerable<ConsoleLine> lines)
    {
        foreach (var line in lines)
        {
            _timeline.Add(line);
            _now = line.At;
        }
    }

    /// <summary>Whether all is known of a boot that has to be: that it ended, or, of the last one, what its checks say.</summary>
    /// <param name="number">The boot, from 1.</param>
    public bool Decided(int number)
    {
        var boots = _timeline.Boots(_now);
        return boots.Count > number || (number == prediction.Boots.Count && boots.Count == number && IsDecided(boots[^1], prediction.Boots[^1]));
    }

    /// <summary>What went otherwise than predicted in a boot, so far; null when nothing did.</summary>
    public string? DivergenceOf(int number)
    {
        var boots = _timeline.Boots(_now);
        if (boots.Count < number)
        {
            return null;
        }

        var (boot, expected) = (boots[number - 1], prediction.Boots[number - 1]);
        return EntryDivergence(boot, expected)
            ?? (boot.Commit is { } commit && commit != expected.Commit ? $"it must boot {Named(expected.Commit)}, and booted {Named(commit)}" : null)
            ?? (expected.Fails ? FailureDivergence(boot) : SuccessDivergence(boot, ended: boots.Count > number));
    }

    private bool IsDecided(BootRecord boot, ExpectedBoot expected) =>
        expected.Fails || !prediction.Judged ? boot.OstreeArgument is not null : boot.Green is not null;

    private static string? EntryDivergence(BootRecord boot, ExpectedBoot expected)
    {
        if (boot.Entry is null)
        {
            return null;
        }

        if (boot.Entry != expected.Entry)
        {
            return $"GRUB must take entry {expected.Entry}, and took {boot.Entry}";
        }

        return expected.CounterBefore is not null && (boot.CounterBefore, boot.CounterAfter) != (expected.CounterBefore, expected.CounterAfter)
            ? $"GRUB must find boot_counter at {expected.CounterBefore} and leave {expected.CounterAfter}, and {(boot.CounterBefore is null ? "counted nothing" : $"found {boot.CounterBefore} and left {boot.CounterAfter}")}"
            : null;
    }

    private string? FailureDivergence(BootRecord boot) => (prediction.Fate, boot.Green, boot.End) switch
    {
        (_, true, _) => "its health checks must fail, and it is green",
        (UpdateFate.Unbootable, false, _) => "it must not come as far as its health checks, and they failed",
        (UpdateFate.Unhealthy, _, BootEnd.Panic) => "its health checks must fail, and its kernel panicked before",
        _ => null,
    };

    private static string? SuccessDivergence(BootRecord boot, bool ended) =>
        boot.Green == false ? $"it must be healthy, and is red{Failures(boot)}"
        : boot.End == BootEnd.Panic ? "it must be healthy, and its kernel panicked"
        : ended ? "it must stay up, and another boot followed"
        : null;

    private static string Failures(BootRecord boot) =>
        string.Concat(boot.FailedChecks.Select(check => $": {check.Script} exited with code {check.ExitCode}"));

    private string Named(string commit) => $"{prediction.NameOf(commit) ?? "neither old nor new"} ({commit[..Math.Min(10, commit.Length)]})";
}
