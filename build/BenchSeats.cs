using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;

namespace Lab.Building;

/// <summary>What the seats of a class cost: the time until one more is there, and the disk and memory that it takes.</summary>
/// <param name="lab">The lab, under the bench's name.</param>
/// <param name="hypervisor">Where it runs.</param>
/// <param name="composer">Where its trees are composed already.</param>
/// <param name="turns">Counts and measures the rounds.</param>
internal sealed class BenchSeats(LabDefinition lab, Hypervisor hypervisor, TreeComposer composer, BenchTurns turns)
{
    // Those that are measured; all before them come up too.
    private static readonly int[] Measured = [1, 5, 10];

    private sealed record SeatCost(TimeSpan Up, long Disk, long Memory);

    /// <summary>Measures as many of them as there is room for.</summary>
    /// <param name="plain">What a guest costs by other means.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<BenchLine>> MeasureAsync(BenchSide plain, CancellationToken cancellation)
    {
        await (await LabInstance.UpAsync(lab, hypervisor, composer, SilentProgress.Instance, turns.Clock, cancellation: cancellation)).DisposeAsync();
        await LabInstance.DownAsync(lab.Name, hypervisor, SilentProgress.Instance, cancellation);
        var seats = Seat.Row(lab, Measured[^1]);
        var room = SeatPlan.Of(lab, seats.Count, up: 0, new CheckpointStore(hypervisor.Home).Find(lab.Name, Checkpoint.Ready), HostRoom.Of(hypervisor.Home)).Fitting;
        var (rounds, _) = await turns.TakeAsync(() => HandOutAsync([.. seats.Take(room)], cancellation), () => Task.FromResult(0));
        await Bench.ForgetAsync(hypervisor.Home, cancellation);
        return
        [
            .. Measured.Where(number => number <= room).Select(number =>
            {
                var costs = rounds.Select(round => round[number - 1]).ToList();
                return new BenchLine($"seat {number}", new BenchSide("LabInstance.UpSeatAsync: resumed as a copy, with keys of its own", [.. costs.Select(cost => cost.Up)]), plain)
                {
                    Note = $"{Median(costs.Select(cost => cost.Disk)) / 1e6:0} MB of disk, {Median(costs.Select(cost => cost.Memory)) / 1e6:0} MB of memory",
                };
            }),
        ];
    }

    // One after the other, so that each one's time is its own.
    private async Task<IReadOnlyList<SeatCost>> HandOutAsync(IReadOnlyList<Seat> seats, CancellationToken cancellation)
    {
        var costs = new List<SeatCost>();
        try
        {
            using var origin = await LabInstance.FindOriginAsync(lab, Checkpoint.Ready, hypervisor, composer, SilentProgress.Instance, cancellation)
                ?? throw new HostException($"Lab {lab.Name} has no checkpoint that seats could begin with.");
            foreach (var seat in seats)
            {
                LabInstance? up = null;
                var time = await turns.TimeAsync(async () => up = await LabInstance.UpSeatAsync(origin, seat, hypervisor, composer, SilentProgress.Instance, turns.Clock, cancellation: cancellation));
                await using (up)
                {
                    var memory = (await Task.WhenAll(up!.Guests.Select(guest => guest.CostAsync(cancellation)))).Sum(cost => cost?.Memory ?? 0);
                    costs.Add(new SeatCost(time, await DiskUse.OfAsync(GuestPlan.LabFolder(hypervisor.Home, seat.Name), cancellation), memory));
                }
            }
        }
        finally
        {
            foreach (var seat in seats)
            {
                await LabInstance.DownAsync(seat.Name, hypervisor, SilentProgress.Instance, CancellationToken.None);
            }
        }

        return costs;
    }

    private static double Median(IEnumerable<long> samples) => BenchSpread.Of(samples.Select(sample => (double)sample)).Median;
}
