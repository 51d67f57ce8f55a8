using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.Reporting;

/// <summary>Everything that is known about a run. Reports are made from it and from nothing else; <c>run.json</c> is it, whole.</summary>
public sealed partial record RunRecord
{
    /// <summary>The lab's name.</summary>
    public required string Lab { get; init; }

    /// <summary>The scenario's name.</summary>
    public required string Scenario { get; init; }

    /// <summary>The run itself: its steps, and what happened outside of any.</summary>
    public required StepRecord Run { get; init; }

    /// <summary>What executes the guests, and how fast; null when the run did not get that far.</summary>
    public AcceleratorVerdict? Accelerator { get; init; }

    /// <summary>What else is to be known about the run, such as versions.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>The trees that guests could boot into.</summary>
    public IReadOnlyList<PublishedTree> Trees { get; init; } = [];

    /// <summary>The guests' consoles.</summary>
    public IReadOnlyList<ConsoleTranscript> Consoles { get; init; } = [];

    /// <summary>Other texts, such as journals.</summary>
    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>When somebody waited for guests, besides the boots and commands that were seen: shutdowns, above all.</summary>
    public IReadOnlyList<Interval> Waits { get; init; } = [];

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration => Run.Duration;

    /// <summary>The time in which a guest booted, ran a command (an update's download is one), or was waited for. What overlaps counts once.</summary>
    public TimeSpan GuestTime => new Interval(Run.Start, Run.Start + Run.Duration)
        .CoveredBy([.. Boots.Select(boot => boot.Interval), .. Commands.Select(command => command.Interval), .. Waits]);

    /// <summary>What the lab itself took: composing, building, waiting for nothing in a guest.</summary>
    public TimeSpan Overhead => Duration - GuestTime;

    /// <summary>The failure that came first; null when the run passed.</summary>
    public RecordedFailure? Failure => Steps.Select(step => step.Failure).OfType<RecordedFailure>().MinBy(failure => failure.At);

    /// <summary>The run and all of its steps.</summary>
    [JsonIgnore]
    public IEnumerable<StepRecord> Steps => Run.WithAllWithin;

    /// <summary>All boots, in the order in which they began.</summary>
    [JsonIgnore]
    public IEnumerable<RecordedBoot> Boots => Steps.SelectMany(step => step.Boots).OrderBy(boot => boot.Boot.Start);

    /// <summary>All commands, in the order in which they began.</summary>
    [JsonIgnore]
    public IEnumerable<RecordedCommand> Commands => Steps.SelectMany(step => step.Commands).OrderBy(command => command.Start);

    /// <summary>All that consoles showed and should not, in order.</summary>
    [JsonIgnore]
    public IEnumerable<RecordedFinding> Findings => Steps.SelectMany(step => step.Findings).OrderBy(finding => finding.Finding.Line.At);

    /// <summary>What a commit is called: <c>lab:labtree 2</c>, or its first digits where it is none of the run's trees; null where nobody could ask.</summary>
    public string? NameOf(string? commit) =>
        Trees.FirstOrDefault(tree => tree.Commit == commit)?.ToString() ?? ShortCommit(commit);

    /// <summary>The first ten digits of a checksum, as people quote it.</summary>
    public static string? ShortCommit(string? commit) => commit?[..Math.Min(commit.Length, 10)];

    /// <summary>Writes it as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RunJson.Default.RunRecord);

    /// <summary>Reads it back.</summary>
    /// <exception cref="JsonException">It is not such a record.</exception>
    public static RunRecord FromJson(string json) =>
        JsonSerializer.Deserialize(json, RunJson.Default.RunRecord) ?? throw new JsonException("A run's record is an object.");

    /// <summary>Writes <c>run.json</c>, <c>report.html</c> and <c>junit.xml</c>.</summary>
    /// <param name="folder">Where; made where it is not there.</param>
    /// <param name="cancellation">Gives up; files written by then stay.</param>
    /// <returns>The path of the page.</returns>
    public async Task<string> WriteAsync(string folder, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        var page = Path.Combine(folder, "report.html");
        await WholeFile.WriteAsync(Path.Combine(folder, "run.json"), ToJson(), cancellation: cancellation);
        await WholeFile.WriteAsync(Path.Combine(folder, "junit.xml"), JUnitReport.Render(this), cancellation: cancellation);
        await WholeFile.WriteAsync(page, HtmlReport.Render(this), cancellation: cancellation);
        return page;
    }

    [JsonSourceGenerationOptions(UseStringEnumConverter = true)]
    [JsonSerializable(typeof(RunRecord))]
    private sealed partial class RunJson : JsonSerializerContext;
}

/// <summary>Something to be known about a run.</summary>
/// <param name="Name">What it is: "libvirt".</param>
/// <param name="Value">How it is: "11.3.0".</param>
public sealed record Fact(string Name, string Value);

/// <summary>A tree that guests can boot into.</summary>
/// <param name="Refspec">Remote and ref, as guests know it: <c>lab:labtree</c>.</param>
/// <param name="Version">Its version, if it has one.</param>
/// <param name="Commit">Its commit's checksum.</param>
public sealed record PublishedTree(string Refspec, string? Version, string Commit)
{
    /// <summary>What people call it: <c>lab:labtree 2</c>.</summary>
    public override string ToString() => Version is null ? Refspec : $"{Refspec} {Version}";
}

/// <summary>A guest's console.</summary>
/// <param name="Guest">Whose.</param>
/// <param name="Lines">What it showed, and when.</param>
public sealed record ConsoleTranscript(string Guest, IReadOnlyList<ConsoleLine> Lines);

/// <summary>A text that belongs to a run.</summary>
/// <param name="Name">What it is: "node1 journal".</param>
/// <param name="Text">All of it.</param>
public sealed record Attachment(string Name, string Text);
