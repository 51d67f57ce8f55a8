using System.Runtime.CompilerServices;
using Lab.Guests;
using Lab.Hosting;
using Lab.Remote;

namespace Lab.Reporting;

/// <summary>
/// Keeps what happens in a run, for its report. What guests do belongs to the step of the caller's own flow of execution, or, where
/// that has none, to the step that was opened last and still lasts. Safe to use from many threads.
/// </summary>
public sealed class RunRecorder : IGuestObserver
{
    private readonly Lock _gate = new();
    private readonly AsyncLocal<OpenStep?> _current = new();
    private readonly List<OpenStep> _open = [];
    private readonly List<Fact> _facts = [];
    private readonly List<PublishedTree> _trees = [];
    private readonly List<ConsoleTranscript> _consoles = [];
    private readonly List<Attachment> _attachments = [];
    private readonly List<Wait> _waits = [];
    private readonly Dictionary<string, int> _boots = new(StringComparer.Ordinal);
    private readonly string _lab;
    private readonly TimeProvider _time;
    private readonly OpenStep _run;
    private AcceleratorVerdict? _accelerator;

    /// <summary>The run begins.</summary>
    /// <param name="lab">The lab's name.</param>
    /// <param name="scenario">The scenario's name.</param>
    /// <param name="time">The clock; the guests' own, so that boots and steps can be drawn together.</param>
    public RunRecorder(string lab, string scenario, TimeProvider time)
    {
        (_lab, _time) = (lab, time);
        _run = new OpenStep(scenario, null, time.GetUtcNow());
        _open.Add(_run);
        _current.Value = _run;
    }

    /// <summary>A step: times it, keeps what happens in it, and keeps the exception that it ends with, which goes on to the caller. May be nested.</summary>
    /// <param name="name">What it does.</param>
    /// <param name="work">The step.</param>
    /// <param name="scenario">The source file that the step is written in.</param>
    /// <param name="line">The line there.</param>
    public Task StepAsync(string name, Func<Task> work, [CallerFilePath] string scenario = "", [CallerLineNumber] int line = 0) =>
        StepAsync(
            name,
            async () =>
            {
                await work();
                return true;
            },
            scenario,
            line);

    /// <summary>A step that comes to something.</summary>
    /// <inheritdoc cref="StepAsync(string, Func{Task}, string, int)"/>
    public async Task<T> StepAsync<T>(string name, Func<Task<T>> work, [CallerFilePath] string scenario = "", [CallerLineNumber] int line = 0)
    {
        var step = Begin(name);
        try
        {
            return await work();
        }
        catch (Exception failure)
        {
            Fail(step, failure, scenario, line);
            throw;
        }
        finally
        {
            End(step);
        }
    }

    /// <summary>A failure that no step ended with, such as one before the first.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="scenario">The source file that says so.</param>
    /// <param name="line">The line there.</param>
    public void Fail(Exception failure, [CallerFilePath] string scenario = "", [CallerLineNumber] int line = 0) =>
        Keep(step => step.Failure ??= RecordedFailure.Of(failure, _time.GetUtcNow(), scenario, line));

    /// <summary>Time in which somebody waits for a guest and which neither a command nor a boot accounts for: a shutdown, a power-on.</summary>
    /// <returns>Disposing it ends that time.</returns>
    public IDisposable GuestTime()
    {
        var wait = new Wait(this, _time.GetUtcNow());
        lock (_gate)
        {
            _waits.Add(wait);
        }

        return wait;
    }

    /// <summary>Something worth telling about the current step.</summary>
    public void Note(string text) => Keep(step => step.Notes.Add(text));

    /// <summary>A figure.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="value">How much.</param>
    /// <param name="unit">Of what: bytes, requests, s.</param>
    public void Measure(string name, double value, string unit) => Keep(step => step.Measurements.Add(new Measurement(name, value, unit)));

    /// <summary>Something on a guest's console that no healthy guest writes. Unless it was expected, the step has failed by it.</summary>
    /// <param name="guest">Whose console.</param>
    /// <param name="finding">What, and the line.</param>
    /// <param name="expected">Whether the scenario declared it.</param>
    public void Found(string guest, ConsoleFinding finding, bool expected) => Keep(step =>
    {
        step.Findings.Add(new RecordedFinding(guest, finding, expected));
        if (!expected)
        {
            step.Failure ??= new RecordedFailure(FailureKind.Product, finding.Line.At, $"Guest {guest} showed on its console: {finding.Name}: {finding.Line.Text}");
        }
    });

    /// <inheritdoc/>
    public void CommandRan(RemoteResult result) => Keep(step => step.Commands.Add(new RecordedCommand(_time.GetUtcNow() - result.Duration, result)));

    /// <inheritdoc/>
    public void Booted(Guest guest, BootRecord boot) => Booted(guest.Name, boot);

