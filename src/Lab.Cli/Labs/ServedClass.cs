using Lab.Cli.CommandLine;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;

namespace Lab.Cli.Labs;

/// <summary>What became of a seat that was to come up.</summary>
/// <param name="Status">What it looks like.</param>
/// <param name="Failure">Why it did not come up; null where it did.</param>
internal sealed record SeatOutcome(SeatStatus Status, LabException? Failure);

/// <summary>A class brought up: a lab boots once, and every seat begins where it was when it was ready.</summary>
/// <param name="hypervisor">Where it runs.</param>
/// <param name="context">What commands share.</param>
internal sealed class ServedClass(Hypervisor hypervisor, CommandContext context)
{
    private readonly ServedLab _served = new(hypervisor, context);

    /// <summary>Brings all seats up. What fails at one of them is that one's.</summary>
    /// <param name="lab">The lab.</param>
    /// <param name="seats">The seats.</param>
    /// <param name="from">The checkpoint that they begin with.</param>
    /// <param name="cancellation">Starts no more.</param>
    /// <exception cref="HostException">There is no room for them; nothing was started.</exception>
    public async Task<IReadOnlyList<SeatOutcome>> UpAsync(LabDefinition lab, IReadOnlyList<Seat> seats, string from, CancellationToken cancellation)
    {
        var plan = SeatChoice.Plan(lab, seats, from, await UpLab.ListAsync(hypervisor, cancellation), context);
        plan.Check();
        LabInstance.CheckSeats(lab, seats, hypervisor.Home);
        using var origin = await LabInstance.FindOriginAsync(lab, from, hypervisor, context.Composer, context.Progress, cancellation) ?? await BootOnceAsync(lab, from, cancellation);
        return await plan.Starts.StartAsync(seats, (seat, token) => UpAsync(origin, seat, token), cancellation);
    }

    private async Task<SeatOrigin> BootOnceAsync(LabDefinition lab, string from, CancellationToken cancellation)
    {
        await OpenLab.LetGoAsync(await _served.UpAsync(lab, from, install: false, cancellation));
        await ServedLab.DownAsync(lab.Name, hypervisor, context, cancellation);
        return await LabInstance.FindOriginAsync(lab, from, hypervisor, context.Composer, context.Progress, cancellation)
            ?? throw new HostException($"Lab {lab.Name} came up, and no checkpoint of it could be kept for its seats.", $"`lab up {lab.Name}` says why.");
    }

    private async Task<SeatOutcome> UpAsync(SeatOrigin origin, Seat seat, CancellationToken cancellation)
    {
        using var activity = context.Progress.Begin($"bring up seat {seat.Number}{(seat.Student.Length > 0 ? $", {seat.Student}" : string.Empty)}");
        try
        {
            await OpenLab.LetGoAsync(await _served.UpAsync(origin, seat, new StepProgress(activity), cancellation));
            var up = (await UpLab.ListAsync(hypervisor, cancellation)).First(lab => lab.Name == seat.Name);
            var status = await SeatStatus.AskAsync(up, hypervisor, context.Time, cancellation) ?? throw new HostException($"Seat {seat.Number} has just gone down.");
            activity.Done($"lab {seat.Name}");
            return new SeatOutcome(status, Failure: null);
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested && (failure as LabException ?? HostFailure.Of(failure)) is not null)
        {
            var known = failure as LabException ?? HostFailure.Of(failure)!;
            return new SeatOutcome(SeatStatus.Failed(seat, known), known);
        }
    }
}
