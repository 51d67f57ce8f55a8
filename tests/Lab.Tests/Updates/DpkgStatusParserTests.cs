using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class DpkgStatusParserTests
{
    [Test]
    public void Installed_packages_are_kept_and_removed_ones_left_out() =>
        DpkgStatusParser.Parse(Transcript.Read("debian-dpkg-status")).Should().Equal(
            new Package("libsubid5", "1:4.17.4-2", "amd64"),
            new Package("ostree", "2025.2-1", "amd64"));

    [Test]
    public void A_held_package_is_installed_too() =>
        DpkgStatusParser.Parse("Package: a\nStatus: hold ok installed\nVersion: 1\nArchitecture: all").Find("a").Should().Be(new Package("a", "1", "all"));

    [Test]
    public void This_very_host_is_read_if_it_has_dpkg() =>
        DpkgStatusParser.Parse(File.Exists("/var/lib/dpkg/status") ? File.ReadAllText("/var/lib/dpkg/status") : Transcript.Read("debian-dpkg-status"))
            .Should().OnlyContain(package => package.Name.Length > 0 && package.Version.Length > 0 && package.Architecture.Length > 0).And.NotBeEmpty();

    [Test]
    public void An_installed_package_without_a_version_is_refused_where_its_stanza_ends() =>
        FluentActions.Invoking(() => DpkgStatusParser.Parse("Package: a\nStatus: install ok installed\n\nPackage: b\n"))
            .Should().Throw<StatusFormatException>().WithMessage("Line 3: expected a Version field*");

    [Test]
    public void A_line_that_is_no_field_is_refused() =>
        FluentActions.Invoking(() => DpkgStatusParser.Parse("Package: a\nnonsense\n")).Should().Throw<StatusFormatException>().Which.LineNumber.Should().Be(2);
}
