using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Trees;

namespace Lab.Building;

/// <summary>A lab brought up as its users do: the first time, when it boots and a checkpoint is kept, and every later time, when that is resumed.</summary>
/// <param name="lab">The lab, under the bench's name.</param>
/// <param name="hypervisor">Where it runs.</param>
/// <param name="composer">Where its trees are composed already.</param>
/// <param name="turns">Counts and measures the rounds.</param>
internal sealed class BenchUp(LabDefinition lab, Hypervisor hypervisor, TreeComposer composer, BenchTurns turns)
{
    /// <summary>Measures both.</summary>
    /// <param name="plain">QEMU alone, from cold until it is ready.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<BenchLine>> MeasureAsync(BenchSide plain, CancellationToken cancellation)
    {
        var (ups, _) = await turns.TakeAsync(() => TwiceAsync(cancellation), () => Task.FromResult(0));
        return
        [
            new BenchLine("up, the first time", new BenchSide("LabInstance.UpAsync: trees, disk, seed, boot, checkpoint", [.. ups.Select(up => up.First)]), plain),
            new BenchLine("up, again", new BenchSide("LabInstance.UpAsync: the same, resumed from that checkpoint", [.. ups.Select(up => up.Again)]), plain),
        ];
    }

    private async Task<(TimeSpan First, TimeSpan Again)> TwiceAsync(CancellationToken cancellation)
    {
        await DownAsync(cancellation);
        await ForgetAsync(cancellation);
        var first = await UpAsync(cancellation);
        await DownAsync(cancellation);
        var again = await UpAsync(cancellation);
        await DownAsync(cancellation);
        await ForgetAsync(cancellation);
        return (first, again);
    }

    private Task<TimeSpan> UpAsync(CancellationToken cancellation) => turns.TimeAsync(async () =>
        await (await LabInstance.UpAsync(lab, hypervisor, composer, SilentProgress.Instance, turns.Clock, cancellation: cancellation)).DisposeAsync());

    private Task<bool> DownAsync(CancellationToken cancellation) => LabInstance.DownAsync(lab.Name, hypervisor, SilentProgress.Instance, cancellation);

    private Task ForgetAsync(CancellationToken cancellation) => Bench.ForgetAsync(hypervisor.Home, cancellation);
}
