using FluentAssertions;
using Lab.Definitions;
using Lab.Media;
using Lab.Media.Kickstart;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Media.Kickstart;

public sealed class KickstartTemplateTests
{
    private const string Key = "ssh-ed25519 AAAAC3NzLab lab";

    // As edge hosts are run in pairs: two hosts that share an address, with a check that decides about an update.
    private const string Edge = """
        kickstart:
              url: http://192.0.2.200:8000/repo
              image: registry.example.com/edge/host:1
              packages: ["@^minimal-environment", podman, -plymouth]
              disk: { device: vda, layout: lvm, root: 6 GiB, swap: 512 MiB }
              network: { device: enp1s0, bridge: br0, address: 192.0.2.11/25, gateway: 192.0.2.1, nameservers: [192.0.2.1, 192.0.2.2] }
              users:
                core: { groups: [wheel, users], password: $6$abcdefgh$3rj1vTLX64btReFsM4MQ22otcD40l7vbtw7qCyr0dxc4kxNmgx53xVM8gWiLYbCqTHTbXFaVFU7ZT28pnvdyu0 }
                ops: { keys: [ssh-ed25519 AAAAC3NzOps it's ops] }
                kiosk: { groups: [] }
              root-password: $y$j9T$F5Jx5fExrKuPp53xLKQ..1$tnSYvahCwPBHKZUspmcxMfb0.WiB9W.zEaKlOBL35rC
              services: { enabled: [podman.socket], disabled: [cups] }
              firewall: { services: [http], ports: [8080, 514/udp] }
              keepalived: { address: 192.0.2.100/25, priority: 150 }
              greenboot:
                required:
                  01_check_upgrade.sh: |
                    #!/bin/sh
                    rpm-ostree status --json > /etc/greenboot/current.txt
                    [ -e /etc/greenboot/orig.txt ] || cp /etc/greenboot/current.txt /etc/greenboot/orig.txt
                    cmp /etc/greenboot/orig.txt /etc/greenboot/current.txt
                wanted:
                  10_web.sh: |
                    #!/bin/sh
                    curl --fail http://127.0.0.1:8080
              pre: echo "erasing"
              post: |
                # {{not a template}}
                echo 'installed' > /etc/motd
              language: de_DE.UTF-8
              keyboard: de-nodeadkeys
              timezone: Europe/Berlin
              end: poweroff
        """;

    private static readonly SeedRemote Content = new("lab", "http://192.0.2.1:21000/node1", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n-----END PGP PUBLIC KEY BLOCK-----\n");

    [Test]
    public void An_empty_kickstart_installs_the_guests_tree() => Render("kickstart: {}").ToString().ShouldMatchSnapshot("default");

    [Test]
    public void A_guest_without_a_kickstart_gets_the_same_one() => Render("cpus: 2").ToString().Should().Be(Render("kickstart: {}").ToString());

    [TestCaseSource(nameof(Variants))]
    public void Each_variant_is_what_is_checked_in(string variant)
    {
        var kickstart = Render(Edge, KickstartDefinition.Variants[variant]);

        kickstart.Version.Should().Be(KickstartTemplate.VersionOf(KickstartDefinition.Variants[variant]));
        kickstart.ToString().ShouldMatchSnapshot(variant);
    }

    [TestCase(KickstartVariant.OstreeRhel9, KickstartVersion.Rhel10)]
    [TestCase(KickstartVariant.OstreeRhel9, KickstartVersion.Fedora)]
    [TestCase(KickstartVariant.ContainerRhel10, KickstartVersion.Fedora)]
    [TestCase(KickstartVariant.ContainerFedora, KickstartVersion.Rhel10)]
    [TestCase(KickstartVariant.Packages, KickstartVersion.Rhel8)]
    [TestCase(KickstartVariant.Packages, KickstartVersion.Rhel10)]
    [TestCase(KickstartVariant.Packages, KickstartVersion.Fedora)]
    public void What_is_written_for_one_installer_others_take_as_well(KickstartVariant variant, KickstartVersion version)
    {
        var text = Render(Edge, variant).ToString();

        KickstartFile.Parse(text, "ks.cfg", version).ToString().Should().Be(text);
    }

    [Test]
    public void A_url_that_is_given_goes_before_the_definitions()
    {
        var kickstart = Render(Edge, url: "http://198.51.100.1/x y");

        kickstart.Commands.Single(command => command.Name == "ostreesetup")["--url"].Should().Be("http://198.51.100.1/x y");
        kickstart.Sections.Should().Contain(section => section.Body.Contains("url=http://198.51.100.1/x y\n", StringComparison.Ordinal));
    }

    [TestCase(KickstartVariant.ContainerFedora, "the kickstart of guest `node1` has no `image`, which the variant `container-fedora` needs")]
    [TestCase(KickstartVariant.Packages, "the kickstart of guest `node1` has no `url`, which the variant `packages` needs")]
    public void What_a_variant_needs_is_asked_for_where_the_kickstart_stands(KickstartVariant variant, string message)
    {
        var problem = FluentActions.Invoking(() => Render("kickstart: {}", variant)).Should().Throw<DefinitionException>().Which.Diagnostics.Single();

        problem.Message.Should().Be(message);
        (problem.Location.Line, problem.Location.Column).Should().Be((5, 5));
    }

    [Test]
    public void Only_the_labs_key_gets_in_where_nothing_else_is_said()
    {
        var kickstart = Render("kickstart: {}");

        kickstart.Commands.Where(command => command.Name == "sshkey").Select(command => (command["--username"], command.Arguments.Single())).Should().Equal(("root", Key), ("core", Key));
        kickstart.Commands.Single(command => command.Name == "rootpw").Has("--lock").Should().BeTrue();
        kickstart.Commands.Single(command => command.Name == "user").Has("--lock").Should().BeTrue();
    }

    private static IEnumerable<string> Variants() => KickstartDefinition.Variants.Keys;

    private static KickstartFile Render(string keys, KickstartVariant variant = KickstartVariant.OstreeRhel9, string? url = null)
    {
        using var folder = new DefinitionFolder("edge").With("tree.yaml", "tree: host\nref: lab/x86_64/edge\nversion: '1'\nsources: [{ suite: trixie }]\n").With("lab.yaml", $"""
            trees: [tree.yaml]
            guests:
              node1:
                tree: host
                {keys}
            """);
        return KickstartTemplate.Render("edge", folder.Lab().Guests.Single(), variant, url, Key, KickstartTemplate.InstallsTree(variant) ? Content : null);
    }
}
