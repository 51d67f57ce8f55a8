using System.Diagnostics;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;

namespace Lab.Cli.Labs;

/// <summary>
/// A lab's content server in a process of its own, which outlives the command that starts it: this program's <c>tree serve</c>.
/// </summary>
internal static class ContentProcess
{
    // A program's start and a listening socket, on an ordinary workstation.
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Where the server's own words go.</summary>
    public static string LogFile(LabHome home, string lab) => Path.Combine(home.Runtime, $"content-{lab}.log");

    /// <summary>Starts the server unless some process serves the lab already, and waits until it answers.</summary>
    /// <param name="hypervisor">Where the lab runs.</param>
    /// <param name="lab">The lab's name.</param>
    /// <param name="network">The lab's segments; null for those that an earlier call was given.</param>
    /// <param name="progress">Told of the start.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Whether this call started it.</returns>
    /// <exception cref="HostException">It did not start; its last words are in the message.</exception>
    public static async Task<bool> EnsureAsync(Hypervisor hypervisor, string lab, LabNetwork? network, IProgressSink progress, CancellationToken cancellation)
    {
        var home = hypervisor.Home;
        var kept = await SegmentPlan.ReadAsync(GuestPlan.LabFolder(home, lab), cancellation);
        if (LabContent.IsServed(home, lab))
        {
            if (network is null || network.IsSame(kept))
            {
                return false;
            }

            // What a killed call began, and the lab file has changed since.
            await LabContent.StopAsync(home, lab, cancellation);
        }

        using var activity = progress.Begin($"start the content server of {lab}");
        if (network is not null)
        {
            await SegmentPlan.WriteAsync(GuestPlan.LabFolder(home, lab), network, cancellation);
        }

        Directory.CreateDirectory(LabInstance.RepositoryFolder(home, lab));
        using var process = Start(home, lab);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(hypervisor.Scale(StartDeadline));
        try
        {
            await WaitUntilServedAsync(process, home, lab, (network ?? kept).Switched.Any(), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HostException($"The content server of lab {lab} does not answer.", $"Its log is {LogFile(home, lab)}.");
        }

        activity.Done();
        return true;
    }

    private static Process Start(LabHome home, string lab)
    {
        // Run through `dotnet lab.dll`, the process's own program is dotnet.
        var program = Environment.ProcessPath!;
        IReadOnlyList<string> self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, $"{typeof(ContentProcess).Assembly.GetName().Name}.dll")] : [program];
        return DetachedProgram.Start(LogFile(home, lab), [.. self, "tree", "serve", "--lab", lab], KeyValuePair.Create("LAB_HOME", home.Root));
    }

    private static async Task WaitUntilServedAsync(Process process, LabHome home, string lab, bool hasSegments, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                // A connection that nobody takes costs this process more than a glance.
                if (LabContent.HasBegun(home, lab) && await ContentServer.AskAsync(LabInstance.ContentPort(home, lab), cancellation) is not null)
                {
                    // They come after the trees.
                    _ = hasSegments ? await SegmentControl.StatusAsync(LabInstance.NetworkFolder(home, lab), cancellation) : null;
                    return;
                }
            }
            catch (Exception failure) when (failure is HostException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // Not yet.
            }

            // One that ends because another process was quicker is no failure.
            if (process.HasExited && !LabContent.IsServed(home, lab))
            {
                throw new HostException($"The content server of lab {lab} did not start: {(await File.ReadAllTextAsync(LogFile(home, lab), cancellation)).Trim()}");
            }

            await Task.Delay(PollEvery, cancellation);
        }
    }
}
