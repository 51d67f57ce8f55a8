using System.Text.Json.Serialization;
using Lab.Guests;
using Lab.Remote;

namespace Lab.Reporting;

/// <summary>A step of a scenario, and what was seen of the guests while it lasted. The whole run is the outermost one.</summary>
public sealed record StepRecord
{
    /// <summary>What it does, as the scenario calls it.</summary>
    public required string Name { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>How long it took; so far, if it has not ended.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    public RecordedFailure? Failure { get; init; }

    /// <summary>The steps within it, in the order in which they began.</summary>
    public IReadOnlyList<StepRecord> Steps { get; init; } = [];

    /// <summary>The commands that ran on guests, in the order in which they ended, without those of its steps.</summary>
    public IReadOnlyList<RecordedCommand> Commands { get; init; } = [];

    /// <summary>The boots that ended, well or not, without those of its steps.</summary>
    public IReadOnlyList<RecordedBoot> Boots { get; init; } = [];

    /// <summary>What the scenario had to say.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What the scenario measured.</summary>
    public IReadOnlyList<Measurement> Measurements { get; init; } = [];

    /// <summary>What consoles showed that no healthy guest writes.</summary>
    public IReadOnlyList<RecordedFinding> Findings { get; init; } = [];

    /// <summary>Itself, then all steps within it, each before its own.</summary>
    [JsonIgnore]
    public IEnumerable<StepRecord> WithAllWithin => Steps.SelectMany(step => step.WithAllWithin).Prepend(this);

    /// <summary>Whether its failure came out of a step within it, which then has more to say about it.</summary>
    [JsonIgnore]
    public bool FailedWithin => Failure is not null && Steps.Any(step => step.Failure == Failure);
}

/// <summary>A command that ran on a guest.</summary>
/// <param name="Start">When it was sent.</param>
/// <param name="Result">What it left.</param>
public sealed record RecordedCommand(DateTimeOffset Start, RemoteResult Result)
{
    /// <summary>The time it took, seen from the host.</summary>
    [JsonIgnore]
    public Interval Interval => new(Start, Start + Result.Duration);
}

/// <summary>A boot of a guest.</summary>
/// <param name="Guest">Which.</param>
/// <param name="Boot">How it went.</param>
public sealed record RecordedBoot(string Guest, BootRecord Boot)
{
    /// <summary>From its beginning until the guest was ready, or until it was given up.</summary>
    [JsonIgnore]
    public Interval Interval => new(Boot.Start, Boot.Ready ?? Boot.Phases.Select(phase => phase.Start + phase.Duration).LastOrDefault(Boot.Start));
}

/// <summary>A figure that a scenario measured.</summary>
/// <param name="Name">What it is: "badtree: fetched".</param>
/// <param name="Value">How much.</param>
/// <param name="Unit">Of what: bytes, requests, s.</param>
public sealed record Measurement(string Name, double Value, string Unit);

/// <summary>Something on a guest's console that no healthy guest writes.</summary>
/// <param name="Guest">Whose console.</param>
/// <param name="Finding">What, and the line.</param>
/// <param name="Expected">Whether the scenario declared it; if not, it fails the run.</param>
public sealed record RecordedFinding(string Guest, ConsoleFinding Finding, bool Expected);
