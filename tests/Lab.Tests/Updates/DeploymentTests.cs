using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class DeploymentTests
{
    private const string Whole = "d306dcf255b370e5702206d064f2ca2e24d1ebf648924d52a2e00229d5b08365";

    [TestCase(Whole, "d306dcf255", true)]
    [TestCase("d306dcf255", Whole, true)]
    [TestCase(Whole, Whole, true)]
    [TestCase(Whole, "ec89f90273", false)]
    [TestCase("d306dcf255", "d306dcf256b370e5", false)]
    public void A_commit_matches_though_either_checksum_is_cut_short(string commit, string checksum, bool expected) =>
        new Deployment { Commit = commit }.CommitMatches(checksum).Should().Be(expected);

    [Test]
    public void No_commit_matches_an_empty_checksum() =>
        new Deployment { Commit = Whole }.Invoking(deployment => deployment.CommitMatches(string.Empty)).Should().Throw<ArgumentException>();
}
