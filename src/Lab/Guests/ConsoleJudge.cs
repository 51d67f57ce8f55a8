using System.Text.RegularExpressions;

namespace Lab.Guests;

/// <summary>Something on a console that no healthy guest writes.</summary>
/// <param name="Name">What it is, for messages and for steps that declare it.</param>
/// <param name="Fatal">Whether the guest can't become ready after it, so that waiting on is pointless.</param>
/// <param name="Line">The line.</param>
public sealed record ConsoleFinding(string Name, bool Fatal, ConsoleLine Line);

/// <summary>Judges a console: panic, oops, emergency shell and the like fail a run unless the step declared them.</summary>
public static partial class ConsoleJudge
{
    private static readonly (string Name, bool Fatal, Regex Pattern)[] Table =
    [
        ("kernel panic", true, Panic()),
        ("kernel oops", false, Oops()),
        ("out of memory", false, OutOfMemory()),
        ("emergency shell", true, Emergency()),
        ("initramfs shell", true, Initramfs()),
        ("file system error", false, FileSystem()),
        ("soft lockup", false, Lockup()),
        ("no bootable device", true, NotBootable()),
        ("bootloader error", true, Bootloader()),
    ];

    /// <summary>What is wrong in these lines, in order.</summary>
    public static IEnumerable<ConsoleFinding> Judge(IEnumerable<ConsoleLine> lines) =>
        from line in lines
        from rule in Table
        where rule.Pattern.IsMatch(line.Text)
        select new ConsoleFinding(rule.Name, rule.Fatal, line);

    [GeneratedRegex(@"Kernel panic - not syncing", RegexOptions.ExplicitCapture)]
    private static partial Regex Panic();

    [GeneratedRegex(@"\bOops: |BUG: unable to handle|kernel BUG at|general protection fault", RegexOptions.ExplicitCapture)]
    private static partial Regex Oops();

    [GeneratedRegex(@"Out of memory: Killed process|invoked oom-killer", RegexOptions.ExplicitCapture)]
    private static partial Regex OutOfMemory();

    [GeneratedRegex(@"You are in emergency mode|Entering emergency mode|Reached target emergency\.target", RegexOptions.ExplicitCapture)]
    private static partial Regex Emergency();

    [GeneratedRegex(@"dracut-initqueue.*timeout|Entering dracut emergency|dracut:/#|Dependency failed for (sysroot\.mount|initrd-root-fs\.target)", RegexOptions.ExplicitCapture)]
    private static partial Regex Initramfs();

    [GeneratedRegex(@"EXT4-fs error|Remounting filesystem read-only|UNEXPECTED INCONSISTENCY", RegexOptions.ExplicitCapture)]
    private static partial Regex FileSystem();

    [GeneratedRegex(@"watchdog: BUG: soft lockup|rcu: INFO: rcu_\w+ (self-)?detected stall", RegexOptions.ExplicitCapture)]
    private static partial Regex Lockup();

    // "Boot failed: not a bootable disk" goes before the next device in the order, which for a host that installs itself is the installer.
    [GeneratedRegex(@"No bootable device", RegexOptions.ExplicitCapture)]
    private static partial Regex NotBootable();

    [GeneratedRegex(@"grub rescue>|^error: .*(not found|unknown filesystem|no such (device|partition)|can't find command)|you need to load the kernel first", RegexOptions.ExplicitCapture)]
    private static partial Regex Bootloader();
}
