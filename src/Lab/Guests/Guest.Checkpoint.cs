using System.Globalization;
using Lab.Remote;
using LibvirtSharp;

namespace Lab.Guests;

public sealed partial class Guest
{
    private static readonly TimeSpan WakeDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    // Linux says so when the machine's generation id has changed (drivers/virt/vmgenid.c), after it has stirred its random numbers.
    private const string Identify = "cat /proc/sys/kernel/random/boot_id; dmesg | grep -c 'crng reseeded due to virtual machine fork' || :";

    /// <summary>Has it write what it has not written, and notes what proves, once it was resumed, that it is the same boot and knows that it is a copy.</summary>
    internal async Task<CheckpointGuest> MarkAsync(CancellationToken cancellation)
    {
        if (await IsOffAsync(cancellation))
        {
            return new CheckpointGuest(Name, Metadata.Definition, BootId: null, Forks: 0);
        }

        return Identified(await Shell.SucceedAsync($"sync; {Identify}", cancellation: cancellation));
    }

    private CheckpointGuest Identified(string answer)
    {
        var lines = answer.Split('\n');
        return new CheckpointGuest(Name, Metadata.Definition, lines[0], int.Parse(lines[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Resumes its memory, stopped: <see cref="WakeAsync"/> follows once all guests are there.</summary>
    internal async Task ResumeAsync(string memory, CancellationToken cancellation)
    {
        MarkBoot();
        try
        {
            await _hypervisor.Connection.RestoreDomainAsync(memory, options: DomainSaveOptions.Paused, cancellation: cancellation);
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

        var deadline = _hypervisor.Scale(WakeDeadline);
        var seen = string.Empty;
        async Task<bool> Answers(CancellationToken token)
        {
            await FailIfHopelessAsync([], token);
            return (seen = await Shell.ProbeAsync(token) ?? string.Empty).Length == 0;
        }

        if (!await Within(deadline, Answers, cancellation))
        {
            throw NotResumed($"it did not answer within {deadline.TotalSeconds:0} s: {seen}. Its console ends: {Console.Last}");
        }

        var now = Identified(await SetClockAsync(Identify, cancellation));
        if (now.BootId != saved.BootId)
        {
            throw NotResumed($"it runs boot {now.BootId} instead of {saved.BootId}: it has rebooted.");
        }

        if (resumed && now.Forks <= saved.Forks)
        {
            throw NotResumed("its kernel has not noticed, so its random numbers would repeat. Its kernel needs CONFIG_VMGENID.");
        }
    }

    /// <summary>Sets its clock by this host's: it stood still while the guest was stopped. SSH answers by now.</summary>
    /// <exception cref="GuestDeadException">It could not be set to within a second.</exception>
    internal Task SetClockAsync(CancellationToken cancellation) => SetClockAsync("true", cancellation);

    // With a question to go with it, since every command costs an emulated guest a tenth of a second.
    private async Task<string> SetClockAsync(string question, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        do
        {
            var asked = _time.GetUtcNow();
            var answer = await Shell.SucceedAsync(string.Create(CultureInfo.InvariantCulture, $"date -u -s @{asked.ToUnixTimeMilliseconds() / 1000.0:0.000} > /dev/null && {{ {question}; }}"), cancellation: cancellation);

            // It was set somewhere in between, so that it is late by this much at most.
            if (_time.GetUtcNow() - asked < ClockTolerance)
            {
                return answer;
            }
        }
        while (_time.GetElapsedTime(began) < _hypervisor.Scale(WakeDeadline));

        throw NotResumed($"its clock could not be set to within {ClockTolerance.TotalSeconds:0} s, because it takes longer to answer. This host has too much to do: fewer guests at once, or more processors.");
    }

    private GuestDeadException NotResumed(string why) => new(Name, $"it was not resumed as it was: {why}", FailureKind.Infrastructure);
}
