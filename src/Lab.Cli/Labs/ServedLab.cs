using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Trees;

namespace Lab.Cli.Labs;

/// <summary>Labs brought up together with the process that serves them.</summary>
/// <param name="hypervisor">Where they run.</param>
/// <param name="context">What commands share.</param>
internal sealed class ServedLab(Hypervisor hypervisor, CommandContext context)
{
    /// <summary>Brings a lab up, from a checkpoint or without one, or installs it.</summary>
    public async Task<LabInstance> UpAsync(LabDefinition lab, string? from, bool install, CancellationToken cancellation)
    {
        // Before the server makes the lab's folder.
        await LabInstance.CheckHostAsync(lab, hypervisor, cancellation);
        return await ServeAsync(lab, context.Progress, served => LabInstance.UpAsync(lab, hypervisor, context.Composer, context.Progress, context.Time, from: from, install: install, served: served, cancellation: cancellation), cancellation);
    }

    /// <summary>Brings a seat up.</summary>
    public async Task<LabInstance> UpAsync(SeatOrigin origin, Seat seat, Execution.IProgressSink progress, CancellationToken cancellation)
    {
        var lab = origin.Lab.For(seat);
        await LabInstance.CheckHostAsync(lab, hypervisor, cancellation);
        return await ServeAsync(lab, progress, served => LabInstance.UpSeatAsync(origin, seat, hypervisor, context.Composer, progress, context.Time, served, cancellation), cancellation);
    }

    /// <summary>Takes a lab down, and what its server left.</summary>
    /// <returns>Whether there was anything to take down.</returns>
    public static async Task<bool> DownAsync(string lab, Hypervisor hypervisor, CommandContext context, CancellationToken cancellation)
    {
        var wasUp = await LabInstance.DownAsync(lab, hypervisor, context.Progress, cancellation);
        File.Delete(ContentProcess.LogFile(hypervisor.Home, lab));
        return wasUp;
    }

    private async Task<LabInstance> ServeAsync(LabDefinition lab, Execution.IProgressSink progress, Func<Task, Task<LabInstance>> up, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var served = ContentProcess.EnsureAsync(hypervisor, lab.Name, LabInstance.Network(hypervisor.Home, lab), progress, end.Token);
        try
        {
            return await up(served);
        }
        catch
        {
            await end.CancelAsync();
            await ((Task)served).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!served.IsCompletedSuccessfully || served.Result)
            {
                await StopServingNobodyAsync(lab.Name);
            }

            throw;
        }
    }

    // A lab that got no guest needs no server; one that got some is half up, and the next call goes on.
    private async Task StopServingNobodyAsync(string lab)
    {
        if ((await UpLab.ListAsync(hypervisor, CancellationToken.None)).All(other => other.Name != lab))
        {
            await LabContent.StopAsync(hypervisor.Home, lab, CancellationToken.None);
        }
    }
}
