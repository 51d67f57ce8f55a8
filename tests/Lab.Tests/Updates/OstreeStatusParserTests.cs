using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class OstreeStatusParserTests
{
    private const string One = "530544eee49133b90d777b7253cba1f9bf8e4ce96e2286ff03bd1f149331fdcd";
    private const string Two = "1639661ac38762c187cfa6bb426e1ce6d642dc82adbbc7733256d633b647e87e";
    private const string Bad = "3909b353b9390d55d4591d42d2aaee7b88f594b67f5d581ddc7e3e0f061ba344";

    [Test]
    public void Every_attribute_of_a_deployment_is_read_and_its_signatures_are_passed_over()
    {
        var status = OstreeStatusParser.Parse(Transcript.Read("ostree-2025-four"));

        status.Deployments.Should().Equal(
            new Deployment { StateRoot = "debian", Commit = Bad, Serial = 0, Staged = true, Pending = true, Version = "3.0-bad", Refspec = "lab:badtree" },
            new Deployment { StateRoot = "debian", Commit = Two, Serial = 0, Booted = true, Unlocked = "hotfix", Version = "2.0", Refspec = "lab:labtree" },
            new Deployment { StateRoot = "debian", Commit = Two, Serial = 1, Rollback = true, Version = "2.0", Refspec = "lab:labtree" },
            new Deployment { StateRoot = "debian", Commit = One, Serial = 0, Pinned = true, Version = "1.0", Refspec = "lab:labtree" });
    }

    [Test]
    public void A_staged_update_comes_next_and_is_pending()
    {
        var status = OstreeStatusParser.Parse(Transcript.Read("ostree-2025-staged"));

        status.Staged.Should().BeSameAs(status.Next).And.Match<Deployment>(next => next.Pending && next.CommitMatches(Two) && next.Serial == 1);
        status.Booted!.Pinned.Should().BeTrue();
        status.RollbackTarget.Should().BeNull();
    }

    [Test]
    public void After_an_update_the_old_tree_is_the_rollback()
    {
        var status = OstreeStatusParser.Parse(Transcript.Read("ostree-2025-updated"));

        status.Next.Should().BeSameAs(status.Booted);
        status.RollbackTarget!.Commit.Should().Be(One);
    }

    [Test]
    public void After_a_rollback_the_old_tree_is_pending_and_not_staged()
    {
        var status = OstreeStatusParser.Parse(Transcript.Read("ostree-2025-rolled-back"));

        status.Next.Should().Match<Deployment>(next => next.Pending && !next.Staged && next.Commit == One);
        status.RollbackTarget.Should().BeNull();
    }

    [Test]
    public void A_staged_update_whose_finalization_is_locked_is_still_staged() =>
        OstreeStatusParser.Parse(Transcript.Read("ostree-2025-locked")).Staged!.Commit.Should().Be(Bad);

    [Test]
    public void An_origin_that_is_no_refspec_gives_none() =>
        OstreeStatusParser.Parse(Transcript.Read("ostree-2025-two-stateroots")).Next!.Refspec.Should().BeNull();

    [Test]
    public void A_deployment_prepared_for_a_soft_reboot_keeps_its_other_mark() =>
        OstreeStatusParser.Parse($"  debian {Two}.0 (staged) (soft-reboot)\n* debian {One}.0\n").Staged!.Commit.Should().Be(Two);

    [Test]
    public void No_deployments_is_an_empty_status() =>
        OstreeStatusParser.Parse("No deployments.\n").Deployments.Should().BeEmpty();

    [Test]
    public void The_line_that_is_not_understood_is_named_with_its_number_and_what_was_expected()
    {
        var parse = () => OstreeStatusParser.Parse($"* debian {One}.0\n    Version: 1.0\n* debian 530544eee.0\n");

        parse.Should().Throw<StatusFormatException>().WithMessage("Line 3: expected '? stateroot checksum.serial'*found: ? debian 530544eee.0")
            .Which.Should().Match<StatusFormatException>(failure => failure.LineNumber == 3 && failure.Line == "* debian 530544eee.0");
    }

    [TestCase("")]
    [TestCase("\n\n")]
    [TestCase("error: Not currently booted into an OSTree system\n")]
    [TestCase("    Version: 1.0\n")]
    [TestCase($"* debian {One}.0 (levitating)\n")]
    [TestCase($"* debian {One}.0\n* debian {Two}.0\n", TestName = "Two booted deployments")]
    [TestCase($"* debian {One}.0\n    debian {Two}.0\n", TestName = "A deployment indented like an attribute")]
    [TestCase($"  debian {One}.0 (rollback)\n* debian {Two}.0\n", TestName = "A mark that contradicts the order")]
    public void Other_text_is_refused(string text) =>
        FluentActions.Invoking(() => OstreeStatusParser.Parse(text)).Should().Throw<StatusFormatException>();
}
