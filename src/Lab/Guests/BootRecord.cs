using System.Text.Json.Serialization;

namespace Lab.Guests;

/// <summary>The stages that a boot goes through, in order.</summary>
public enum BootPhase
{
    /// <summary>From power-on or reset until the firmware hands over.</summary>
    Firmware,

    /// <summary>The bootloader, until the kernel's first line.</summary>
    Bootloader,

    /// <summary>The kernel, until the initramfs' init runs.</summary>
    Kernel,

    /// <summary>The initramfs, until the root is switched.</summary>
    Initramfs,

    /// <summary>The system itself, until it is ready for its users.</summary>
    Userspace,
}

/// <summary>What became of a boot.</summary>
public enum BootEnd
{
    /// <summary>It still runs, or nobody saw its end.</summary>
    Runs,

    /// <summary>It went down as somebody had asked: a reboot, a power-off.</summary>
    Asked,

    /// <summary>Its health checks failed, and it rebooted itself to try again or to fall back.</summary>
    Red,

    /// <summary>Its kernel panicked.</summary>
    Panic,

    /// <summary>It ended without a word: a power cut, or a watchdog that reset it.</summary>
    Reset,
}

/// <summary>A health check's verdict.</summary>
/// <param name="Script">The script's file name.</param>
/// <param name="Required">Whether its failure makes the boot red.</param>
/// <param name="ExitCode">Its exit code; 0 is success.</param>
public sealed record HealthVerdict(string Script, bool Required, int ExitCode);

/// <summary>How long a stage took.</summary>
/// <param name="Phase">Which.</param>
/// <param name="Start">When it began.</param>
/// <param name="Duration">How long it took, or, for the last one of a boot that did not end, so far.</param>
public sealed record PhaseTiming(BootPhase Phase, DateTimeOffset Start, TimeSpan Duration);

/// <summary>One boot of a guest, as seen from outside and, where it got that far, from inside.</summary>
public sealed record BootRecord
{
    /// <summary>Counts from 1 within one watch.</summary>
    public required int Number { get; init; }

    /// <summary>The stages it went through.</summary>
    public required IReadOnlyList<PhaseTiming> Phases { get; init; }

    /// <summary>The bootloader entry it took (0 is the newest deployment), or null when the bootloader did not say.</summary>
    public string? Entry { get; init; }

    /// <summary>GRUB's <c>boot_counter</c> as it found it; null when it counted nothing.</summary>
    public int? CounterBefore { get; init; }

    /// <summary>GRUB's <c>boot_counter</c> as it left it; null when it counted nothing.</summary>
    public int? CounterAfter { get; init; }

    /// <summary>The <c>ostree=</c> argument on the kernel's command line, which names the deployment; null when the kernel did not start.</summary>
    public string? OstreeArgument { get; init; }

    /// <summary>The kernel's random boot id (random(4)); null when nobody could ask.</summary>
    public string? BootId { get; init; }

    /// <summary>The commit that was booted; null when nobody could ask.</summary>
    public string? Commit { get; init; }

    /// <summary>What each health check said, in the order in which they ran.</summary>
    public IReadOnlyList<HealthVerdict> Checks { get; init; } = [];

    /// <summary>The required checks that failed: those that make a boot red.</summary>
    [JsonIgnore]
    public IEnumerable<HealthVerdict> FailedChecks => Checks.Where(check => check.Required && check.ExitCode != 0);

    /// <summary>The health checks' verdict on the whole boot: true is green, false is red; null when none was given.</summary>
    public bool? Green { get; init; }

    /// <summary>What became of it.</summary>
    public BootEnd End { get; init; }

    /// <summary>When SSH let us in and the seed was applied; null when it never did.</summary>
    public DateTimeOffset? Ready { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Start => Phases.Count > 0 ? Phases[0].Start : default;

    /// <summary>From its beginning until it was ready; null when it never was.</summary>
    public TimeSpan? TimeToReady => Ready - Start;

    /// <summary>
    /// Whether it failed: its checks say so, or nobody ever saw it up. One that went down from userspace because somebody asked it
    /// to has been up, even if nobody looked.
    /// </summary>
    public bool Failed => Green == false || (Green is null && Ready is null && !(End == BootEnd.Asked && Phases is [.., { Phase: BootPhase.Userspace }]));
}
