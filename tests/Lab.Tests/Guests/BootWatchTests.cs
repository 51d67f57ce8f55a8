using FluentAssertions;
using Lab.Guests;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Guests;

public sealed class BootWatchTests
{
    private static readonly string Old = new('a', 64);
    private static readonly string New = new('b', 64);
    private static readonly RollbackPolicy Greenboot = new(RollbackFlavour.Greenboot, 3);

    [Test]
    public void What_goes_as_predicted_never_diverges()
    {
        var watch = new BootWatch(Greenboot.Predict(Old, New, UpdateFate.Unhealthy));

        watch.Add(Lines([.. Red(3, 2), .. Red(2, 1), .. Red(1, 0), .. Begins("1", 0, -1), .. Green(Old)]));

        Enumerable.Range(1, 4).Should().OnlyContain(number => watch.DivergenceOf(number) == null && watch.Decided(number));
    }

    [Test]
    public void A_boot_is_decided_only_when_it_has_ended_and_the_last_when_it_is_judged()
    {
        var watch = new BootWatch(Greenboot.Predict(Old, New, UpdateFate.Healthy));

        watch.Add(Lines(Begins("0", 3, 2)));
        watch.Decided(1).Should().BeFalse();
        watch.Add(Lines(Green(New)));
        watch.Decided(1).Should().BeTrue();
    }

    [Test]
    public void A_bootloader_that_does_not_fall_back_is_told_at_the_boot_where_it_should() =>
        DivergenceOf(4, UpdateFate.Unhealthy, [.. Red(3, 2), .. Red(2, 1), .. Red(1, 0), .. Begins("0", 0, -1)]).Should().Be("GRUB must take entry 1, and took 0");

    [Test]
    public void A_bootloader_that_does_not_count_is_told_at_the_first_boot() =>
        DivergenceOf(1, UpdateFate.Unhealthy, Begins("0")).Should().Be("GRUB must find boot_counter at 3 and leave 2, and counted nothing");

    [Test]
    public void A_bad_update_that_is_green_is_told() =>
        DivergenceOf(1, UpdateFate.Unhealthy, [.. Begins("0", 3, 2), .. Green(New)]).Should().Be("its health checks must fail, and it is green");

    [Test]
    public void A_good_update_that_is_red_is_told_with_the_check_that_failed() =>
        DivergenceOf(1, UpdateFate.Healthy, Red(3, 2)).Should().Be("it must be healthy, and is red: 10_app.sh exited with code 7");

    [Test]
    public void A_panic_where_checks_were_to_fail_is_told() =>
        DivergenceOf(1, UpdateFate.Unhealthy, [.. Begins("0", 3, 2), "[    3.0] Kernel panic - not syncing: gone"]).Should().Be("its health checks must fail, and its kernel panicked before");

    [Test]
    public void Another_deployment_than_the_predicted_is_told_by_its_name() =>
        DivergenceOf(1, UpdateFate.Healthy, [.. Begins("0", 3, 2), .. Green(Old)]).Should().Be("it must boot new (bbbbbbbbbb), and booted old (aaaaaaaaaa)");

    [Test]
    public void A_boot_is_read_with_all_that_its_checks_say()
    {
        var boots = BootTimeline.Read(Lines([.. Red(3, 2), .. Begins("0", 2, 1)]), default);

        boots[0].Should().BeEquivalentTo(new { Entry = "0", CounterBefore = 3, CounterAfter = 2, BootId = Id, Commit = New, Green = false, End = BootEnd.Red, Failed = true });
        boots[0].Checks.Should().Equal(new HealthVerdict("00_disk.sh", true, 0), new HealthVerdict("10_app.sh", true, 7), new HealthVerdict("20_printer.sh", false, 1));
    }

    [Test]
    public void A_boot_that_another_follows_without_a_word_was_reset() =>
        BootTimeline.Read(Lines([.. Begins("0"), .. Begins("0")]), default)[0].Should().Match<BootRecord>(boot => boot.End == BootEnd.Reset && boot.Failed);

    private const string Id = "0f6a3c52-1111-2222-3333-444455556666";

    private static string? DivergenceOf(int boot, UpdateFate fate, IEnumerable<string> console)
    {
        var watch = new BootWatch(Greenboot.Predict(Old, New, fate));
        watch.Add(Lines(console));
        Enumerable.Range(1, boot - 1).Select(watch.DivergenceOf).Should().AllBeEquivalentTo((string?)null);
        return watch.DivergenceOf(boot);
    }

    private static IEnumerable<string> Begins(string entry, int? before = null, int? after = null) =>
    [
        "SeaBIOS (version 1.16.3)",
        "Welcome to GRUB!",
        $"Lab: GRUB boots entry {entry}{(before is null ? string.Empty : $", boot_counter {before} to {after}")}",
        "[    0.000000] Linux version 6.12",
        $"[    0.000000] Command line: root=LABEL=root ostree=/ostree/boot.1/lab/cccc/{entry}",
        "[    2.1] Run /init as init process",
        "[    7.1] systemd[1]: Switching root.",
    ];

    private static IEnumerable<string> Red(int before, int after) =>
    [
        .. Begins("0", before, after),
        $"[   20.0] greenboot[529]: Boot {Id} of deployment {New}.0",
        "[   20.1] greenboot[529]: Running Required Health Check Scripts...",
        "[   20.2] greenboot[529]: Script '00_disk.sh' SUCCESS",
        "[   20.3] greenboot[529]: Script '10_app.sh' FAILURE (exit code '7')",
        "[   20.4] greenboot[529]: Running Wanted Health Check Scripts...",
        "[   20.5] greenboot[529]: Script '20_printer.sh' FAILURE (exit code '1')",
        "[   21.0] greenboot[540]: Boot Status is RED - Health Check FAILURE!",
        "[   21.1] greenboot[540]: Running Red Scripts...",
        "[   21.2] greenboot[540]: Script '00_tell.sh' SUCCESS",
        "[   21.3] redboot-auto-reboot[548]: SYSTEM is UNHEALTHY. Rebooting now...",
        "[   24.0] reboot: Restarting system",
    ];

    private static IEnumerable<string> Green(string commit) =>
    [
        $"[   20.0] greenboot[529]: Boot {Id} of deployment {commit}.0",
        "[   21.0] greenboot[540]: Boot Status is GREEN - Health Check SUCCESS",
    ];

    private static List<ConsoleLine> Lines(IEnumerable<string> texts) => [.. texts.Select((text, index) => new ConsoleLine(DateTimeOffset.UnixEpoch.AddSeconds(index), text))];
}
