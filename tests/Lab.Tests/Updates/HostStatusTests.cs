using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class HostStatusTests
{
    [Test]
    public void The_first_before_the_booted_deployment_is_pending_and_the_first_after_it_is_the_rollback()
    {
        var status = new HostStatus([Of("a"), Of("b"), Of("c") with { Booted = true }, Of("d"), Of("e")]);

        status.Deployments.Where(deployment => deployment.Pending).Select(deployment => deployment.Commit).Should().Equal("a");
        status.Deployments.Where(deployment => deployment.Rollback).Select(deployment => deployment.Commit).Should().Equal("d");
        status.Next!.Commit.Should().Be("a");
        status.Booted!.Commit.Should().Be("c");
        status.RollbackTarget!.Commit.Should().Be("d");
        status.IndexOf(status.RollbackTarget).Should().Be(3);
    }

    [Test]
    public void Deployments_of_another_stateroot_are_neither_pending_nor_the_rollback()
    {
        var status = new HostStatus([Of("a", "other"), Of("b") with { Booted = true }, Of("c", "other"), Of("d")]);

        status.Deployments.Should().NotContain(deployment => deployment.Pending);
        status.RollbackTarget!.Commit.Should().Be("d");
    }

    [Test]
    public void A_host_that_did_not_boot_through_ostree_has_nothing_pending_and_no_rollback()
    {
        var status = new HostStatus([Of("a"), Of("b")]);

        status.Booted.Should().BeNull();
        status.Deployments.Should().NotContain(deployment => deployment.Pending || deployment.Rollback);
    }

    [Test]
    public void A_host_without_deployments_has_none_of_any_kind()
    {
        var status = new HostStatus([]);

        new[] { status.Booted, status.Next, status.Staged, status.RollbackTarget }.Should().AllBeEquivalentTo<Deployment?>(null);
    }

    private static Deployment Of(string commit, string stateRoot = "debian") => new() { Commit = commit, StateRoot = stateRoot };
}
