using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Hosting;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Hosting;

public sealed class HostToolTests
{
    // What the programs of Debian 12 and 13 print.
    [TestCase("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)\nCopyright (c) 2003-2025 Fabrice Bellard", "10.0.2")]
    [TestCase("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", "7.2.22")]
    [TestCase("qemu-img version 10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)", "10.0.2")]
    [TestCase("libvirtd (libvirt) 11.3.0", "11.3.0")]
    [TestCase("virtlogd (libvirt) 11.3.0", "11.3.0")]
    [TestCase("11.3.0", "11.3.0")]
    [TestCase("Dnsmasq version 2.90  Copyright (c) 2000-2024 Simon Kelley", "2.90")]
    [TestCase("ip utility, iproute2-6.1.0, libbpf 1.1.2", "6.1.0")]
    [TestCase("nftables v1.0.6 (Lester Gooch #5)", "1.0.6")]
    [TestCase("libostree:\n Version: '2022.7'\n Features:\n  - libcurl", "2022.7")]
    [TestCase("libostree:\n Version: '2025.2'", "2025.2")]
    [TestCase("mmdebstrap 1.3.5", "1.3.5")]
    [TestCase("gpg (GnuPG) 2.2.40\nlibgcrypt 1.10.1", "2.2.40")]
    [TestCase("sfdisk from util-linux 2.38.1", "2.38.1")]
    [TestCase("mke2fs 1.47.0 (5-Feb-2023)\n\tUsing EXT2FS Library version 1.47.0", "1.47.0")]
    [TestCase("xorriso 1.5.4 : RockRidge filesystem manipulator, libburnia project.\n", "1.5.4")]
    [TestCase("cpio (GNU cpio) 2.13\nCopyright (C) 2017 Free Software Foundation, Inc.", "2.13")]
    [TestCase("Debian 'dpkg-deb' package archive backend version 1.21.22 (amd64).", "1.21.22")]
    [TestCase("OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19 27 Jan 2026", "9.2")]
    [TestCase("OpenSSH_10.0p2 Debian-7+deb13u4, OpenSSL 3.5.7 9 Jun 2026", "10.0")]
    [TestCase("unshare from util-linux 2.41.5", "2.41.5")]
    public void A_version_is_read_from_what_the_program_says(string says, string version) =>
        HostTool.ReadVersion(says).Should().Be(Version.Parse(version));

    [TestCase("")]
    [TestCase("passt unknown version")]
    [TestCase("usage: newuidmap <pid> <uid> <loweruid> <count>")]
    [TestCase("version 99999999999.1")]
    public void No_version_is_read_where_there_is_none(string says) => HostTool.ReadVersion(says).Should().BeNull();

    [Property]
    public Property Any_version_is_read_back_from_any_banner(NonNegativeInt major, NonNegativeInt minor, NonNegativeInt build)
    {
        var version = new Version(major.Get, minor.Get, build.Get);
        string[] banners = [$"QEMU emulator version {version} (Debian 1:{version}+ds-2)", $"libostree:\n Version: '{version}'", $"OpenSSH_{version}p1", $"nftables v{version} (x #5)", $"{version}"];
        return banners.All(banner => version.Equals(HostTool.ReadVersion(banner))).ToProperty();
    }

    [Property]
    public Property A_tool_is_too_old_exactly_below_its_minimum(NonNegativeInt minimum, NonNegativeInt found)
    {
        var tool = new HostTool("tool", "to try", "package") { Minimum = new Version(minimum.Get, 0) };
        return (tool.Judge(new Version(found.Get, 0)) == CheckStatus.TooOld == found.Get < minimum.Get).ToProperty();
    }

    [TestCase("8.9.9", CheckStatus.TooOld)]
    [TestCase("9.0.0", CheckStatus.Warning)]
    [TestCase("10.10.0", CheckStatus.Warning)]
    [TestCase("11.0.0", CheckStatus.Ok)]
    public void A_libvirt_between_the_oldest_that_works_and_the_one_tested_earns_a_warning(string version, CheckStatus status) =>
        HostTool.All.Single(tool => tool.Program == "libvirtd").Judge(Version.Parse(version)).Should().Be(status);

    [Test]
    public void A_tool_with_a_minimum_that_says_no_version_is_too_old() =>
        new HostTool("tool", "to try", "package") { Minimum = new Version(1, 0) }.Judge(null).Should().Be(CheckStatus.TooOld);
}
