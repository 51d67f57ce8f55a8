using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class InstallPlanTests
{
    private static readonly OsRelease Bookworm = new("debian", "bookworm", "Debian GNU/Linux 12 (bookworm)");
    private static readonly OsRelease Trixie = new("debian", "trixie", "Debian GNU/Linux 13 (trixie)");

    [Test]
    public void On_Debian_12_QEMU_and_libvirt_come_whole_from_backports_and_the_rest_from_the_release()
    {
        var plan = InstallPlan.For(Lacking(Bookworm, "qemu-system-x86", "xorriso"));

        plan.Suite.Should().Be("bookworm-backports");
        plan.Packages.Should().Equal("xorriso");
        plan.Arguments.Should().StartWith(["install", "--yes", "--no-install-recommends", "qemu-system-x86/bookworm-backports"])
            .And.Contain("libvirt-daemon-driver-qemu/bookworm-backports")
            .And.EndWith("xorriso");
    }

    [Test]
    public void On_Debian_12_with_a_good_QEMU_backports_are_left_alone() =>
        InstallPlan.For(Lacking(Bookworm, "xorriso", "ostree")).Should().BeEquivalentTo(new InstallPlan(["xorriso", "ostree"], [], null));

    [Test]
    public void On_Debian_13_everything_comes_from_the_release() =>
        InstallPlan.For(Lacking(Trixie, "qemu-system-x86", "libvirt-daemon", "xorriso")).Arguments
            .Should().Equal("install", "--yes", "--no-install-recommends", "qemu-system-x86", "libvirt-daemon", "xorriso");

    [Test]
    public void A_registry_that_a_package_would_start_for_all_to_reach_is_kept_from_it()
    {
        InstallPlan.For(Lacking(Trixie, "docker-registry", "xorriso")).Daemons.Should().Equal("docker-registry.service");
        InstallPlan.For(Lacking(Trixie, "xorriso")).Daemons.Should().BeEmpty();
    }

    [Test]
    public void Where_nothing_lacks_there_is_nothing_to_install() => InstallPlan.For(Lacking(Trixie)).IsEmpty.Should().BeTrue();

    [Test]
    public async Task Apt_can_install_on_this_host_all_that_a_bare_host_of_its_kind_lacks()
    {
        using var bare = new HostFolder();
        var examined = await new Doctor(bare.Path) { SearchPath = [bare.Path] }.ExamineAsync();
        var plan = InstallPlan.For(examined);

        var simulated = await new Lab.Execution.Command("apt-get", ["--simulate", .. plan.Arguments]).RunAsync();

        plan.Packages.Concat(plan.Backported).Should().Contain("qemu-system-x86").And.Contain("mmdebstrap");
        simulated.ExitCode.Should().Be(0, because: simulated.Error);
    }

    private static HostReport Lacking(OsRelease os, params string[] packages) =>
        new(
            os,
            [new HostCheck("disk", CheckStatus.Ok, "80 GB", "10 GB", null, []), .. packages.Select(package => new HostCheck(package, CheckStatus.Missing, null, "any", "install it", [package]))],
            new LibvirtDaemon(LibvirtDaemonKind.Private, "As root."));
}
