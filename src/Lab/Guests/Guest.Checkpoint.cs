using System.Globalization;
using Lab.Remote;
using LibvirtSharp;

namespace Lab.Guests;

public sealed partial class Guest
{
    private static readonly TimeSpan WakeDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    // One that is at work is saved at work; an idle one's own clock and network take less than a tenth of a processor, emulated too.
    private static readonly TimeSpan SettleDeadline = TimeSpan.FromSeconds(3);
    private const double Idle = 0.2;

    // Linux says so when the machine's generation id has changed (drivers/virt/vmgenid.c), after it has stirred its random numbers.
    private const string Forked = "crng reseeded due to virtual machine fork";

    // Counted here, to start one program less. Not every dmesg knows of levels.
    private const string AskForks = "dmesg -l notice 2> /dev/null || dmesg";

    /// <summary>Has it write what it has not written, and notes what proves, once it was resumed, that it is the same boot and knows that it is a copy.</summary>
    internal async Task<CheckpointGuest> MarkAsync(CancellationToken cancellation)
    {
        if (await IsOffAsync(cancellation))
        {
            return new CheckpointGuest(Name, Metadata.Definition, BootId: null, Forks: 0);
        }

        var lines = (await Shell.SucceedAsync($"sync; {AskBootId}; {SshShell.AskSession}; {AskForks}", cancellation: cancellation)).Split('\n', 3);
        return new CheckpointGuest(Name, Metadata.Definition, lines[0], Forks(lines.ElementAtOrDefault(2)), Session(lines.ElementAtOrDefault(1)));
    }

    /// <summary>The same of one that has just become ready, and was not resumed since it was powered on.</summary>
    internal CheckpointGuest Mark(GuestReadiness readiness) => new(Name, Metadata.Definition, readiness.BootId, Forks: 0, readiness.Session);

    private static int Forks(string? messages) => messages?.Split('\n').Count(line => line.Contains(Forked, StringComparison.Ordinal)) ?? 0;

    private static int? Session(string? word) => int.TryParse(word, CultureInfo.InvariantCulture, out var process) ? process : null;

    /// <summary>
    /// Waits until it has little left to do, for some seconds at most: what it is at when it is stopped, it goes on with whenever it is resumed, before it answers
    /// anybody. Where it won't go on when it is saved, its connection is closed before that.
    /// </summary>
    internal async Task SettleAsync(CancellationToken cancellation)
    {
        await (_hypervisor.SavesAlive ? Task.CompletedTask : Shell.CloseAsync(cancellation));
        var (seen, used) = (_time.GetTimestamp(), TimeSpan.Zero);
        async Task<bool> IsIdle(CancellationToken token)
        {
            var (before, usedBefore) = (seen, used);
            (seen, used) = (_time.GetTimestamp(), (await _domain.GetInfoAsync(token)).CpuTime);
            return used - usedBefore < Idle * _time.GetElapsedTime(before, seen);
        }

        await Within(SettleDeadline, IsIdle, cancellation);
    }

    /// <summary>Resumes its memory, stopped: <see cref="WakeAsync"/> follows once all guests are there.</summary>
    internal async Task ResumeAsync(string memory, CancellationToken cancellation)
    {
        MarkBoot(Console.Count);
        try
        {
            await _hypervisor.RestoreMemoryAsync(memory, cancellation);
        }
        catch (LibvirtException failure)
        {
            throw StartFailed(failure);
        }
    }

    /// <summary>Lets it go on where it was stopped, sets its clock, and proves that it is the same boot.</summary>
    /// <param name="saved">What was noted when it was saved.</param>
    /// <param name="resumed">Whether its memory came from a file: then its kernel must know that its random numbers are to be its own from now on.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDeadException">It does not answer, or is not what was saved.</exception>
    internal async Task WakeAsync(CheckpointGuest saved, bool resumed, CancellationToken cancellation)
    {
        try
        {
            await _domain.ResumeAsync(cancellation);
        }
        catch (LibvirtException failure)
        {
            throw NotResumed(failure.Message);
        }

        var lines = (await SetClockAsync(resumed ? $"{AskBootId}; {AskForks}{End(saved.Session)}" : AskBootId, cancellation)).TrimEnd().Split('\n', 2);
        if (lines[0] != saved.BootId)
        {
            throw NotResumed($"it runs boot {lines[0]} instead of {saved.BootId}: it has rebooted.");
        }

        if (resumed && Forks(lines.ElementAtOrDefault(1)) <= saved.Forks)
        {
            throw NotResumed("its kernel has not noticed, so its random numbers would repeat. Its kernel needs CONFIG_VMGENID.");
        }
    }

    private static string End(int? session) => session is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"; kill {session} 2> /dev/null || true");

    /// <summary>Sets its clock by this host's: it stood still while the guest was stopped.</summary>
    /// <exception cref="GuestDeadException">It does not answer, or could not be set to within a second.</exception>
    internal Task SetClockAsync(CancellationToken cancellation) => SetClockAsync("true", cancellation);

    // With a question to go with it, since every command costs an emulated guest a tenth of a second.
    private async Task<string> SetClockAsync(string question, CancellationToken cancellation)
    {
        var (answer, seen) = (string.Empty, string.Empty);
        async Task<bool> Fits(CancellationToken token)
        {
            await FailIfHopelessAsync([], token);
            DateTimeOffset told = default;
            var (output, failure) = await Shell.TellAsync(
                $"date -u -s \"@$1\" > /dev/null && {{ {question}; }}",
                () => string.Create(CultureInfo.InvariantCulture, $"{(told = _time.GetUtcNow()).ToUnixTimeMilliseconds() / 1000.0:0.000}"),
                token);

            // It was set somewhere in between, so that it is late by this much at most.
            var fits = _time.GetUtcNow() - told < ClockTolerance;
            (answer, seen) = (output ?? string.Empty, output is null ? failure : fits ? string.Empty : $"it takes more than {ClockTolerance.TotalSeconds:0} s to answer, too long to set its clock by");
            return seen.Length == 0;
        }

        var deadline = _hypervisor.Scale(WakeDeadline);
        return await Within(deadline, Fits, cancellation)
            ? answer
            : throw NotResumed($"it did not take this host's time within {deadline.TotalSeconds:0} s: {seen}. Its console ends: {Console.Last}. Where this host has too much to do: fewer guests at once, or more processors.");
    }

    private GuestDeadException NotResumed(string why) => new(Name, $"it was not resumed as it was: {why}", FailureKind.Infrastructure);
}
