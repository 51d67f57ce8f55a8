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
internal sealed class Bench(LabHome home, IProgressSink progress, Action<string> line)
{
    /// <summary>The name of the lab that is booted, and of everything else that must be found again after a kill.</summary>
    public const string Name = "bench";

    private readonly TimeProvider _clock = TimeProvider.System;

    /// <summary>Whether to compose a tree of packages too, which takes minutes and the package mirror. False by default.</summary>
    public bool Full { get; init; }

    /// <summary>Measures, prints the table and writes <c>output/bench.json</c>. Leaves nothing else behind but composed trees.</summary>
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
        var lines = await MeasureAsync(definition, hypervisor, rounds, cancellation);

        var report = new BenchReport(await BenchHost.ReadAsync(hypervisor.Verdict, load, cancellation), rounds, lines);
        foreach (var text in report.Table())
        {
            line(text);
        }

        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(rootDirectory, "output")).FullName, "bench.json");
        await WholeFile.WriteAsync(file, report.Json(_clock.GetUtcNow()), cancellation: cancellation);
        line($"Written to {Path.GetRelativePath(rootDirectory, file)}.");
    }

    private async Task<IReadOnlyList<BenchLine>> MeasureAsync(LabDefinition definition, Hypervisor hypervisor, int rounds, CancellationToken cancellation)
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
            var turns = new BenchTurns(rounds, _clock);
            var trees = new BenchTrees(composer, key, scratch, turns);
            var images = new BenchImages(scratch, new ImageBuilder(scratch.Home, composer.Repository, SilentProgress.Instance), composer.Repository, turns);
            var install = new BenchInstall(definition, hypervisor, Composer(home, SilentProgress.Instance), scratch, turns);
            var guest = await BenchGuest.PrepareAsync(hypervisor, definition, tree, key, turns, cancellation);

            List<BenchLine> lines =
            [
                .. await StepAsync("compose", () => trees.ComposeAsync(definition, cancellation)),
                .. await StepAsync("commit", () => trees.CommitAsync(tree.Definition, cancellation)),
                .. await StepAsync("seed ISO", () => images.SeedAsync(guest.Seed, cancellation)),
                .. await StepAsync("kickstart ISO", () => install.ImageAsync(guest.Seed, cancellation)),
                .. await StepAsync("disk", () => images.DiskAsync(tree, subject.Disk, cancellation)),
                .. await StepAsync("boot and checkpoint", () => guest.BootAsync(images.Image, cancellation)),
            ];
            var plain = lines.First(line => line.Name == BenchGuest.ToReady).Plain;
            lines.AddRange(await StepAsync("up", () => new BenchUp(definition, hypervisor, Composer(home, SilentProgress.Instance), turns).MeasureAsync(plain, cancellation)));
            lines.AddRange(await StepAsync("seats", () => new BenchSeats(definition, hypervisor, Composer(home, SilentProgress.Instance), turns.Long).MeasureAsync(plain, cancellation)));
            lines.AddRange(await StepAsync("install", () => install.InstallAsync(cancellation)));
            if (Full)
            {
                lines.AddRange(await StepAsync("packages", () => trees.PackagesAsync(tree.Definition, cancellation)));
            }

            return lines;
        }
        finally
        {
            await LabInstance.DownAsync(Name, hypervisor, progress, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<BenchLine>> StepAsync(string what, Func<Task<IReadOnlyList<BenchLine>>> measure)
    {
        using var activity = progress.Begin($"measure {what}");
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
