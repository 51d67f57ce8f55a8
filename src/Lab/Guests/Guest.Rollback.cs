using Lab.Remote;
using Lab.Updates;

namespace Lab.Guests;

public sealed partial class Guest
{
    /// <summary>Reboots it into what was staged and follows what that must lead to, boot by boot.</summary>
    /// <param name="prediction">What it must lead to.</param>
    /// <param name="command">The shell line that reboots it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The boots.</returns>
    /// <exception cref="RollbackDivergedException">A boot went otherwise, or did not come; told at once.</exception>
    /// <exception cref="GuestDeadException">It is powered off, or did not become ready in the end.</exception>
    public async Task<BootSequence> RebootAsync(RollbackPrediction prediction, string command = "systemctl reboot", CancellationToken cancellation = default)
    {
        using var waiting = _observer?.GuestTime();
        var before = await RestartAsync(command, cancellation);
        return await FollowAsync(prediction, before, cancellation);
    }

    /// <summary>Follows the boots since it was last powered on or rebooted.</summary>
    /// <param name="prediction">What must come.</param>
    /// <param name="otherThan">A boot id that must have passed; null accepts any.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <inheritdoc cref="RebootAsync(RollbackPrediction, string, CancellationToken)"/>
    public async Task<BootSequence> FollowAsync(RollbackPrediction prediction, string? otherThan = null, CancellationToken cancellation = default)
    {
        using var waiting = _observer?.GuestTime();
        var first = _boots.Count;
        var watch = new BootWatch(prediction);
        var read = _bootMark;
        for (var number = 1; number <= prediction.Boots.Count; number++)
        {
            // What an earlier boot died of is no reason to give this one up.
            _hopeMark = read;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(_hypervisor.Scale(ReadyDeadline));
            try
            {
                while (!watch.Decided(number))
                {
                    await NextLookAsync(limit.Token);
                    var lines = Console.Since(read);
                    read += lines.Count;
                    watch.Add(lines);
                    if (watch.DivergenceOf(number) is { } why)
                    {
                        throw Diverged(number, why);
                    }
                }
            }
            catch (GuestDeadException)
            {
                Record(null);
                throw;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw Diverged(number, $"it came to no end within {_hypervisor.Scale(ReadyDeadline).TotalSeconds:0} s; its console ends: {Console.Last}");
            }
        }

        if (prediction.Ends is { } commit)
        {
            await WaitUntilReadyAsync(commit, otherThan, cancellation: cancellation);
        }
        else
        {
            Record(null);
        }

        return Sequence();

        RollbackDivergedException Diverged(int number, string why)
        {
            Record(null);
            return new RollbackDivergedException(Name, prediction, number, why, Sequence());
        }

        // A boot that died before anybody could ask is the one that was predicted: its entry and its counter said so.
        BootSequence Sequence() => new(
            [.. _boots.Skip(first).Select((boot, index) => boot with { Commit = boot.Commit ?? prediction.Boots.ElementAtOrDefault(index)?.Commit })],
            boot => prediction.NameOf(boot.Commit));
    }

    private async Task NextLookAsync(CancellationToken cancellation)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        pause.CancelAfter(LookEvery);
        try
        {
            await Console.WaitForMoreAsync(pause.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nothing was said; look whether it still runs.
        }

        await FailIfOffAsync(cancellation);
    }
}
