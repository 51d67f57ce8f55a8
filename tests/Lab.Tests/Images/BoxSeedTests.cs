using FluentAssertions;
using Lab.Images;
using Lab.Templates;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Images;

public sealed class BoxSeedTests
{
    [Test]
    public void A_box_s_seed_is_what_is_checked_in()
    {
        var seed = BoxSeed.Files(BoxSeed.OstreeHomes);

        seed["user-data"].ShouldMatchSnapshot("box-user-data");
        seed["meta-data"].Should().Be("instance-id: lab-box\n");
        seed.Should().HaveCount(2, "without a network's configuration cloud-init asks DHCP");
    }

    [Test]
    public void A_box_s_own_Vagrantfile_is_what_is_checked_in() =>
        Template.Render("templates/box/Vagrantfile.hbs", new { memory = 1024L, cpus = 2 }).ShouldMatchSnapshot("box-Vagrantfile");
}
