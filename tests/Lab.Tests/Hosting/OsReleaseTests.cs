using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class OsReleaseTests
{
    [Test]
    public void Values_are_read_quoted_or_not() =>
        OsRelease.Parse("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n# a comment = none\n\nVERSION_CODENAME=bookworm\nID='debian'\nHOME_URL=\"https://www.debian.org/?a=b\"\n")
            .Should().Be(new OsRelease("debian", "bookworm", "Debian GNU/Linux 12 (bookworm)"));

    [Test]
    public void A_file_that_says_nothing_means_linux() => OsRelease.Parse(string.Empty).Should().Be(new OsRelease("linux", null, "linux"));

    [Test]
    public async Task The_vendors_copy_serves_where_etc_is_empty()
    {
        using var host = new HostFolder();
        host.Write("usr/lib/os-release", "ID=fedora\nPRETTY_NAME=Fedora\n");

        (await OsRelease.ReadAsync(host.Path)).Should().Be(new OsRelease("fedora", null, "Fedora"));
    }
}
