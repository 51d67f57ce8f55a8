using FluentAssertions;
using Lab.Execution;
using Lab.Faults;
using Lab.Guests;
using Lab.Images;
using Lab.Remote;
using Lab.Testing;
using Lab.Trees;
using Lab.Updates;
using NUnit.Framework;

namespace Labs.Faults;

/// <summary>
/// The power goes in the middle of an update, and comes back. Whatever the moment, the host boots either what it had or what it was
/// given, whole, with its own files, and takes the next update.
/// </summary>
/// <remarks><c>LAB_SEED</c> replays one cut; <c>LAB_CUTS</c> says how many are made otherwise (default: one).</remarks>
[TestFixture]
[Category("faults")]
public sealed class PowerCuts() : LabFixture(LabFolder.Of(), "cuts")
{
    private const string Marker = "mine";

    // The moment at which the new deployment becomes the one that counts. Soak makes the rest.
    private static readonly int[] Deciding = [(int)UpdatePhase.BootloaderSwap];

    private readonly List<Outcome> _outcomes = [];
    private Checkpoint? _start;

    protected override bool StartsWarm => true;

    private Guest Host => Lab["host1"];

    private static IEnumerable<int> Seeds() =>
        Setting.Number("LAB_SEED") is { } seed ? [seed] : Setting.Number("LAB_CUTS") is { } count ? Enumerable.Range(0, count) : Deciding;

    // Every cut begins from the same moment: a host that has but one deployment, so that the update has something to fetch and to deploy.
    [OneTimeSetUp]
    public async Task PrepareAsync()
    {
        await Host.Shell.SucceedAsync($"echo {Marker} > /etc/lab-marker; echo {Marker} > /var/lab-marker; sync");
        _start = await CheckpointAsync("start");
    }

    [TestCaseSource(nameof(Seeds))]
    public async Task The_host_is_whole_after_a_power_cut_at(int seed)
    {
        var cut = PowerCut.Of(seed);
        await Step($"{cut}", async () =>
        {
            await RestoreAsync(_start!);
            var from = (await Host.Updater.StatusAsync()).Booted!.Commit;
            var to = cut.Phase == UpdatePhase.Rollback ? Lab.Trees["red"] : OtherThan(from);
            var boots = Host.Boots.Count;
            var began = TimeProvider.System.GetTimestamp();

            await PhaseWatch.StartAsync(Host, ImageBuilder.StateRoot, to.Commit);
            var update = UpdateAsync(to.Definition.Ref!);
            await Host.CutPowerAsync(cut, TimeProvider.System);
            await update;
            await Host.PowerOnAsync();
            var readiness = await Host.WaitUntilReadyAsync();

            var booted = readiness.Status.Booted!.Commit;
            booted.Should().BeOneOf([from, to.Commit], "there is nothing else to boot");
            await AssertWholeAsync();
            _outcomes.Add(new Outcome(cut, booted == from ? "old" : "new", Host.Boots.Count - boots, TimeProvider.System.GetElapsedTime(began)));
            await AssertTheNextUpdateSucceedsAsync(booted);
        });
    }

    [OneTimeTearDown]
    public async Task TellAsync()
    {
        var table = string.Concat(_outcomes.Select(outcome => outcome + "\n"));
        Recorder.Attach("power cuts", table);
        await TestContext.Progress.WriteAsync(table);
    }

    private async Task UpdateAsync(string reference)
    {
        try
        {
            await Host.Updater.RebaseAsync(new Refspec("lab", reference));
            await Host.Shell.RunAsync("systemctl reboot");
        }
        catch (ConnectionLostException)
        {
            // The power went first, which is what is tried.
        }
    }

    private async Task AssertWholeAsync()
    {
        await Host.Should().Succeed("ostree fsck --quiet", "a power cut damages nothing");
        (await Host.Shell.SucceedAsync("cat /etc/lab-marker /var/lab-marker")).Should().Be($"{Marker}\n{Marker}", "/etc is merged or untouched, and /var is kept");
        (await Host.Shell.SucceedAsync("grub-editenv list")).Should().NotContain("boot_counter", "the boot was healthy, so nothing is counted any more");
    }

    private async Task AssertTheNextUpdateSucceedsAsync(string booted)
    {
        var next = OtherThan(booted);
        await Host.Updater.RebaseAsync(new Refspec("lab", next.Definition.Ref!));
        var policy = await RollbackPolicy.ReadAsync(Host.Shell);
        (await Host.RebootAsync(policy.Predict(booted, next.Commit, UpdateFate.Healthy))).Should().BeBoots("new ✓");
    }

    private ComposedTree OtherThan(string commit) => Lab.Trees[commit == Lab.Trees["host-2"].Commit ? "other" : "host-2"];

    private sealed record Outcome(PowerCut Cut, string Booted, int Boots, TimeSpan Time)
    {
        public override string ToString() =>
            FormattableString.Invariant($"{Cut.Phase,-14} seed {Cut.Seed,3}  + {Cut.Offset.TotalSeconds:0.000} s  {Booted}  {Boots} boots  {ConsoleProgress.Elapsed(Time)}");
    }
}
