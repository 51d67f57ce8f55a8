using Lab.Execution;
using Lab.Guests;

namespace Lab.Reporting;

/// <summary>Boots as text, for terminals and CI logs: a line a boot, with what each stage took.</summary>
public static class BootTable
{
    private const string Gap = "  ";

    /// <summary>
    /// The boots of a run, in the order in which they began:
    /// <c>boot 2  lab:badtree 1-bad  firmware 0.4 s  grub 1.1 s  kernel 3.0 s  initramfs 6.2 s  userspace 41 s  ready after 52 s</c>.
    /// Each line begins with the guest's name where there is more than one. Columns are aligned, and empty ones are left out.
    /// </summary>
    /// <returns>The lines, each with its line break; empty without boots.</returns>
    public static string Render(RunRecord run)
    {
        var boots = run.Boots.ToList();
        var several = boots.Select(boot => boot.Guest).Distinct(StringComparer.Ordinal).Skip(1).Any();
        var rows = boots.Select(boot => Cells(boot, run, several).ToList()).ToList();
        var widths = rows.Count == 0 ? [] : Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToList();
        return string.Concat(rows.Select(row => Line(row, widths) + "\n"));
    }

    /// <summary>What a stage is called in a line.</summary>
    public static string Word(BootPhase phase) => phase switch
    {
        BootPhase.Firmware => "firmware",
        BootPhase.Bootloader => "grub",
        BootPhase.Kernel => "kernel",
        BootPhase.Initramfs => "initramfs",
        _ => "userspace",
    };

    /// <summary>
    /// How a boot ended: <c>ready after 52 s</c>, <c>red after 48 s: 10_application.sh</c>, <c>panicked after 9 s in kernel</c>, or
    /// <c>not ready after 1 min 20 s, stopped in initramfs</c>.
    /// </summary>
    public static string Outcome(RecordedBoot boot)
    {
        var elapsed = ConsoleProgress.Elapsed(boot.Boot.TimeToReady ?? boot.Interval.Duration);
        var stage = boot.Boot.Phases.Count == 0 ? "nothing" : Word(boot.Boot.Phases[^1].Phase);
        return boot.Boot switch
        {
            { Green: false } => $"red after {elapsed}{Failures(boot.Boot)}",
            { End: BootEnd.Panic } => $"panicked after {elapsed} in {stage}",
            { Ready: not null } => $"ready after {elapsed}",
            _ => $"not ready after {elapsed}{(boot.Boot.Phases.Count == 0 ? string.Empty : $", stopped in {stage}")}",
        };
    }

    /// <summary>GRUB's boot counter as it found and left it: <c>3 to 2</c>; null where it counted nothing.</summary>
    public static string? Counter(BootRecord boot) => boot.CounterBefore is null ? null : $"{boot.CounterBefore} to {boot.CounterAfter}";

    private static string Failures(BootRecord boot) =>
        boot.FailedChecks.Select(check => check.Script).ToList() is { Count: > 0 } scripts ? $": {string.Join(", ", scripts)}" : string.Empty;

    private static IEnumerable<string> Cells(RecordedBoot boot, RunRecord run, bool several)
    {
        yield return several ? boot.Guest : string.Empty;
        yield return $"boot {boot.Boot.Number}";
        yield return run.NameOf(boot.Boot.Commit) ?? (boot.Boot.Entry is { } entry ? $"GRUB entry {entry}" : string.Empty);
        yield return Counter(boot.Boot) is { } counter ? $"counter {counter}" : string.Empty;
        foreach (var phase in Enum.GetValues<BootPhase>())
        {
            yield return boot.Boot.Phases.FirstOrDefault(timing => timing.Phase == phase) is { } timing ? $"{Word(phase)} {ConsoleProgress.Elapsed(timing.Duration)}" : string.Empty;
        }

        yield return Outcome(boot);
    }

    private static string Line(List<string> cells, List<int> widths) =>
        string.Join(Gap, cells.Zip(widths).Where(cell => cell.Second > 0).Select(cell => cell.First.PadRight(cell.Second))).TrimEnd();
}
