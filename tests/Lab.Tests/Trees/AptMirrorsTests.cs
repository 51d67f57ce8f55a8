using FluentAssertions;
using Lab.Hosting;
using Lab.Tests.Hosting;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

public sealed class AptMirrorsTests
{
    [Test]
    public async Task The_mirror_is_the_one_that_this_hosts_apt_uses()
    {
        var mirror = await new AptMirrors { Setting = null }.FindAsync();

        Uri.IsWellFormedUriString(mirror.BaseUri, UriKind.Absolute).Should().BeTrue();
        mirror.BaseUri.Should().NotEndWith("/");
        File.Exists(mirror.Keyring).Should().BeTrue();
    }

    [Test]
    public async Task A_setting_overrules_the_host()
    {
        var mirror = await new AptMirrors { Setting = "http://mirror.example/debian/" }.FindAsync();

        mirror.BaseUri.Should().Be("http://mirror.example/debian");
        File.Exists(mirror.Keyring).Should().BeTrue();
    }

    [Test]
    public async Task A_setting_that_is_no_address_is_refused()
    {
        var find = () => new AptMirrors { Setting = "mirror.example" }.FindAsync();

        (await find.Should().ThrowAsync<HostException>().WithMessage("LAB_DEBIAN_MIRROR is 'mirror.example'*")).Which.Remedy.Should().Contain("dists/");
    }

    [Test]
    public async Task A_host_whose_apt_knows_no_Debian_is_told_what_to_set()
    {
        using var host = new HostFolder();
        var find = () => new AptMirrors { Setting = null, Configuration = Configure(host, "empty.list", string.Empty) }.FindAsync();

        (await find.Should().ThrowAsync<HostException>()).Which.Remedy.Should().Contain("apt-get update").And.Contain("LAB_DEBIAN_MIRROR");
    }

    [TestCase("one.list", "deb [arch=amd64 signed-by=/keys/own.gpg] {0}/ {1} main\n")]
    [TestCase("one.sources", "Types: deb\nURIs: http://mirror.example/other\nSuites: {1}\nComponents: main\nSigned-By: /keys/other.gpg\n\nTypes: deb\nURIs: {0}\nSuites: {1}\nComponents: main\nSigned-By: /keys/own.gpg\n")]
    public async Task The_keyring_is_the_one_that_the_source_names(string file, string source)
    {
        // The release files that say whose archive a mirror is are the host's own, so the sources must name its mirror and release.
        using var host = new HostFolder();
        var mirror = await new AptMirrors { Setting = null }.FindAsync();
        var release = (await OsRelease.ReadAsync()).Codename!;
        var text = source.Replace("{0}", mirror.BaseUri, StringComparison.Ordinal).Replace("{1}", release, StringComparison.Ordinal);

        var found = await new AptMirrors { Setting = null, Configuration = Configure(host, file, text) }.FindAsync();

        found.Should().Be(new AptMirror(mirror.BaseUri, "/keys/own.gpg"));
    }

    [Test]
    public async Task The_suites_of_this_hosts_sources_are_known()
    {
        var release = (await OsRelease.ReadAsync()).Codename!;

        (await new AptMirrors().ServesAsync(release)).Should().BeTrue();
        (await new AptMirrors().ServesAsync(release + "-never")).Should().BeFalse();
    }

    /// <summary>An apt whose only source file is this one.</summary>
    private static string Configure(HostFolder host, string file, string sources)
    {
        host.Write(Path.Combine("sources", file), sources);
        return host.Write("apt.conf", $"Dir::Etc::SourceList \"/dev/null\";\nDir::Etc::SourceParts \"{host["sources"]}\";\n");
    }
}
