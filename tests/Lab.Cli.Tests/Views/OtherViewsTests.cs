using Lab.Cli.Commands;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Tests.Definitions;
using Lab.Updates;

namespace Lab.Cli.Tests.Views;

internal sealed class OtherViewsTests
{
    private static readonly string One = new('a', 64);
    private static readonly string Two = new('b', 64);
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 8, 35, 0, TimeSpan.Zero);

    [Test]
    public void A_diagnosis()
    {
        var host = new HostReport(
            new OsRelease("debian", "bookworm", "Debian GNU/Linux 12 (bookworm)"),
            [
                new HostCheck("qemu-img", CheckStatus.Ok, "10.0.2", "any version, to make disks", null, []),
                new HostCheck("virsh", CheckStatus.Warning, null, "any version, to look at guests beside Lab", "apt-get install libvirt-clients", ["libvirt-clients"]),
                new HostCheck("qemu-system-x86_64", CheckStatus.TooOld, "7.2", "8.0 or newer, to run guests", "apt-get install -t bookworm-backports qemu-system-x86", ["qemu-system-x86"]),
            ],
            new LibvirtDaemon(LibvirtDaemonKind.Private, "As root, and no system daemon runs: a private daemon is started."));

        Shown(screen => DoctorView.Write(new Diagnosis(Ready: false, host, null, "not probed: a guest can't run before the rest is mended"), screen)).ShouldMatchSnapshot("doctor-not-ready");
    }

    [Test]
    public void A_host_that_is_ready()
    {
        var host = new HostReport(new OsRelease("debian", "trixie", "Debian GNU/Linux 13 (trixie)"), [], new LibvirtDaemon(LibvirtDaemonKind.System, "The system daemon answers."));
        var verdict = new AcceleratorVerdict(AcceleratorKind.Tcg, "QEMU can't use KVM: no /dev/kvm.", TimeSpan.FromSeconds(4.8), null, "QEMU 10", 8);

        Shown(screen => DoctorView.Write(new Diagnosis(Ready: true, host, verdict, null), screen))
            .Should().EndWith("Accelerator: emulation, so every deadline is 8 times longer. QEMU can't use KVM: no /dev/kvm.\nLabs run here.\n");
    }

    [Test]
    public void Composed_trees() => Shown(screen => TreeViews.Composed(
        [new TreeSummary("debian", null, null, One, Time, Fresh: true), new TreeSummary("labtree-1", "labtree", "1", Two, Time, Fresh: false)], screen)).ShouldMatchSnapshot("tree-compose");

    [Test]
    public void Stored_trees() => Shown(screen => TreeViews.Stored(
        [new StoredTree("debian", One, Time, "d1", []), new StoredTree("labtree-1", Two, Time, "d2", ["web/node1", "web/node2"])], screen)).ShouldMatchSnapshot("tree-list");

    [Test]
    public void A_difference_of_trees()
    {
        var packages = new PackageDifference(
            [new Package("strace", "6.13", "amd64")],
            [new Package("ed", "1.21.1-1", "amd64")],
            [new PackageChange(new Package("lab-web", "1.0", "all"), new Package("lab-web", "1.1", "all"))]);

        Shown(screen => TreeViews.Difference(new TreeDifference(One, Two, packages, new FileCount(21, 10, 6)), screen)).ShouldMatchSnapshot("tree-diff");
    }

    [Test]
    public void Trees_with_the_same_packages() =>
        Shown(screen => TreeViews.Difference(new TreeDifference(One, Two, new PackageDifference([], [], []), new FileCount(0, 0, 1)), screen))
            .Should().Be("The same packages.\n1 files differ: 0 added, 0 removed, 1 modified.\n");

    [Test]
    public void Garbage_that_was_found() => Shown(screen => GarbageView.Write(new GarbageReport(
        [
            new Garbage(GarbageKind.LabFolder, "/home/labs/web", "the lab has no guests", 2_100_000),
            new Garbage(GarbageKind.Image, "/home/images/a.qcow2", "no guest's disk rests on it", 636_000_000),
            new Garbage(GarbageKind.Tree, "lab/debian/d1", "there is a later tree debian", null),
        ],
        ["lab db, because another lab process works on it"],
        Removed: false), screen)).ShouldMatchSnapshot("gc");

    [TestCase(0, "0 B")]
    [TestCase(999, "999 B")]
    [TestCase(1000, "1 kB")]
    [TestCase(70_500, "70.5 kB")]
    [TestCase(999_600, "1 MB")]
    [TestCase(636_223_488, "636 MB")]
    [TestCase(8_589_934_592, "8.6 GB")]
    public void Bytes_in_words(long bytes, string text) => Bytes.Text(bytes).Should().Be(text);

    [Test]
    public void A_failure_names_the_place_the_cause_and_the_remedy()
    {
        var failure = new DefinitionException(new Diagnostic(new SourceLocation("/labs/web/lab.yaml", 3, 5), "`guets` is no key of a lab", "Did you mean `guests`?"));

        Shown(screen => new FailureView(screen, json: null).Write(failure)).Should().Be("/labs/web/lab.yaml:3:5: `guets` is no key of a lab. Did you mean `guests`?\n");
        Shown(screen => new FailureView(screen, json: null).Write(new HostException("The disk is full.", "Free some space."))).Should().Be("lab: The disk is full.\nFree some space.\n");
    }

    [Test]
    public void A_defect_is_one_line()
    {
        Shown(screen => new FailureView(screen, json: null).WriteDefect(new InvalidOperationException("It can't\nbe.")))
            .Should().Be("lab: This is a defect of lab: InvalidOperationException: It can't be. LAB_DEBUG=1 shows where.\n");
    }

    private static string Shown(Action<Screen> show)
    {
        var text = new StringWriter();
        show(new Screen(text));
        return text.ToString();
    }
}
