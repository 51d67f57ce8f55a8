using Lab.Cli.Commands;
using Lab.Cli.Views;
using Lab.Guests;
using Lab.Tests.Definitions;

namespace Lab.Cli.Tests.Views;

internal sealed class InspectionViewTests
{
    private static readonly string One = new('a', 64);
    private static readonly string Two = new('b', 64);
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 10, 41, 31, 250, TimeSpan.Zero);

    private static readonly Inspection Failing = new(
        "node1",
        "The next boot takes entry 0 (labtree 2), 2 tries left before entry 1 (labtree 1).",
        2,
        new Dictionary<string, string> { ["boot_success"] = "0", ["boot_counter"] = "2" },
        [
            new InspectedEntry(Next: true, "ostree-2-lab.conf", "Debian (ostree:0)", "2", "/vmlinuz", "rw ostree=/ostree/boot.1/lab/22/0", "/ostree/boot.1/lab/22/0", Two),
            new InspectedEntry(Next: false, "ostree-1-lab.conf", "Debian (ostree:1)", "1", "/vmlinuz", "rw", Ostree: null, Commit: null),
        ],
        [
            new InspectedDeployment("lab", Two, 0, "lab:labtree", "2", Pinned: false, Unlocked: null),
            new InspectedDeployment("lab", One, 1, "lab:labtree", "1", Pinned: true, Unlocked: "hotfix"),
        ],
        [
            new JournalEntry(Time, "systemd", 4, "lab-web.service: Failed\nwith result 'exit-code'."),
            new JournalEntry(Time.AddSeconds(1), "kernel", 0, "Kernel panic - not syncing"),
        ],
        ["The root file system was not unmounted."]);

    [Test]
    public void A_guest_that_fails() => Shown(Failing, new Screen(TextWriter.Null)).ShouldMatchSnapshot("inspect");

    [Test]
    public void A_guest_that_fails_on_a_terminal() => Shown(Failing, new Screen(TextWriter.Null) { IsTerminal = true, Width = 120 }).ShouldMatchSnapshot("inspect-terminal");

    [Test]
    public void A_disk_that_says_nothing() =>
        Shown(new Inspection("node1", "Nothing will boot: there is no boot loader entry.", null, new Dictionary<string, string>(), [], [], [], []), new Screen(TextWriter.Null))
            .Should().Be("Nothing will boot: there is no boot loader entry.\n\nBoot loader entries: none\n\ngrubenv: none\n\nDeployments: none\n\nJournal: none\n");

    [Test]
    public void What_the_guest_wrote_does_not_steer_the_terminal()
    {
        const string steering = "\e[2Jgone\a";
        var hostile = Failing with
        {
            Verdict = steering,
            Grubenv = new Dictionary<string, string> { [steering] = steering },
            Entries = [Failing.Entries[0] with { Title = steering, Version = steering, Ostree = steering }],
            Deployments = [Failing.Deployments[0] with { Refspec = steering, Version = steering, Unlocked = steering }],
            Journal = [new JournalEntry(Time, steering, 6, steering)],
            Problems = [steering],
        };

        Shown(hostile, new Screen(TextWriter.Null)).Should().Contain("gone").And.NotContainAny("\e", "\a");
    }

    private static string Shown(Inspection inspection, Screen screen)
    {
        var text = new StringWriter();
        InspectionView.Write(inspection, screen with { Writer = text });
        return text.ToString();
    }
}
