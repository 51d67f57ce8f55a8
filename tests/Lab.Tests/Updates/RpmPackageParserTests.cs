using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class RpmPackageParserTests
{
    [Test]
    public void A_list_is_read_with_epochs_and_names_that_have_dashes() =>
        RpmPackageParser.ParseList(Transcript.Read("rpm-ostree-2021-db-list")).Should().Equal(
            new Package("NetworkManager", "1:1.26.0-14.el8_3", "x86_64"),
            new Package("kernel-core", "4.18.0-240.22.1.el8_3", "x86_64"),
            new Package("python3-pip-wheel", "9.0.3-18.el8", "noarch"),
            new Package("strace", "5.7-3.el8", "x86_64"));

    [Test]
    public void A_difference_is_read_with_what_was_added_removed_and_changed()
    {
        var difference = RpmPackageParser.ParseDiff(Transcript.Read("rpm-ostree-2015-db-diff"));

        difference.Added.Select(package => package.Name).Should().Equal("kubernetes-master", "kubernetes-node");
        difference.Removed.Should().Equal(new Package("setools-console", "3.3.7-46.el7", "x86_64"));
        difference.Changed.Should().HaveCount(8).And.Contain(new PackageChange(
            new Package("docker-storage-setup", "0.0.4-2.el7", "noarch"),
            new Package("docker-storage-setup", "0.5-2.el7", "x86_64")));
    }

    [Test]
    public void Two_commits_of_the_same_packages_do_not_differ() =>
        RpmPackageParser.ParseDiff("ostree diff commit from: a (aa)\nostree diff commit to:   b (bb)\n").IsEmpty.Should().BeTrue();

    [TestCase("!a-1-1.noarch\n")]
    [TestCase("=a-1-1.noarch\n")]
    [TestCase("!a-1-1.noarch\n=b-1-1.noarch\n")]
    [TestCase("!a-1-1.noarch\n+b-1-1.noarch\n")]
    [TestCase("+nonsense\n")]
    [TestCase("*a-1-1.noarch\n")]
    public void Other_lines_are_refused(string text) =>
        FluentActions.Invoking(() => RpmPackageParser.ParseDiff(text)).Should().Throw<StatusFormatException>();

    [TestCase("a-1-1.noarch\n")]
    [TestCase(" nonsense\n")]
    public void A_list_of_other_lines_is_refused(string text) =>
        FluentActions.Invoking(() => RpmPackageParser.ParseList(text)).Should().Throw<StatusFormatException>();
}
