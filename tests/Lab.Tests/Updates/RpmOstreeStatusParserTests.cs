using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class RpmOstreeStatusParserTests
{
    private const string March = "98a1d03316797162d4b3a1fad22c36be049c46b42605307a0553e35c909c6a6d";
    private const string Later = "662c26c39800e4fa97430fecdab6d25bd704c8d9228555e082217b16d5697f02";
    private const string Layered = "518844c87b53985419e751481f379a0d808cd4693d93113150d06d9679f66103";

    [Test]
    public void In_the_table_of_2015_a_missing_version_is_known_by_its_empty_column()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2015-upgraded-vendor-tree"));

        status.Deployments.Should().Equal(
            new Deployment { StateRoot = "rhel-atomic-host", Commit = "d306dcf255", Booted = true, Refspec = "lab:labtree", Timestamp = Utc(2015, 5, 30, 4, 10, 40) },
            new Deployment { StateRoot = "rhel-atomic-host", Commit = "203dd666d3", Rollback = true, Version = "7.1.2", Refspec = "rhel-atomic-host-ostree:rhel-...", Timestamp = Utc(2015, 5, 7, 19, 0, 48) });
    }

    [Test]
    public void The_table_of_2015_may_lack_the_version_column()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2015-rebased"));

        status.Next.Should().Match<Deployment>(next => next.Pending && next.Refspec == "lab:badtree" && next.Version == null);
        status.Booted!.CommitMatches("d306dcf255b370e5702206d064f2ca2e24d1ebf648924d52a2e00229d5b08365").Should().BeTrue();
    }

    [Test]
    public void Signatures_may_follow_the_table_of_2015() =>
        RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2015-signed")).Deployments.Should().ContainSingle().Which.Commit.Should().Be("ec89f90273");

    [Test]
    public void The_first_blocks_of_2016_stand_without_a_heading()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2016"));

        status.Booted.Should().Match<Deployment>(booted => booted.Version == "7.2.4" && booted.StateRoot == "rhel-atomic-host" && booted.Timestamp == Utc(2016, 5, 6, 5, 57, 30));
        status.RollbackTarget.Should().Match<Deployment>(rollback => rollback.Version == null && rollback.Timestamp == Utc(2015, 5, 30, 4, 10, 40));
    }

    [Test]
    public void The_blocks_of_2017_mark_the_booted_deployment_with_a_bullet()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2017"));

        status.Booted!.Version.Should().Be("25.113");
        status.RollbackTarget!.Version.Should().Be("25.108");
    }

    [Test]
    public void The_verbose_blocks_of_2021_are_read()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2021-verbose"));

        status.Deployments.Should().Equal(
            new Deployment { StateRoot = "rhel", Commit = March, Booted = true, Refspec = "edge:rhel/8/x86_64/edge", Timestamp = Utc(2021, 3, 31, 0, 11, 31) },
            new Deployment { StateRoot = "rhel", Commit = Later, Rollback = true, Refspec = "edge:rhel/8/x86_64/edge", Timestamp = Utc(2021, 3, 31, 0, 38, 20) });
    }

    [Test]
    public void Warnings_layers_drawn_trees_and_an_available_update_do_not_confuse_the_blocks()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2021-layered"));

        status.Deployments.Should().HaveCount(2);
        status.Staged.Should().Match<Deployment>(staged => staged.Commit == Layered && staged.Version == "8.4.1");
        status.Booted.Should().Match<Deployment>(booted => booted.Commit == March && booted.Pinned && booted.Unlocked == "development" && booted.Timestamp == null);
    }

    [Test]
    public void A_container_image_is_known_by_its_digest_and_a_bare_checksum_by_itself()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2025-container"));

        status.Booted.Should().Match<Deployment>(booted =>
            booted.Refspec == "ostree-remote-image:fedora:registry:quay.io/fedora/fedora-coreos:41.20250105.2.0"
            && booted.Commit == "sha256:c4a15145a232d882ccf2ed32d22c06c01a7cf62317eb966a98340ae4bd56dfa6");
        status.RollbackTarget.Should().Match<Deployment>(rollback => rollback.Refspec == null && rollback.CommitMatches("5d9e3491"));
    }

    [Test]
    public void Json_tells_everything_but_the_rollback_which_follows_the_booted_deployment()
    {
        var status = RpmOstreeStatusParser.Parse(Transcript.Read("rpm-ostree-2021-json"));

        status.Deployments.Should().Equal(
            new Deployment { StateRoot = "rhel", Commit = Later, Serial = 0, Staged = true, Pending = true, Version = "0.0.2", Refspec = "edge:rhel/8/x86_64/edge", Timestamp = Utc(2021, 3, 31, 0, 38, 20) },
            new Deployment { StateRoot = "rhel", Commit = March, Serial = 0, Booted = true, Pinned = true, Unlocked = "development", Refspec = "edge:rhel/8/x86_64/edge", Timestamp = Utc(2021, 3, 31, 0, 11, 31) },
            new Deployment { StateRoot = "rhel", Commit = Layered, Serial = 1, Rollback = true, Version = "41.20250105.2.0", Refspec = "ostree-unverified-registry:quay.io/fedora/fedora-coreos:stable", Timestamp = Utc(2025, 1, 6, 19, 46, 25) });
    }

    [Test]
    public void Json_that_lacks_a_member_is_refused_at_its_line()
    {
        var text = Transcript.Read("rpm-ostree-2021-json").Replace("\"checksum\" : \"98a1", "\"checksums\" : \"98a1", StringComparison.Ordinal);

        FluentActions.Invoking(() => RpmOstreeStatusParser.Parse(text)).Should().Throw<StatusFormatException>().WithMessage("*checksum*")
            .Which.Line.Should().StartWith("    }", "the object ends there");
    }

    [TestCase("")]
    [TestCase("State: idle\nDeployments:\n")]
    [TestCase("error: This system was not booted via libostree\n")]
    [TestCase("{}")]
    [TestCase("{\"deployments\":[null]}")]
    [TestCase("{\"deployments\":[{\"osname\":\"a\",\"checksum\":\"b\",\"serial\":0,\"booted\":true,\"timestamp\":-1}]}")]
    [TestCase("{\"deployments\":[{\"osname\":\"a\",\"checksum\":\"b\",\"serial\":0,\"booted\":true},{\"osname\":\"a\",\"checksum\":\"c\",\"serial\":0,\"booted\":true}]}")]
    [TestCase("  TIMESTAMP (UTC)         ID             OSNAME               REFSPEC\n")]
    [TestCase("  TIMESTAMP (UTC)         ID             OSNAME               REFSPEC\n* 2015-05-30 04:39:22 146b72d9d7 rhel lab:badtree\n")]
    [TestCase("  TIMESTAMP (UTC)         ID             OSNAME               REFSPEC\n* 2015-05-30 99:39:22     146b72d9d7     rhel                 lab:badtree\n")]
    [TestCase("Deployments:\n● lab:labtree\n  Version: 1 (2015-05-30 04:39:22)\n", TestName = "A block without a commit")]
    [TestCase("Deployments:\n● lab:labtree\n    Commit: aa\n    Commit: bb\n", TestName = "A block with two commits")]
    [TestCase("Deployments:\n● lab:labtree\n    Commit: none\n", TestName = "A commit that is no checksum")]
    [TestCase("Deployments:\n● lab:labtree\n    Commit: aa\n   Version: 1\n", TestName = "A version without its time")]
    [TestCase("Deployments:\n   lab:labtree\n    Commit: aa\n", TestName = "An origin that is indented too deep")]
    [TestCase("Deployments:\n● lab:labtree\n    Commit: aa\n\n* two words\n", TestName = "An origin of two words")]
    [TestCase("Deployments:\n● lab:labtree\n    Commit: aa\n\nAvailableUpdate:\n● lab:labtree\n", TestName = "A deployment after the available update")]
    public void Other_text_is_refused(string text) =>
        FluentActions.Invoking(() => RpmOstreeStatusParser.Parse(text)).Should().Throw<StatusFormatException>();

    private static DateTimeOffset Utc(int year, int month, int day, int hour, int minute, int second) => new(year, month, day, hour, minute, second, TimeSpan.Zero);
}
