using System.Globalization;
using System.Text.RegularExpressions;

namespace Lab.Guests;

/// <summary>Reads boots out of a console's lines, as they come.</summary>
public sealed partial class BootTimeline
{
    private static readonly (BootPhase Phase, Regex Begins)[] Marks =
    [
        (BootPhase.Firmware, Firmware()),
        (BootPhase.Bootloader, Bootloader()),
        (BootPhase.Kernel, Kernel()),
        (BootPhase.Initramfs, Initramfs()),
        (BootPhase.Userspace, Userspace()),
    ];

    private readonly List<BootRecord> _ended = [];
    private readonly List<(BootPhase Phase, DateTimeOffset At)> _starts = [];
    private BootRecord _facts = Nothing(1);
    private bool? _required;
    private DateTimeOffset _last;

    /// <summary>The boots in these lines; the last may still be under way.</summary>
    /// <param name="lines">A console from power-on.</param>
    /// <param name="now">When to say that the last stage ends.</param>
    public static IReadOnlyList<BootRecord> Read(IEnumerable<ConsoleLine> lines, DateTimeOffset now)
    {
        var timeline = new BootTimeline();
        foreach (var line in lines)
        {
            timeline.Add(line);
        }

        return timeline.Boots(now);
    }

    /// <summary>The boots so far; the last may still be under way.</summary>
    /// <param name="now">When to say that its last stage ends.</param>
    public IReadOnlyList<BootRecord> Boots(DateTimeOffset now) => _starts.Count == 0 ? _ended : [.. _ended, Finished(now)];

    /// <summary>Takes the console's next line.</summary>
    public void Add(ConsoleLine line)
    {
        foreach (var (phase, begins) in Marks)
        {
            if (begins.IsMatch(line.Text) && (_starts.Count == 0 || phase > _starts[^1].Phase || IsAnotherBoot(phase)))
            {
                _starts.Add((phase, line.At));
            }
        }

        _last = line.At;
        // What an earlier boot says on its way down is not of the next.
        _facts = _starts.Count == 0 ? _facts : Learned(_facts, line.Text);
    }

    private static BootRecord Nothing(int number) => new() { Number = number, Phases = [] };

    // A stage before the present one begins another boot, where it is one that only a reset leads to.
    private bool IsAnotherBoot(BootPhase phase)
    {
        if (phase > BootPhase.Bootloader || phase == _starts[^1].Phase)
        {
            return false;
        }

        _ended.Add(Finished(_last) with { End = _facts.End == BootEnd.Runs ? BootEnd.Reset : _facts.End });
        _starts.Clear();
        (_facts, _required) = (Nothing(_ended.Count + 1), null);
        return true;
    }

    private BootRecord Finished(DateTimeOffset end) => _facts with
    {
        Phases = [.. _starts.Select((start, index) => new PhaseTiming(start.Phase, start.At, (index + 1 < _starts.Count ? _starts[index + 1].At : end) - start.At))],
    };

    private BootRecord Learned(BootRecord facts, string line)
    {
        if (Entry().Match(line) is { Success: true } chosen)
        {
            return facts with { Entry = chosen.Groups["entry"].Value, CounterBefore = Number(chosen.Groups["before"]), CounterAfter = Number(chosen.Groups["after"]) };
        }

        if (facts.OstreeArgument is null && CommandLine().Match(line) is { Success: true } booted)
        {
            return facts with { OstreeArgument = booted.Groups["ostree"].Value };
        }

        if (Panic().IsMatch(line))
        {
            return facts with { End = BootEnd.Panic };
        }

        // A red boot's own reboot is a reboot that was asked for as well.
        if (facts.End == BootEnd.Runs && GoesDown().IsMatch(line))
        {
            return facts with { End = BootEnd.Asked };
        }

        return line.Contains("greenboot", StringComparison.Ordinal) || line.Contains("redboot", StringComparison.Ordinal) ? Judged(facts, line) : facts;
    }

    // The lines of greenboot, and of this project's own health checks, which say the same and add the boot id.
    private BootRecord Judged(BootRecord facts, string line)
    {
        if (Identity().Match(line) is { Success: true } identity)
        {
            return facts with { BootId = identity.Groups["id"].Value, Commit = identity.Groups["commit"].Value };
        }

        if (Checks().Match(line) is { Success: true } heading)
        {
            _required = heading.Groups["kind"].Value switch { "Required" => true, "Wanted" => false, _ => null };
        }
        else if (Script().Match(line) is { Success: true } script && _required is { } required)
        {
            return facts with { Checks = [.. facts.Checks, new HealthVerdict(script.Groups["name"].Value, required, Number(script.Groups["code"]) ?? 0)] };
        }
        else if (Verdict().Match(line) is { Success: true } verdict)
        {
            return facts with { Green = verdict.Groups["status"].Value == "GREEN" };
        }
        else if (line.Contains("SYSTEM is UNHEALTHY", StringComparison.Ordinal) && line.Contains("Rebooting", StringComparison.Ordinal))
        {
            return facts with { End = BootEnd.Red };
        }

        return facts;
    }

    private static int? Number(Group group) => group.Success ? int.Parse(group.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"SeaBIOS \(version|BdsDxe: (loading|failed)|UEFI firmware", RegexOptions.ExplicitCapture)]
    private static partial Regex Firmware();

    // Under UEFI GRUB says nothing before its menu, and the firmware that it starts it.
    [GeneratedRegex(@"GRUB loading|Welcome to GRUB|BdsDxe: starting", RegexOptions.ExplicitCapture)]
    private static partial Regex Bootloader();

    [GeneratedRegex(@"\] Linux version \d", RegexOptions.ExplicitCapture)]
    private static partial Regex Kernel();

    [GeneratedRegex(@"\] Run /init as init process|systemd\[1\]: Running in initrd", RegexOptions.ExplicitCapture)]
    private static partial Regex Initramfs();

    // At shutdown the journal is told to stop as well, but by systemd-shutdown.
    [GeneratedRegex(@"systemd\[1\]: Switching root\.|systemd-journald\[\d+\]: Received SIGTERM from PID 1 \(systemd\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Userspace();

    [GeneratedRegex(@"Lab: GRUB boots entry (?<entry>\w+)(, boot_counter (?<before>-?\d{1,9}) to (?<after>-?\d{1,9}))?", RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();

    [GeneratedRegex(@"\] (Kernel c|C)ommand line: .*\bostree=(?<ostree>\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"Kernel panic - not syncing", RegexOptions.ExplicitCapture)]
    private static partial Regex Panic();

    [GeneratedRegex(@"\] reboot: (Restarting system|Power down|System halted)|systemd-shutdown\[1\]: (Rebooting|Powering off)\.", RegexOptions.ExplicitCapture)]
    private static partial Regex GoesDown();

    [GeneratedRegex(@"Boot (?<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}) of deployment (?<commit>[0-9a-f]{64})\.\d+", RegexOptions.ExplicitCapture)]
    private static partial Regex Identity();

    [GeneratedRegex(@"Running (?<kind>Required|Wanted|Green|Red)( Health Check)? Scripts", RegexOptions.ExplicitCapture)]
    private static partial Regex Checks();

    [GeneratedRegex(@"Script '(?<name>[^']+)' (SUCCESS|FAILURE \(exit code '(?<code>\d{1,3})'\))", RegexOptions.ExplicitCapture)]
    private static partial Regex Script();

    [GeneratedRegex(@"Boot Status is (?<status>GREEN|RED)", RegexOptions.ExplicitCapture)]
    private static partial Regex Verdict();
}
