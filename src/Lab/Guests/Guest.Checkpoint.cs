using System.Globalization;
using Lab.Remote;
using LibvirtSharp;

namespace Lab.Guests;

public sealed partial class Guest
{
    private static readonly TimeSpan WakeDeadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    // Linux says so when the machine's generation id has changed (drivers/virt/vmgenid.c), after it has stirred its random numbers.
    private const string CountForks = "dmesg | grep -c 'crng reseeded due to virtual machine fork' || :";

    /// <summary>Has it write what it has not written, and notes what proves, once it was resumed, that it is the same boot and knows that it is a copy.</summary>
    internal async Task<CheckpointGuest> MarkAsync(CancellationToken cancellation)
    {
        if (await IsOffAsync(cancellation))
        {
            return new CheckpointGuest(Name, Metadata.Definition, BootId: null, Forks: 0);
        }

        var lines = (await Shell.SucceedAsync($"sync; cat /proc/sys/kernel/random/boot_id; {CountForks}", cancellation: cancellation)).Split('\n');
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

    /// <summary>Lets it go on where it was stopped, sets its clock, and proves that it is the same boot and that its random numbers are its own from now on.</summary>
    /// <param name="saved">What was noted when it was saved.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDeadException">It does not answer, or is not what was saved.</exception>
    internal async Task WakeAsync(CheckpointGuest saved, CancellationToken cancellation)
    {
        await _domain.ResumeAsync(cancellation);
        var deadline = _hypervisor.Scale(WakeDeadline);
        var seen = string.Empty;
        async Task<bool> Answers(CancellationToken token) => (seen = await Shell.ProbeAsync(token) ?? string.Empty).Length == 0;
        if (!await Within(deadline, Answers, cancellation))
        {
            throw new GuestDeadException(Name, $"it was resumed and did not answer within {deadline.TotalSeconds:0} s: {seen}. Its console ends: {Console.Last}");
        }

        // The connection stands already, so that little time passes between this clock and that one.
        var now = _time.GetUtcNow();
        var lines = (await Shell.SucceedAsync(
            string.Create(CultureInfo.InvariantCulture, $"date -u -s @{now.ToUnixTimeMilliseconds() / 1000.0:0.000} +%s.%N > /dev/null; cat /proc/sys/kernel/random/boot_id; {CountForks}; date +%s.%N"),
            cancellation: cancellation)).Split('\n');
        var late = _time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds((long)(double.Parse(lines[2], CultureInfo.InvariantCulture) * 1000));
        if (lines[0] != saved.BootId)
        {
            throw new GuestDeadException(Name, $"it was resumed, and runs boot {lines[0]} instead of {saved.BootId}: it has rebooted.");
        }

        if (late.Duration() > ClockTolerance)
        {
            throw new GuestDeadException(Name, $"it was resumed, and its clock is {late.TotalSeconds:0.0} s behind this host's after it was set.");
        }

        if (int.Parse(lines[1], CultureInfo.InvariantCulture) <= saved.Forks)
        {
            throw new GuestDeadException(Name, "it was resumed, and its kernel has not noticed: its random numbers would repeat. Its kernel needs CONFIG_VMGENID.");
        }
    }
}
