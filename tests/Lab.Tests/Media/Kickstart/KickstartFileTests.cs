using FluentAssertions;
using Lab.Definitions;
using Lab.Media.Kickstart;
using Lab.Tests.Definitions;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Media.Kickstart;

public sealed class KickstartFileTests
{
    private const string Hash = "$6$abcdefgh$3rj1vTLX64btReFsM4MQ22otcD40l7vbtw7qCyr0dxc4kxNmgx53xVM8gWiLYbCqTHTbXFaVFU7ZT28pnvdyu0";

    [Test]
    public void A_kickstart_is_read_into_commands_sections_and_remarks()
    {
        var kickstart = KickstartText.Read($$"""
            # Edge host

            text
            network --bootproto dhcp --device=link   # whatever is plugged
            bootloader --append="console=ttyS0,115200 quiet"
            %include /tmp/disk.ks
            user --name=core --groups=wheel --iscrypted --password={{Hash}}
            %post --log=/root/post.log --erroronfail
            # kept
            %notours is a script's own
            echo '%' done
            %end
            """);

        kickstart.Entries.Select(entry => entry.GetType().Name).Should().Equal(
            nameof(KickstartRemark), nameof(KickstartRemark), nameof(KickstartCommand), nameof(KickstartCommand), nameof(KickstartCommand), nameof(KickstartInclude), nameof(KickstartCommand), nameof(KickstartSection));
        var network = kickstart.Commands.ElementAt(1);
        network.Options.Should().Equal(
            new KickstartOption(new SourceLocation(KickstartText.File, 4, 9), "--bootproto", "dhcp"),
            new KickstartOption(new SourceLocation(KickstartText.File, 4, 26), "--device", "link"));
        kickstart.Commands.ElementAt(2)["--append"].Should().Be("console=ttyS0,115200 quiet");
        kickstart.Commands.Last().Has("--iscrypted").Should().BeTrue();
        kickstart.Entries.OfType<KickstartInclude>().Single().Target.Should().Be("/tmp/disk.ks");
        var post = kickstart.Sections.Single();
        post.Name.Should().Be("%post");
        post.Options.Select(option => (option.Name, option.Value)).Should().Equal(("--log", "/root/post.log"), ("--erroronfail", null));
        post.Body.Should().Be("# kept\n%notours is a script's own\necho '%' done\n");
    }

    [TestCase("part / --size=1\n", "part", "/")]
    [TestCase("\tpart '/a b' --size 1\r\n", "part", "/a b")]
    [TestCase("part \"/a\\\"b\\c\" --size=1", "part", "/a\"b\\c")]
    [TestCase("part /a\\ b --size=1#comment", "part", "/a b")]
    [TestCase("part /'a'\"b\" --fstype=\"xfs\"", "part", "/ab")]
    public void Words_are_split_as_a_shell_does(string line, string name, string argument)
    {
        var kickstart = KickstartText.Read(line);

        var command = kickstart.Commands.Single();
        command.Name.Should().Be(name);
        command.Arguments.Should().Equal(argument);
        kickstart.ToString().Should().Be(line);
    }

    [TestCase(KickstartVersion.Rhel8, "ostreecontainer")]
    [TestCase(KickstartVersion.Rhel8, "timesource")]
    [TestCase(KickstartVersion.Rhel8, "bootc")]
    [TestCase(KickstartVersion.Rhel9, "install")]
    [TestCase(KickstartVersion.Rhel10, "autostep")]
    [TestCase(KickstartVersion.Fedora, "rhsm")]
    [TestCase(KickstartVersion.Fedora, "authconfig")]
    public void A_command_of_another_version_is_refused_by_that_versions_name(KickstartVersion version, string command)
    {
        var problem = KickstartText.Problems("»" + command, version).Should().ContainSingle().Subject;

        problem.Message.Should().StartWith($"`{command}` is no command of {(version == KickstartVersion.Fedora ? "Fedora" : "RHEL " + version.ToString()[4..])}");
        problem.Fix.Should().StartWith("Remove it, or check the file for ");
    }

    [TestCase("bootloader »--upgrade", KickstartVersion.Rhel9)]
    [TestCase("timezone UTC »--isUtc", KickstartVersion.Rhel10)]
    [TestCase("autopart »--type=btrfs", KickstartVersion.Rhel9)]
    [TestCase("network »--ipv4-dns-search=lab.test", KickstartVersion.Rhel8)]
    public void An_option_of_another_version_is_refused(string line, KickstartVersion version) =>
        KickstartText.Problems(line, version).Should().ContainSingle();

