using System.Globalization;
using System.Runtime.CompilerServices;
using Lab.Containers;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Images;
using Lab.Remote;
using Lab.Reporting;
using Lab.State;
using Lab.Trees;
using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace Lab.Testing;

/// <summary>
/// A fixture whose tests run against a lab of their own: brought up before the first, judged, reported and taken down after the last.
/// The lab runs under another name than the user's own (<c>NAME-run</c>), so a run never disturbs a lab somebody works in.
/// </summary>
/// <remarks>
/// <c>LAB_REPORT_DIR</c> says where the report goes (default: <c>output/NAME</c>, or <c>output/NAME-SUFFIX</c>, beside the folder that holds the labs);
/// <c>LAB_KEEP=1</c> leaves the lab up for a look.
/// </remarks>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public abstract class LabFixture
{
    private const string OnlySuffix = "run";
    private const int LastLines = 50;
    private const int ReportedLines = 2000;
    private readonly LabDefinition _definition;
    private readonly string _suffix;
    // Past NUnit, which keeps what a test prints until the test is over.
    private static readonly StreamWriter Terminal = new(Console.OpenStandardError()) { AutoFlush = true };
    private LabContent? _content;
    private LabSegments? _segments;
    private Hypervisor? _hypervisor;
    private LabInstance? _lab;

    /// <param name="labFile">The lab file, or its folder.</param>
    /// <param name="suffix">What is added to the lab's name for this fixture's instance: another for each, where a lab has several.</param>
    protected LabFixture(string labFile, string suffix = OnlySuffix)
    {
        _suffix = suffix;
        Definition = LabDefinition.Load(labFile);
        _definition = Definition with { Name = $"{Definition.Name}-{suffix}" };
        Recorder = new RunRecorder(Definition.Name, GetType().Name, TimeProvider.System);
        Progress = new ConsoleProgress(Terminal, interactive: false, TimeProvider.System);
    }

    /// <summary>The lab as its file has it.</summary>
    protected LabDefinition Definition { get; }

    /// <summary>What happened, for the report.</summary>
    protected RunRecorder Recorder { get; }

    /// <summary>Where long work says how far it is.</summary>
    protected IProgressSink Progress { get; }

    /// <summary>The lab.</summary>
    protected LabInstance Lab => _lab ?? throw new InvalidOperationException("The lab is not up.");

    /// <summary>What serves updates to the guests, and counts what they fetch.</summary>
    protected ContentServer Content => _content?.Server ?? throw new InvalidOperationException("Nothing is served.");

    /// <summary>Which of the guests may reboot now, where they ask for it.</summary>
    protected FleetLock Reboots => _content?.Reboots ?? throw new InvalidOperationException("Nothing is served.");

    /// <summary>The lab's segments, and this host's place on them.</summary>
    protected LabSegments Segments => _segments ?? throw new InvalidOperationException("The segments are not connected.");

    /// <summary>The lab's registry of container images.</summary>
    protected Registry Registry => LabInstance.RegistryOf(Hypervisor.Home, _definition, Progress) ?? throw new InvalidOperationException("The lab has no registry.");

    /// <summary>The repository that the guests update from.</summary>
    protected OstreeRepository Repository => LabInstance.Repository(Hypervisor.Home, _definition.Name);

    /// <summary>Where the guests run.</summary>
    protected Hypervisor Hypervisor => _hypervisor ?? throw new InvalidOperationException("libvirt is not open.");

    /// <summary>
    /// Whether the lab is resumed from the checkpoint of an earlier run, where there is one that fits, instead of booted. False by default: then
    /// its first boot is part of what is tried.
    /// </summary>
    protected virtual bool StartsWarm => false;

    /// <summary>Whether the guests install themselves on empty disks, as their kickstarts say. False by default.</summary>
    protected virtual bool Installs => false;

    /// <summary>Console findings, by name, that the fixture expects; anything else on a console fails the run.</summary>
    protected virtual IReadOnlyList<string> ExpectedFindings => [];

    private string ReportFolder =>
        Environment.GetEnvironmentVariable("LAB_REPORT_DIR") is { Length: > 0 } folder
            ? folder
            : Path.GetFullPath(Path.Combine(Definition.Folder, "..", "..", "output", _suffix == OnlySuffix ? Definition.Name : _definition.Name));

    private static bool KeepUp => Environment.GetEnvironmentVariable("LAB_KEEP") == "1";

    /// <summary>Brings the lab up.</summary>
    [OneTimeSetUp]
    public async Task BringUpAsync()
    {
        var home = LabHome.Default();
        await Recorder.StepAsync("Open libvirt", async () => _hypervisor = await Hypervisor.OpenAsync(home, Progress));
        Recorder.Host(Hypervisor.Verdict);
        await EndAsync(Hypervisor);
        _content = await LabContent.TryStartAsync(home, _definition.Name, LabInstance.RepositoryFolder(home, _definition.Name), LabInstance.ContentPort(home, _definition.Name), _definition.RebootSlots);
        await LabInstance.CheckHostAsync(_definition, Hypervisor);
        await Recorder.StepAsync("Connect the segments", async () =>
        {
            var network = LabInstance.Network(home, _definition);
            await SegmentPlan.WriteAsync(GuestPlan.LabFolder(home, _definition.Name), network);
            _segments = await LabSegments.StartAsync(LabInstance.NetworkFolder(home, _definition.Name), network, TimeProvider.System);
        });
        var composer = new TreeComposer(home, new AptMirrors().FindAsync, Progress, TimeProvider.System);
        await Recorder.StepAsync("Bring the lab up", async () =>
            _lab = await LabInstance.UpAsync(_definition, Hypervisor, composer, Progress, TimeProvider.System, Recorder, StartsWarm && !Installs ? Checkpoint.Ready : null, Installs));
        foreach (var tree in Lab.Trees.Values)
        {
            Recorder.Tree($"{ImageBuilder.Remote}:{tree.Definition.Ref}", tree.Definition.Version, tree.Commit);
        }
    }

    /// <summary>Says what the guests said last, where a test failed: whatever comes next may undo what there was to see.</summary>
    [TearDown]
    public Task SayLastWordsOfFailureAsync() =>
        TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed ? SayLastWordsAsync() : Task.CompletedTask;

    /// <summary>Keeps consoles and journals, judges them, takes the lab down and writes the report.</summary>
    [OneTimeTearDown]
    public async Task TakeDownAsync()
    {
        IReadOnlyList<string> findings;
        string? lost = null;
        try
        {
            lost = _segments?.Ended is { IsCompleted: true } ended ? await ended : null;
            if (TestContext.CurrentContext.Result.Outcome is { Status: TestStatus.Failed, Site: FailureSite.SetUp })
            {
                await SayLastWordsAsync();
            }

            await Recorder.StepAsync("Count what the guests cost", CountCostsAsync);
            findings = await KeepEvidenceAsync();
            if (_lab is not null)
            {
                await _lab.DisposeAsync();
            }
        }
        finally
        {
            await EndAsync();
        }

        if (lost is not null)
        {
            throw new HostException($"This host lost its place on the lab's segments, so that tests may have failed for nothing: {lost.Trim()}", "`lab doctor` checks what it takes.");
        }

        Assert.That(findings, Is.Empty, "no guest's console may show what no healthy guest writes");
    }

    private async Task EndAsync()
    {
        try
        {
            if (_hypervisor is not null && !KeepUp)
            {
                await Recorder.StepAsync("Take the lab down", () => EndAsync(_hypervisor));
            }
        }
        finally
        {
            if (_segments is not null)
            {
                await _segments.DisposeAsync();
            }

            if (_content is not null)
            {
                await _content.DisposeAsync();
            }

            if (_hypervisor is not null)
            {
                await _hypervisor.DisposeAsync();
            }

            var record = Recorder.ToRecord();
            await Terminal.WriteLineAsync(BootTable.Render(record));
            await Terminal.WriteLineAsync($"{record.Duration.TotalSeconds:0} s in all, {record.Overhead.TotalSeconds:0} s of them Lab's own, the rest the guests'.");
            await Terminal.WriteLineAsync($"Report: {await record.WriteAsync(ReportFolder)}");
        }
    }

    /// <summary>A step of a scenario, as the report shows it.</summary>
    /// <param name="name">What it does.</param>
    /// <param name="body">The step.</param>
    /// <param name="scenario">The source file that the step is written in.</param>
    /// <param name="line">The line there.</param>
    protected async Task Step(string name, Func<Task> body, [CallerFilePath] string scenario = "", [CallerLineNumber] int line = 0)
    {
        using var activity = Progress.Begin(name);
        await Recorder.StepAsync(name, body, scenario, line);
        activity.Done();
    }

    /// <summary>Who answers a web service of a segment now: the first line of what comes back.</summary>
    /// <param name="url">What is asked for: an address of a segment, or a name that the lab gives to one.</param>
    /// <param name="within">How long the answer may take, scaled to the host; ten seconds unless set.</param>
    /// <exception cref="ProbeException">Nobody does.</exception>
    protected async Task<string> WhoAnswersAsync(Uri url, TimeSpan? within = null) =>
        (await AskAsync(url, within ?? TimeSpan.FromSeconds(10), (prober, patience) => prober.WaitForAsync(probe => probe.Answer is not null, "answered", patience))).Answer!;

    /// <summary>Asks a web service of a segment until a certain one answers.</summary>
    /// <param name="within">How long it may take, scaled to the host.</param>
    /// <param name="url">What is asked for: an address of a segment, or a name that the lab gives to one.</param>
    /// <param name="answer">Who: the answer's first line.</param>
    /// <exception cref="ProbeException">They do not; with who did instead.</exception>
    protected Task<Probe> AnsweredWithinAsync(TimeSpan within, Uri url, string answer) => AskAsync(url, within, (prober, patience) => prober.WaitForAnswerAsync(answer, patience));

    private async Task<Probe> AskAsync(Uri url, TimeSpan within, Func<HttpProber, TimeSpan, Task<Probe>> wait)
    {
        var patience = Hypervisor.Scale(within);
        await using var prober = await HttpProber.StartAsync(Segments.Host!, url, TimeSpan.FromSeconds(1), patience);
        return await wait(prober, patience);
    }

    /// <summary>Keeps the lab as it is now, so that <see cref="RestoreAsync"/> can take it back here instead of a boot.</summary>
    /// <param name="name">The checkpoint's name.</param>
    protected Task<Checkpoint> CheckpointAsync(string name) => Lab.CheckpointAsync(name, Progress, TimeProvider.System);

    /// <summary>Makes the lab what it was.</summary>
    /// <param name="checkpoint">What <see cref="CheckpointAsync"/> gave.</param>
    protected Task RestoreAsync(Checkpoint checkpoint) => Lab.RestoreAsync(checkpoint, Progress);

    // What the tests kept on their way is of no use to the next run; what spares it a boot is.
    private async Task EndAsync(Hypervisor hypervisor)
    {
        await LabInstance.DownAsync(_definition.Name, hypervisor, Progress);
        var store = new CheckpointStore(hypervisor.Home);
        foreach (var checkpoint in store.List(_definition.Name).Where(checkpoint => checkpoint.Name != Checkpoint.Ready))
        {
            await store.DeleteAsync(_definition.Name, checkpoint.Name, Progress);
        }
    }

    private async Task SayLastWordsAsync()
    {
        foreach (var guest in _lab?.Guests ?? [])
        {
            await Terminal.WriteLineAsync($"{guest.Name} said last:\n{await JournalAsync(guest, LastLines)}");
        }
    }

    private static async Task<string> JournalAsync(Guest guest, int lines)
    {
        try
        {
            return (await guest.Shell.RunAsync(string.Create(CultureInfo.InvariantCulture, $"journalctl --no-pager --no-hostname --lines {lines} --output short-monotonic"))).Output;
        }
        catch (LabException failure)
        {
            return failure.Message;
        }
    }

    private async Task CountCostsAsync()
    {
        foreach (var guest in _lab?.Guests ?? [])
        {
            if (await guest.CostAsync() is { } cost)
            {
                Recorder.Measure($"{guest.Name}: memory", cost.Memory, "bytes");
                Recorder.Measure($"{guest.Name}: processor time", cost.Processor.TotalSeconds, "s");
            }
        }
    }

    private async Task<IReadOnlyList<string>> KeepEvidenceAsync()
    {
        var undeclared = new List<string>();
        foreach (var guest in _lab?.Guests ?? [])
        {
            foreach (var finding in guest.JudgeConsole())
            {
                var expected = ExpectedFindings.Contains(finding.Name);
                Recorder.Found(guest.Name, finding, expected);
                if (!expected)
                {
                    undeclared.Add($"{guest.Name}: {finding.Name}: {finding.Line.Text}");
                }
            }

            Recorder.AttachConsole(guest.Name, guest.Console.Since(0));
            Recorder.Attach($"{guest.Name} journal", await JournalAsync(guest, ReportedLines));
        }

        return undeclared;
    }
}
