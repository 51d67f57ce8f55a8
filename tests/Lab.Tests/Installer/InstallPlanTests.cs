using FluentAssertions;
using Lab.Definitions;
using Lab.Installer;
using Lab.Media;
using Lab.Media.Kickstart;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Installer;

public sealed class InstallPlanTests
{
    private const string File = "/ks.cfg";
    private const string Hash = "$6$abcdefgh$3rj1vTLX64btReFsM4MQ22otcD40l7vbtw7qCyr0dxc4kxNmgx53xVM8gWiLYbCqTHTbXFaVFU7ZT28pnvdyu0";

    private const string Least = """
        clearpart --all --initlabel
        reqpart --add-boot
        part / --size=3072 --grow
        ostreesetup --osname=lab --url=http://192.0.2.1/repo --ref=edge

        """;

    [Test]
    public void A_plan_is_what_the_kickstart_says()
    {
        var plan = Read(Least + $"""
            lang de_DE.UTF-8
            keyboard --vckeymap=de
            timezone Europe/Berlin --utc
            ignoredisk --only-use=vda
            bootloader --append="console=ttyS0 quiet"
            network --device=link --bootproto=static --ip=192.0.2.11 --netmask=255.255.255.128 --gateway=192.0.2.1 --nameserver=192.0.2.1,192.0.2.2 --hostname=edge1
            rootpw --iscrypted '{Hash}'
            user --name=ops --groups=wheel,users --uid=1001 --lock
            sshkey --username=ops 'ssh-ed25519 AAAA ops'
            services --enabled=sshd,keepalived --disabled=cups
            firewall --enabled --service=ssh --port=8080:tcp,514:udp
            selinux --permissive
            reboot --eject
            """);

        plan.Should().BeEquivalentTo(new
        {
            Language = "de_DE.UTF-8", Keyboard = "de", TimeZone = "Europe/Berlin", Disk = "vda", StateRoot = "lab", Remote = "lab", Url = "http://192.0.2.1/repo", Ref = "edge", Verifies = true,
            KernelArguments = new[] { "console=ttyS0", "quiet" }, HostName = "edge1", RootPassword = Hash, SELinux = "permissive", Reboots = true,
            Network = new NetworkPlan("link", null, "192.0.2.11/25", "192.0.2.1", ["192.0.2.1", "192.0.2.2"]),
            EnabledServices = new[] { "sshd", "keepalived" }, DisabledServices = new[] { "cups" }, Firewall = new[] { "--enabled", "--service=ssh", "--port=8080/tcp", "--port=514/udp" },
        });
        plan.Users.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "ops", Password = (string?)null, Groups = new[] { "wheel", "users" }, Uid = "1001" });
        plan.Keys.Should().Equal(("ops", "ssh-ed25519 AAAA ops"));
    }

    [Test]
    public void What_lab_writes_for_a_guest_without_lvm_is_all_done()
    {
        using var folder = new DefinitionFolder("edge").With("tree.yaml", "tree: host\nref: edge\nversion: '1'\nsources: [{ suite: trixie }]\n").With("lab.yaml", """
            trees: [tree.yaml]
            guests:
              node1:
                tree: host
                kickstart: { disk: { swap: 512 MiB }, network: { bridge: br0, device: enp1s0 }, pre: "true", post: "true", users: { ops: {} } }
            """);
        foreach (var variant in KickstartDefinition.Variants.Values.Where(KickstartTemplate.InstallsTree))
        {
            var kickstart = KickstartTemplate.Render("edge", folder.Lab().Guests.Single(), variant, null, "ssh-ed25519 AAAA lab", new SeedRemote("lab", "http://192.0.2.1/node1", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n-----END PGP PUBLIC KEY BLOCK-----\n"));

            InstallPlan.Read(kickstart.ToString(), File).Verifies.Should().BeTrue();
        }
    }

    [TestCase("volgroup lab pv.01", "this installer does not do `volgroup`", 5, 1)]
    [TestCase("%packages\npodman\n%end", "this installer does not do `%packages`", 5, 1)]
    [TestCase("%include /tmp/part", "this installer does not read what `%include` names", 5, 1)]
    [TestCase("user --name=core --lock\nbootloader --append=quiet --timeout=5", "this installer does not do `--timeout` of `bootloader`", 6, 27)]
    [TestCase("network --bootproto=ibft", "this installer does not do `--bootproto=ibft` of `network`", 5, 9)]
    [TestCase("part /var --size=100", "this installer makes no partition for `/var`", 5, 1)]
    [TestCase("part swap --fstype=swap --size=100 --grow", "this installer lets only `/` grow, not `swap`", 5, 1)]
    [TestCase("part /boot/efi --fstype=efi --size=8", "this installer's boot loader needs a `/boot/efi` of 32 MiB at least, not of 8", 5, 1)]
    [TestCase("part /boot/efi --fstype=vfat --size=600", "this installer makes `/boot/efi` of efi, not of vfat", 5, 1)]
    [TestCase("part swap --size=20000000", "`--size` of `part swap` is no size: `20000000`", 5, 1)]
    [TestCase("network --device=enp1s0\nnetwork --device=enp2s0", "this installer sets one network interface up, and another `network` is given before", 6, 1)]
    [TestCase("%pre --interpreter=/usr/bin/no-such-thing\ntrue\n%end", "the installer has no `/usr/bin/no-such-thing`", 5, 6)]
    public void What_it_does_not_do_is_refused_by_name_where_it_stands(string line, string message, int at, int column)
    {
        var problem = Refused(Least + line).Should().ContainSingle().Which;

        problem.Message.Should().Be(message);
        (problem.Location.Line, problem.Location.Column).Should().Be((at, column));
    }

    [Test]
    public void Everything_that_is_missing_is_told_at_once() =>
        Refused("text\n").Select(problem => problem.Message).Should().BeEquivalentTo(
            "the kickstart does not say `clearpart --all`, and this installer takes the whole of a disk",
            "the kickstart has no `ostreesetup`, and this installer installs nothing else",
            "the kickstart has no `part /`",
            "the kickstart has neither `reqpart --add-boot` nor `part /boot`, and the boot loader needs a /boot of its own");

    [Test]
    public void An_xfs_root_is_refused() =>
        Refused(Least.Replace("part /", "part / --fstype=xfs", StringComparison.Ordinal)).Single().Message.Should().Be("this installer makes `/` of ext4, not of xfs");

    [Test]
    public void No_refusal_repeats_a_password() =>
        Refused($"{Least}user --name=ops --iscrypted --password='{Hash}' --gid=3\nrootpw secret\n").Should().NotBeEmpty().And.NotContain(problem => problem.ToString().Contains("secret", StringComparison.Ordinal) || problem.ToString().Contains("abcdefgh", StringComparison.Ordinal));

    [TestCase("255.255.255.0", 24)]
    [TestCase("255.255.255.255", 32)]
    [TestCase("0.0.0.0", 0)]
    [TestCase("255.0.255.0", null)]
    [TestCase("nonsense", null)]
    public void A_netmask_has_a_prefix_or_is_none(string mask, int? prefix) => Supported.PrefixOf(mask).Should().Be(prefix);

    [Test]
    public void A_disk_is_laid_out_as_labs_own_are()
    {
        const long sectors = 8L * 1024 * 1024 * 1024 / DiskLayout.SectorSize;

        Read(Least).Layout.On(sectors).Should().Equal(
            new Partition("bios", 1, 2048, 2048),
            new Partition("boot", 2, 69632, 1048576),
            new Partition("root", 3, 1118208, (sectors - 34 - 1118208) / 2048 * 2048),
            new Partition("efi", 4, 4096, 65536));
    }

    [Test]
    public void Swap_lies_before_the_root_that_grows()
    {
        var layout = Read(Least + "part swap --fstype=swap --size=256\n").Layout;

        layout.On(8L * 1024 * 1024 * 2).Select(partition => (partition.Name, partition.First)).Should().Equal(("bios", 2048), ("boot", 69632), ("swap", 1118208), ("root", 1118208 + 524288), ("efi", 4096));
        layout.Needed.Should().Be(4096 + 65536 + 1048576 + 524288 + 3072 * 2048 + 34);
    }

    [Test]
    public void An_efi_system_partition_has_the_size_that_it_is_given() =>
        Read(Least + "part /boot/efi --fstype=efi --size=600\n").Layout.On(8L * 1024 * 1024 * 2).Select(partition => (partition.Name, partition.First, partition.Sectors)).Should()
            .Contain([("efi", 4096, 600 * 2048), ("boot", 4096 + (600 * 2048), 1048576)]);

    private static InstallPlan Read(string text) => InstallPlan.Read(text, File);

    private static IReadOnlyList<Diagnostic> Refused(string text) =>
        FluentActions.Invoking(() => Read(text)).Should().Throw<DefinitionException>().Which.Diagnostics;
}
