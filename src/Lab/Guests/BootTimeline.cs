using System.Text.RegularExpressions;

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

    /// <summary>The <c>ostree=</c> argument on the kernel's command line, which names the deployment; null when the kernel did not start.</summary>
    public string? OstreeArgument { get; init; }

    /// <summary>The kernel's random boot id (random(4)); null when nobody could ask.</summary>
    public string? BootId { get; init; }

    /// <summary>The commit that was booted; null when nobody could ask.</summary>
    public string? Commit { get; init; }

    /// <summary>When SSH let us in and the seed was applied; null when it never did.</summary>
    public DateTimeOffset? Ready { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Start => Phases.Count > 0 ? Phases[0].Start : default;

    /// <summary>From its beginning until it was ready; null when it never was.</summary>
    public TimeSpan? TimeToReady => Ready - Start;
}

/// <summary>Reads boots out of a console's lines.</summary>
public static partial class BootTimeline
{
    private static readonly (BootPhase Phase, Regex Begins)[] Marks =
    [
        (BootPhase.Firmware, Firmware()),
        (BootPhase.Bootloader, Bootloader()),
        (BootPhase.Kernel, Kernel()),
        (BootPhase.Initramfs, Initramfs()),
        (BootPhase.Userspace, Userspace()),
    ];

    /// <summary>The boots in these lines; the last may still be under way.</summary>
    /// <param name="lines">A console from power-on.</param>
    /// <param name="now">When to say that the last stage ends.</param>
    public static IReadOnlyList<BootRecord> Read(IEnumerable<ConsoleLine> lines, DateTimeOffset now)
    {
        var boots = new List<BootRecord>();
        var starts = new List<(BootPhase Phase, DateTimeOffset At)>();
        string? entry = null;
        string? ostree = null;
        var last = now;
        foreach (var line in lines)
        {
            foreach (var (phase, begins) in Marks)
            {
                if (!begins.IsMatch(line.Text))
                {
                    continue;
                }

                if (starts.Count > 0 && phase <= starts[^1].Phase)
                {
                    if (phase > BootPhase.Bootloader || phase == starts[^1].Phase)
                    {
                        continue;
                    }

                    Finish(last);
                }

                starts.Add((phase, line.At));
            }

            last = line.At;
            entry = Entry().Match(line.Text) is { Success: true } chosen ? chosen.Groups["entry"].Value : entry;
            ostree ??= CommandLine().Match(line.Text) is { Success: true } booted ? booted.Groups["ostree"].Value : null;
        }

        if (starts.Count > 0)
        {
            Finish(now);
        }

        return boots;

        void Finish(DateTimeOffset end)
        {
            var phases = starts.Select((start, index) => new PhaseTiming(start.Phase, start.At, (index + 1 < starts.Count ? starts[index + 1].At : end) - start.At));
            boots.Add(new BootRecord { Number = boots.Count + 1, Phases = [.. phases], Entry = entry, OstreeArgument = ostree });
            starts.Clear();
            (entry, ostree) = (null, null);
        }
    }

    [GeneratedRegex(@"SeaBIOS \(version|BdsDxe: |UEFI firmware", RegexOptions.ExplicitCapture)]
    private static partial Regex Firmware();

    [GeneratedRegex(@"GRUB loading|Welcome to GRUB", RegexOptions.ExplicitCapture)]
    private static partial Regex Bootloader();

    [GeneratedRegex(@"\] Linux version \d", RegexOptions.ExplicitCapture)]
    private static partial Regex Kernel();

    [GeneratedRegex(@"\] Run /init as init process|systemd\[1\]: Running in initrd", RegexOptions.ExplicitCapture)]
    private static partial Regex Initramfs();

    // At shutdown the journal is told to stop as well, but by systemd-shutdown.
    [GeneratedRegex(@"systemd\[1\]: Switching root\.|systemd-journald\[\d+\]: Received SIGTERM from PID 1 \(systemd\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Userspace();

    [GeneratedRegex(@"Lab: GRUB boots entry (?<entry>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\] (Kernel c|C)ommand line: .*\bostree=(?<ostree>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex CommandLine();
}
