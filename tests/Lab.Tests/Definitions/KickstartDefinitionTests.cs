using FluentAssertions;
using Lab.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class KickstartDefinitionTests
{
    private const string Yescrypt = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC";

    [Test]
    public void A_guest_without_a_kickstart_has_none()
    {
        using var folder = Folder("cpus: 2");

        folder.Lab().Guests.Single().Kickstart.Should().BeNull();
    }

    [Test]
    public void An_empty_kickstart_is_all_defaults()
    {
        using var folder = Folder("kickstart: {}");

        var location = new SourceLocation(folder["lab.yaml"], 5, 5);
        folder.Lab().Guests.Single().Kickstart.Should().BeEquivalentTo(new KickstartDefinition { Location = location });
    }

    [Test]
    public void A_kickstart_is_read_as_it_is_written()
    {
        using var folder = Folder($$"""
            kickstart:
                  variant: packages
                  url: https://192.0.2.1/os/
                  packages: [strace, "@core"]
                  disk: { device: disk/by-id/x, layout: lvm, root: 4 GiB, swap: 1 GiB }
                  network: { device: enp1s0, address: 192.0.2.10/24, gateway: 192.0.2.1, nameservers: [192.0.2.1] }
                  users: { ops: { groups: [], password: {{Yescrypt}}, keys: [ssh-rsa AAAA] } }
                  firewall: { ports: [80, 53/udp] }
                  keepalived: { address: 192.0.2.100/24, router: 7 }
                  greenboot: { wanted: { a.sh: "true" } }
                  end: poweroff
            """);

        var kickstart = folder.Lab().Guests.Single().Kickstart!;

        kickstart.Variant.Should().Be(KickstartVariant.Packages);
        kickstart.Url.Should().Be("https://192.0.2.1/os/");
        kickstart.Packages.Should().Equal("strace", "@core");
        kickstart.Disk.Should().Be(new KickstartDisk { Device = "disk/by-id/x", Lvm = true, Root = ByteSize.FromGiB(4), Swap = ByteSize.FromGiB(1) });
        kickstart.Network.Should().BeEquivalentTo(new KickstartNetwork { Device = "enp1s0", Address = "192.0.2.10", Prefix = 24, Gateway = "192.0.2.1", Nameservers = ["192.0.2.1"] });
        kickstart.Users.Should().ContainSingle().Which.Should().BeEquivalentTo(new KickstartUser { Name = "ops", Groups = [], Password = Yescrypt, Keys = ["ssh-rsa AAAA"] });
        kickstart.OpenPorts.Should().Equal("80:tcp", "53:udp");
        kickstart.Keepalived.Should().Be(new KickstartKeepalived("192.0.2.100", 24, "enp1s0", 7, 100));
        kickstart.Checks.Should().Equal(new KickstartCheck("a.sh", Required: false, "true\n"));
        kickstart.PowerOff.Should().BeTrue();
    }

    [Test]
    public void Everything_wrong_with_a_kickstart_is_told_in_its_place()
    {
        using var folder = Folder("""
            kickstart:
                  variant: »ostree-rhel7
                  url: »http://me:hunter2@192.0.2.1/
                  image: »"no image"
                  packages: [»"a b"]
                  disk: { device: »/dev/vda, layout: »btrfs, root: »1 GiB, »sawp: 1 GiB }
                  network: { »bridge: br0, »gateway: 192.0.2.1, »nameservers: [»1] }
                  users:
                    »root: {}
                    core: { password: »hunter2, keys: [»hunter] }
                  root-password: »$6$hunter2
                  services: { enabled: [»a b] }
                  firewall: { ports: [»http, »70000] }
                  keepalived: { address: »192.0.2.100, priority: »255 }
                  greenboot: { required: { »a/b: "true" } }
                  pre: »|
                    echo
                     %end
                  post: »"%include /x"
                  language: »english
                  keyboard: »"us; reboot"
                  timezone: »utc
                  end: »halt
            """);

        var problems = folder.LabProblems();

        var told = string.Join('\n', problems.Select(problem => $"{problem.Location.Line}:{problem.Location.Column}: {problem.Message}. {problem.Fix}"));
        told.Should().NotContain("hunter2");
        told.ShouldMatchSnapshot("kickstart-wrong");
    }

    [Test]
    public void A_shared_address_needs_the_name_of_an_interface()
    {
        using var folder = Folder("kickstart: { keepalived: »{ address: 192.0.2.100/24 } }");

        folder.LabProblems().Single().Should().BeEquivalentTo(new
        {
            Message = "keepalived of guest `node1` has no `device`, and `network` names none either",
            Fix = "Add `device: enp1s0`.",
        });
    }

    [TestCase("$6$saltsalt$3rj1vTLX64btReFsM4MQ22otcD40l7vbtw7qCyr0dxc4kxNmgx53xVM8gWiLYbCqTHTbXFaVFU7ZT28pnvdyu0", true)]
    [TestCase("$6$rounds=10000$saltsalt$3rj1vTLX64btReFsM4MQ22otcD40l7vbtw7qCyr0dxc4kxNmgx53xVM8gWiLYbCqTHTbXFaVFU7ZT28pnvdyu0", true)]
    [TestCase(Yescrypt, true)]
    [TestCase(Yescrypt + "x", false)]
    [TestCase("$6$saltsalt$3rj1vTLX64btReFsM4MQ22otcD40l7vbtw7qCyr0dxc4kxNmgx53xVM8gWiLYbCqTHTbXFaVFU7ZT28pnvdyu", false)]
    [TestCase("$6$$3rj1vTLX64btReFsM4MQ22otcD40l7vbtw7qCyr0dxc4kxNmgx53xVM8gWiLYbCqTHTbXFaVFU7ZT28pnvdyu0", false)]
    [TestCase("$1$saltsalt$abcdefghijklmnopqrstuv", false)]
    [TestCase("secret", false)]
    public void Only_whole_and_safe_hashes_are_taken(string text, bool safe) => PasswordHash.IsSafe(text).Should().Be(safe);

    private static DefinitionFolder Folder(string keys) => new DefinitionFolder("edge")
        .With("tree.yaml", "tree: host\nref: edge\nversion: '1'\nsources: [{ suite: trixie }]\n")
        .With("lab.yaml", $"trees: [tree.yaml]\nguests:\n  node1:\n    tree: host\n    {keys}\n");
}
