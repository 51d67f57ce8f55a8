using FluentAssertions;
using Lab.Guests;
using NUnit.Framework;

namespace Lab.Tests.Guests;

internal sealed class BootTimelineTests
{
    private static readonly BootPhase[] AllPhases = Enum.GetValues<BootPhase>();

    [Test]
    public void A_boot_by_UEFI_has_the_same_stages()
    {
        var boot = Read(ConsoleTranscripts.Read("uefi")).Should().ContainSingle().Subject;

        boot.Phases.Select(phase => phase.Phase).Should().Equal(BootPhase.Firmware, BootPhase.Bootloader, BootPhase.Kernel);
        boot.Entry.Should().Be("0");
    }

    [Test]
    public void A_console_holds_its_boots_with_all_their_stages()
    {
        var boots = Read(ConsoleTranscripts.Upgrade);

        boots.Select(boot => boot.Number).Should().Equal(1, 2);
        boots.Should().OnlyContain(boot => boot.Phases.Select(phase => phase.Phase).SequenceEqual(AllPhases));
        boots.Should().OnlyContain(boot => boot.Entry == "0" && boot.OstreeArgument!.StartsWith("/ostree/boot."));
    }

    [Test]
    public void A_stage_lasts_until_the_next_begins()
    {
        var first = Read(ConsoleTranscripts.Upgrade)[0];

        first.Phases.Zip(first.Phases.Skip(1)).Should().OnlyContain(pair => pair.First.Start + pair.First.Duration == pair.Second.Start);
        Seconds(first, BootPhase.Kernel).Should().BeApproximately(4.055, 0.001, "the kernel said so itself when it ran /init");
        Seconds(first, BootPhase.Initramfs).Should().BeApproximately(9.406 - 4.055, 0.001);
    }

    [Test]
    public void The_last_stage_of_the_last_boot_lasts_until_now()
    {
        var lines = ConsoleTranscripts.Upgrade;

        var last = BootTimeline.Read(lines, lines[^1].At.AddSeconds(7))[^1].Phases[^1];

        (last.Start + last.Duration).Should().Be(lines[^1].At.AddSeconds(7));
    }

    [Test]
    public void A_reboot_seen_from_its_request_on_is_one_boot()
    {
        // The old boot's journal is told to stop just as the initramfs' is, and is no sign of a new boot.
        var lines = ConsoleTranscripts.Upgrade;
        var afterLogin = lines.SkipWhile(line => !line.Text.Contains("node1 login:", StringComparison.Ordinal)).ToList();
        afterLogin.Should().Contain(line => line.Text.Contains("Received SIGTERM from PID 1 (systemd-shutdow)", StringComparison.Ordinal));

        var boots = Read(afterLogin);

        boots.Should().ContainSingle().Which.Phases.Select(phase => phase.Phase).Should().Equal(AllPhases);
    }

    [Test]
    public void A_boot_that_stops_at_GRUB_has_no_kernel()
    {
        var boot = Read(ConsoleTranscripts.Read("stops-at-grub")).Should().ContainSingle().Subject;

        boot.Phases.Select(phase => phase.Phase).Should().Equal(BootPhase.Firmware, BootPhase.Bootloader);
        boot.Entry.Should().Be("0");
        boot.OstreeArgument.Should().BeNull();
        boot.Ready.Should().BeNull();
        boot.TimeToReady.Should().BeNull();
    }

    [Test]
    public void A_boot_that_panics_ends_where_the_next_begins()
    {
        var lines = ConsoleTranscripts.Read("panic-then-fallback");

        var boots = Read(lines);

        boots.Should().HaveCount(2);
        boots[0].Phases.Select(phase => phase.Phase).Should().Equal(BootPhase.Firmware, BootPhase.Bootloader, BootPhase.Kernel);
        var panic = boots[0].Phases[^1];
        (panic.Start + panic.Duration).Should().Be(lines.Single(line => line.Text.Contains("Rebooting in 10 seconds", StringComparison.Ordinal)).At);
        boots.Select(boot => (boot.Entry, boot.OstreeArgument)).Should().Equal(("0", "/ostree/boot.1/lab/aaaa/0"), ("1", "/ostree/boot.1/lab/bbbb/0"));
    }

    [Test]
    public void A_boot_that_has_only_begun_is_there_too()
    {
        var boot = Read(ConsoleTranscripts.Upgrade.Take(1).ToList()).Should().ContainSingle().Subject;

        boot.Phases.Should().ContainSingle().Which.Phase.Should().Be(BootPhase.Firmware);
        boot.Start.Should().Be(ConsoleTranscripts.Upgrade[0].At);
    }

    [Test]
    public void A_console_that_says_nothing_holds_no_boot() => Read([]).Should().BeEmpty();

    [Test]
    public void Time_to_ready_counts_from_power_on()
    {
        var boot = Read(ConsoleTranscripts.Upgrade)[0];

        (boot with { Ready = boot.Start.AddSeconds(31) }).TimeToReady.Should().Be(TimeSpan.FromSeconds(31));
    }

    private static IReadOnlyList<BootRecord> Read(IReadOnlyList<ConsoleLine> lines) => BootTimeline.Read(lines, lines.Count == 0 ? ConsoleTranscripts.Start : lines[^1].At);

    private static double Seconds(BootRecord boot, BootPhase phase) => boot.Phases.Single(timing => timing.Phase == phase).Duration.TotalSeconds;
}