    [TestCase("ostreesetup --osname=lab --ref=edge »--url=ftp://me:hunter2@192.0.2.1/repo")]
    [TestCase("»logvol / --vgname=lab --name=root --thin")]
    [TestCase("logvol / --vgname=lab --name=root --thin --poolname=pool »--thinpool")]
    [TestCase("»logvol / --vgname=lab --name=root --resize --useexisting")]
    [TestCase("»partition / --resize --size=10")]
    [TestCase("»volgroup lab")]
    [TestCase("»raid / --device=md0 raid.01 raid.02")]
    [TestCase("»keyboard")]
    [TestCase("»harddrive --dir=/")]
    public void What_the_installer_would_stop_at_is_refused(string line)
    {
        var problem = KickstartText.Problems(line).Should().ContainSingle().Subject;

        problem.ToString().Should().NotContain("hunter2");
    }

    [TestCase("»timezone --utc")]
    [TestCase("»harddrive --dir=/")]
    public void What_only_the_oldest_installer_would_stop_at_is_refused_for_it(string line) => KickstartText.Problems(line, KickstartVersion.Rhel8).Should().ContainSingle();

    [TestCase("volgroup lab --useexisting")]
    [TestCase("volgroup lab pv.01")]
    [TestCase("raid / --device=md0 --useexisting raid.01")]
    [TestCase("raid / --device=md0 --level=1 raid.01 raid.02")]
    [TestCase("part / --resize --size=10 --onpart=vda2")]
    [TestCase("logvol none --vgname=lab --name=pool --size=1000 --thinpool --chunksize=64")]
    [TestCase("keyboard us")]
    [TestCase("timezone --utc")]
    public void What_the_installer_takes_is_taken(string line) => KickstartText.Read(line).ToString().Should().Be(line);

    [Test]
    public void Everything_wrong_is_told_at_once_each_in_its_place()
    {
        var problems = KickstartText.Problems("""
            »rotpw --lock
            »frobnicate
            part / »--sise=10
            part swap »--size=1GiB
            bootloader »--location=mbrr
            »bootloader
            »ostreesetup --osname=lab --url=http://192.0.2.1
            »ostreecontainer --url=quay.io/x
            network »--no-dns=1 »--device --activate »--no-activate
            »network --bootproto=static --ip=192.0.2.2
            »network --bridgeslaves=eth0
            network --hostname=»"x
            text »extra
            »lang
            »%include
            %include /a »/b
            »%end
            »%pots
            echo
            %end
            part /»\
            »part / --size=1 »--grow=yes
            user --name=core
            »user --name=core
            »services
            eula --agreed
            »url --url=http://a »--mirrorlist=http://b
            »%pre »--erroronfial
            »%packages
            @core
            """);

        string.Join('\n', problems).ShouldMatchSnapshot("everything-wrong");
    }

    [TestCase("»rootpw hunter2")]
    [TestCase("»rootpw --plaintext hunter2")]
    [TestCase("»rootpw --lock hunter2")]
    [TestCase("»rootpw --iscrypted hunter2")]
    [TestCase("»rootpw --iscrypted $6$hunter2")]
    [TestCase("»rootpw")]
    [TestCase("»user --name=core --password=hunter2")]
    [TestCase("»user --name=core --password hunter2 --plaintext")]
    [TestCase("»sshpw --username=root hunter2")]
    [TestCase("»bootloader --password=hunter2")]
    [TestCase("user --name=core »--pasword=hunter2")]
    [TestCase("user --name=core »--pasword hunter2")]
    [TestCase("»rootpw --lock hun »ter2")]
    [TestCase("user --name=core --uid=1 »--uid=hunter2")]
    public void A_password_in_plain_text_is_refused_and_not_repeated(string line)
    {
        var problems = KickstartText.Problems(line);

        problems.Should().NotBeEmpty();
        string.Join('\n', problems).Should().NotContain("hunter2").And.NotContain("ter2");
    }

    [TestCase("rootpw --lock")]
    [TestCase("rootpw --iscrypted " + Hash)]
    [TestCase("rootpw --iscrypted $y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC")]
    [TestCase("rootpw --iscrypted '$5$abcdefgh$1234567890123456789012345678901234567890123'")]
    [TestCase("rootpw --iscrypted !!")]
    [TestCase("bootloader --iscrypted --password=grub.pbkdf2.sha512.10000.AA.BB")]
    [TestCase("sshpw --username=core --sshkey \"ssh-ed25519 AAAA\"")]
    public void A_hash_or_a_lock_is_taken(string line) => KickstartText.Read(line).ToString().Should().Be(line);

    [Test]
    public void A_file_is_read_from_disk_and_a_missing_one_is_told()
    {
        using var folder = new HostFolder();
        folder.Write("ks.cfg", "\ufefftext\r\nreboot\r\n");

        KickstartFile.Load(folder["ks.cfg"], KickstartVersion.Fedora).Commands.Select(command => command.Name).Should().Equal("text", "reboot");
        FluentActions.Invoking(() => KickstartFile.Load(folder["no.ks"], KickstartVersion.Fedora)).Should().Throw<DefinitionException>().Which.Diagnostics.Single().Message.Should().Be("does not exist");
    }
}
