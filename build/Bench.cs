using System.Globalization;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Images;
using Lab.State;
using Lab.Trees;

namespace Lab.Building;

/// <summary>
/// Measures Lab against the plain tools that it drives: the same work on the same content, in turns within one run, so that a busy or
/// slow host spoils both alike and the ratio stays true.
/// </summary>
/// <param name="home">Where trees are composed already, or will be.</param>
/// <param name="progress">Told of every measurement.</param>
/// <param name="line">Prints a line of the table.</param>
/// <param name="only">The parts that are measured; empty for all but <see cref="BenchPart.Packages"/>.</param>
/// <param name="program">The published <c>lab</c>, which is measured as its users run it.</param>
internal sealed class Bench(LabHome home, IProgressSink progress, Action<string> line, IReadOnlyList<BenchPart> only, string program)
{
    /// <summary>The name of the lab that is booted, and of everything else that must be found again after a kill.</summary>
    public const string Name = "bench";

    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly List<BenchLine> _lines = [];
    private IActivity? _step;

    /// <summary>Whether Vagrant is measured too: it needs root, whose libvirt can be given a network of its own.</summary>
    public static bool HasVagrant(IReadOnlyList<BenchPart> only) => Environment.IsPrivilegedProcess && (IsMeasured(BenchPart.Up, only) || IsMeasured(BenchPart.UpThree, only));

    private static bool IsMeasured(BenchPart part, IReadOnlyList<BenchPart> only) => only.Count == 0 ? part != BenchPart.Packages : only.Contains(part);

    /// <summary>Measures, prints the table and writes <c>output/bench.json</c>: of what it has measured, where it does not come to its end. Leaves nothing else behind but composed trees.</summary>
    /// <param name="rootDirectory">The checkout's top folder.</param>
    /// <param name="rounds">How often each thing is done each way; 1 or more.</param>
    /// <param name="cancellation">Gives up; what was made is removed first.</param>
    /// <exception cref="LabException">Something that is measured failed.</exception>
    public async Task RunAsync(string rootDirectory, int rounds, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        var load = await LoadAsync(cancellation);
        using var alone = await FileLock.TakeAsync(Path.Combine(home.Locks, Name), () => line("Another bench runs on this host; waiting for its end."), cancellation);
        var definition = LabDefinition.Load(Path.Combine(rootDirectory, "labs", "atomic-host")) with { Name = Name };
        await using var hypervisor = await Hypervisor.OpenAsync(home, progress, cancellation);
        try
        {
            await MeasureAsync(definition, hypervisor, rounds, cancellation);
        }
        finally
        {
            if (_lines.Count > 0)
            {
                await ReportAsync(new BenchReport(await BenchHost.ReadAsync(hypervisor.Verdict, load, CancellationToken.None), rounds, _lines), rootDirectory);
            }
        }
    }

    private async Task ReportAsync(BenchReport report, string rootDirectory)
    {
        foreach (var text in report.Table())
        {
            line(text);
        }

        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(rootDirectory, "output")).FullName, "bench.json");
        await WholeFile.WriteAsync(file, report.Json(_clock.GetUtcNow()));
        line($"Written to {Path.GetRelativePath(rootDirectory, file)}.");
    }

    private async Task MeasureAsync(LabDefinition definition, Hypervisor hypervisor, int rounds, CancellationToken cancellation)
    {
        // What a killed bench left.
        await LabInstance.DownAsync(Name, hypervisor, progress, cancellation);
        await Composer(home, progress).ComposeAsync(definition.Trees, cancellation);
        await using var scratch = await BenchScratch.MakeAsync(home, cancellation);
        try
        {
            var composer = Composer(scratch.Home, SilentProgress.Instance);
            var composed = await composer.ComposeAsync(definition.Trees, cancellation);
            var subject = definition.Guests[0];
            var tree = composed.First(tree => tree.Definition.Name == subject.Tree!.Name);
            var key = await composer.KeyAsync(cancellation);
            var turns = new BenchTurns(rounds, _clock, text => _step?.Report(text));
            var trees = new BenchTrees(composer, key, scratch, turns);
            var images = new BenchImages(scratch, new ImageBuilder(scratch.Home, composer.Repository, SilentProgress.Instance), composer.Repository, turns);
            var install = new BenchInstall(definition, hypervisor, Composer(home, SilentProgress.Instance), scratch, turns);
            var guest = await BenchGuest.PrepareAsync(hypervisor, definition, tree, key, turns, cancellation);
            var up = new BenchUp(definition, hypervisor, program, scratch, turns);
            await MeasureAsync(BenchPart.Compose, () => trees.ComposeAsync(definition, cancellation));
            await MeasureAsync(BenchPart.Commit, () => trees.CommitAsync(tree.Definition, cancellation));
            await MeasureAsync(BenchPart.Seed, () => images.SeedAsync(guest.Seed, cancellation));
            await MeasureAsync(BenchPart.Kickstart, () => install.ImageAsync(guest.Seed, cancellation));
            await MeasureAsync(BenchPart.Disk, () => images.DiskAsync(tree, subject.Disk, cancellation));
            await MeasureAsync(BenchPart.Boot, async () => await guest.BootAsync(await images.ImageAsync(tree, subject.Disk, cancellation), cancellation));
            await MeasureAsync(BenchPart.Up, () => up.MeasureAsync(1, cancellation));
            await MeasureAsync(BenchPart.UpThree, () => up.MeasureAsync(3, cancellation));
            var vagrant = _lines.Find(line => line.Name == BenchUp.Again(1))?.Plain ?? BenchSide.None;
            await MeasureAsync(BenchPart.Seats, () => new BenchSeats(definition, hypervisor, Composer(home, SilentProgress.Instance), turns).MeasureAsync(vagrant, cancellation));
            await MeasureAsync(BenchPart.Install, () => install.InstallAsync(cancellation));
            await MeasureAsync(BenchPart.Packages, () => trees.PackagesAsync(tree.Definition, cancellation));

            async Task MeasureAsync(BenchPart part, Func<Task<IReadOnlyList<BenchLine>>> measure)
            {
                if (IsMeasured(part, only))
                {
                    _lines.AddRange(await StepAsync($"{part}", measure));
                }
            }
        }
        finally
        {
            await LabInstance.DownAsync(Name, hypervisor, progress, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<BenchLine>> StepAsync(string what, Func<Task<IReadOnlyList<BenchLine>>> measure)
    {
        using var activity = progress.Begin($"measure {what}");
        _step = activity;
        var lines = await measure();
        activity.Done(string.Join(", ", lines.Select(found => found.Ratio is { } ratio ? $"{ratio:0.00} × plain" : $"{found.Lab.Spread!.Median:0.00} s")));
        return lines;
    }

    /// <summary>Deletes the checkpoints of the lab that is booted.</summary>
    public static async Task ForgetAsync(LabHome home, CancellationToken cancellation)
    {
        var store = new CheckpointStore(home);
        foreach (var checkpoint in store.List(Name))
        {
            await store.DeleteAsync(Name, checkpoint.Name, SilentProgress.Instance, cancellation);
        }
    }

    private TreeComposer Composer(LabHome of, IProgressSink told) => new(of, new AptMirrors().FindAsync, told, _clock);

    // proc_loadavg(5); the mean of the last minute, taken before this adds its own.
    private static async Task<double> LoadAsync(CancellationToken cancellation) =>
        double.Parse((await File.ReadAllTextAsync("/proc/loadavg", cancellation)).Split(' ')[0], CultureInfo.InvariantCulture);
}