    /// <summary>A guest became ready, or gave up trying. Its boots are counted within the run, whoever watched them.</summary>
    /// <param name="guest">Its name.</param>
    /// <param name="boot">How it went.</param>
    public void Booted(string guest, BootRecord boot) => Keep(step =>
    {
        _boots[guest] = _boots.GetValueOrDefault(guest) + 1;
        step.Boots.Add(new RecordedBoot(guest, boot with { Number = _boots[guest] }));
    });

    /// <summary>What executes the guests.</summary>
    public void Host(AcceleratorVerdict accelerator) => Keep(_ => _accelerator = accelerator);

    /// <summary>Something to be known about the whole run, such as a version.</summary>
    public void Fact(string name, string value) => Keep(_ => _facts.Add(new Fact(name, value)));

    /// <summary>A tree that guests can boot into, so that the report can call its commit by name.</summary>
    /// <param name="refspec">Remote and ref, as guests know it: <c>lab:labtree</c>.</param>
    /// <param name="version">Its version, if it has one.</param>
    /// <param name="commit">Its commit's checksum.</param>
    public void Tree(string refspec, string? version, string commit) => Keep(_ => _trees.Add(new PublishedTree(refspec, version, commit)));

    /// <summary>A guest's console.</summary>
    public void AttachConsole(string guest, IReadOnlyList<ConsoleLine> lines) => Keep(_ => _consoles.Add(new ConsoleTranscript(guest, lines)));

    /// <summary>Another text that belongs to the run, such as a journal.</summary>
    public void Attach(string name, string text) => Keep(_ => _attachments.Add(new Attachment(name, text)));

    /// <summary>The run as it is known now. What still lasts is given the time that it took so far.</summary>
    public RunRecord ToRecord()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            return new RunRecord
            {
                Lab = _lab,
                Scenario = _run.Name,
                Run = _run.ToRecord(now),
                Accelerator = _accelerator,
                Facts = [.. _facts],
                Trees = [.. _trees],
                Consoles = [.. _consoles],
                Attachments = [.. _attachments],
                Waits = [.. _waits.Select(wait => new Interval(wait.Start, wait.End ?? now))],
            };
        }
    }

    /// <summary>Writes the reports of the run as it is known now.</summary>
    /// <inheritdoc cref="RunRecord.WriteAsync"/>
    public Task<string> WriteAsync(string folder, CancellationToken cancellation = default) => ToRecord().WriteAsync(folder, cancellation);

    private OpenStep Begin(string name)
    {
        lock (_gate)
        {
            var parent = Current();
            var step = new OpenStep(name, parent, _time.GetUtcNow());
            parent.Steps.Add(step);
            _open.Add(step);
            _current.Value = step;
            return step;
        }
    }

    private void Fail(OpenStep step, Exception thrown, string scenario, int line)
    {
        lock (_gate)
        {
            // What came out of an inner step is one failure, and that step knows best where it was.
            step.Thrown = thrown;
            step.Failure = step.Steps.LastOrDefault(inner => inner.Thrown == thrown)?.Failure ?? RecordedFailure.Of(thrown, _time.GetUtcNow(), scenario, line);
        }
    }

    private void End(OpenStep step)
    {
        lock (_gate)
        {
            step.End = _time.GetUtcNow();
            _open.Remove(step);
        }
    }

    private void Keep(Action<OpenStep> keep)
    {
        lock (_gate)
        {
            keep(Current());
        }
    }

    // Work that a step began and did not wait for belongs to what that step was part of.
    private OpenStep Current()
    {
        var step = _current.Value;
        while (step is { End: not null })
        {
            step = step.Parent;
        }

        return step ?? _open[^1];
    }

    private sealed class OpenStep(string name, OpenStep? parent, DateTimeOffset start)
    {
        public string Name => name;

        public OpenStep? Parent => parent;

        public DateTimeOffset? End { get; set; }

        public Exception? Thrown { get; set; }

        public RecordedFailure? Failure { get; set; }

        public List<OpenStep> Steps { get; } = [];

        public List<RecordedCommand> Commands { get; } = [];

        public List<RecordedBoot> Boots { get; } = [];

        public List<string> Notes { get; } = [];

        public List<Measurement> Measurements { get; } = [];

        public List<RecordedFinding> Findings { get; } = [];

        public StepRecord ToRecord(DateTimeOffset now) => new()
        {
            Name = name,
            Start = start,
            Duration = (End ?? now) - start,
            Failure = Failure,
            Steps = [.. Steps.Select(step => step.ToRecord(now))],
            Commands = [.. Commands],
            Boots = [.. Boots],
            Notes = [.. Notes],
            Measurements = [.. Measurements],
            Findings = [.. Findings],
        };
    }

    private sealed class Wait(RunRecorder recorder, DateTimeOffset start) : IDisposable
    {
        public DateTimeOffset Start => start;

        public DateTimeOffset? End { get; private set; }

        public void Dispose()
        {
            lock (recorder._gate)
            {
                End ??= recorder._time.GetUtcNow();
            }
        }
    }
}
