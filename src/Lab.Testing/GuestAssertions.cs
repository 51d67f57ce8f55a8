using System.Globalization;
using FluentAssertions;
using FluentAssertions.Execution;
using FluentAssertions.Primitives;
using Lab.Execution;
using Lab.Guests;
using Lab.Remote;
using Lab.Updates;

namespace Lab.Testing;

/// <summary>Where assertions about guests begin: <c>await guest.Should().BeBootedInto(commit, "the upgrade was applied")</c>.</summary>
public static class GuestAssertionExtensions
{
    /// <summary>Assertions about a guest. Each asks the guest when it is awaited.</summary>
    public static GuestAssertions Should(this Guest guest) => new(guest);

    /// <summary>Assertions about boots that were followed.</summary>
    public static BootSequenceAssertions Should(this BootSequence boots) => new(boots);
}

/// <summary>Assertions about boots in their order.</summary>
public sealed class BootSequenceAssertions(BootSequence subject) : ReferenceTypeAssertions<BootSequence, BootSequenceAssertions>(subject)
{
    /// <inheritdoc/>
    protected override string Identifier => "boots";

    /// <summary>The boots went as this says: <c>BeBoots("new ✗, new ✗, new ✗, old ✓")</c>.</summary>
    /// <param name="expected">What each booted, and whether it was healthy.</param>
    /// <param name="because">Why it must be so.</param>
    /// <param name="becauseArgs">What <paramref name="because"/> formats.</param>
    public AndConstraint<BootSequenceAssertions> BeBoots(string expected, string because = "", params object[] becauseArgs)
    {
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(Subject.ToString() == expected)
            .FailWith("Expected the boots to be {0}{reason}, but they were {1}.", new Evidence(expected), new Evidence(Subject.ToString()));
        return new AndConstraint<BootSequenceAssertions>(this);
    }
}

/// <summary>Assertions about a guest. Every failure reads as a sentence and carries what the guest said.</summary>
public sealed class GuestAssertions(Guest subject) : ReferenceTypeAssertions<Guest, GuestAssertions>(subject)
{
    /// <inheritdoc/>
    protected override string Identifier => "guest";

    /// <summary>The guest is booted into a commit.</summary>
    /// <param name="commit">Its checksum, or the beginning of it.</param>
    /// <param name="because">Why it must be.</param>
    /// <param name="becauseArgs">What <paramref name="because"/> formats.</param>
    public async Task<AndConstraint<GuestAssertions>> BeBootedInto(string commit, string because = "", params object[] becauseArgs)
    {
        var status = await Subject.Updater.StatusAsync();
        Execute.Assertion.BecauseOf(because, becauseArgs)
            .ForCondition(status.Booted?.CommitMatches(commit) == true)
            .FailWith("Expected guest {0} to be booted into {1}{reason}, but its deployments are:{2}", Subject.Name, commit, new Evidence(DeploymentList.Of(status)));
        return new AndConstraint<GuestAssertions>(this);
    }

    /// <summary>The guest has a unit; what it must be follows: <c>HaveService("x.service").Active()</c>.</summary>
    public ServiceAssertions HaveService(string unit) => new(Subject, unit.Contains('.', StringComparison.Ordinal) ? unit : unit + ".service");

    /// <summary>The guest has a deployment of a commit; what it must be follows: <c>HaveDeployment(commit).Staged()</c>.</summary>
    public DeploymentAssertions HaveDeployment(string commit) => new(Subject, commit);

    /// <summary>A shell line succeeds on the guest, as root.</summary>
    public async Task<AndConstraint<GuestAssertions>> Succeed(string command, string because = "", params object[] becauseArgs)
    {
        var result = await Subject.Shell.RunAsync(command);
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(result.ExitCode == 0)
            .FailWith("Expected `{0}` to succeed on guest {1}{reason}, but it exited with code {2}:{3}", new Evidence(command), Subject.Name, result.ExitCode, Evidence.Of(result));
        return new AndConstraint<GuestAssertions>(this);
    }

    /// <summary>A shell line fails on the guest, as root, with words that say why.</summary>
    public async Task<AndConstraint<GuestAssertions>> Fail(string command, string saying, string because = "", params object[] becauseArgs)
    {
        var result = await Subject.Shell.RunAsync(command);
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(result.ExitCode != 0 && (result.Output + result.Error).Contains(saying, StringComparison.OrdinalIgnoreCase))
            .FailWith("Expected `{0}` to fail on guest {1} saying {2}{reason}, but it exited with code {3}:{4}", new Evidence(command), Subject.Name, saying, result.ExitCode, Evidence.Of(result));
        return new AndConstraint<GuestAssertions>(this);
    }

    /// <summary>The guest's clock shows this host's time.</summary>
    /// <param name="tolerance">How far it may be off, besides the time that it takes to answer.</param>
    /// <param name="because">Why it must.</param>
    /// <param name="becauseArgs">What <paramref name="because"/> formats.</param>
    public async Task<AndConstraint<GuestAssertions>> HaveTheTimeWithin(TimeSpan tolerance, string because = "", params object[] becauseArgs)
    {
        var asked = TimeProvider.System.GetUtcNow();
        var seconds = double.Parse(await Subject.Shell.SucceedAsync("date +%s.%N"), CultureInfo.InvariantCulture);
        var answered = TimeProvider.System.GetUtcNow();
        // Anything between the question and the answer is right.
        var there = DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(there >= asked - tolerance && there <= answered + tolerance)
            .FailWith("Expected the clock of guest {0} to be within {1} of this host's{reason}, but it was {2:O} there between {3:O} and {4:O} here.", Subject.Name, tolerance, there, asked, answered);
        return new AndConstraint<GuestAssertions>(this);
    }

    /// <summary>The guest has a file.</summary>
    public async Task<AndConstraint<GuestAssertions>> HaveFile(string path, string because = "", params object[] becauseArgs)
    {
        var result = await Subject.Shell.RunAsync($"test -e {Command.Quote(path)}");
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(result.ExitCode == 0)
            .FailWith("Expected guest {0} to have {1}{reason}, but it has not.", Subject.Name, path);
        return new AndConstraint<GuestAssertions>(this);
    }

    /// <summary>The guest lacks a file.</summary>
    public async Task<AndConstraint<GuestAssertions>> NotHaveFile(string path, string because = "", params object[] becauseArgs)
    {
        var result = await Subject.Shell.RunAsync($"test ! -e {Command.Quote(path)}");
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(result.ExitCode == 0)
            .FailWith("Expected guest {0} not to have {1}{reason}, but it has.", Subject.Name, path);
        return new AndConstraint<GuestAssertions>(this);
    }
}

/// <summary>What a unit on a guest must be.</summary>
public sealed class ServiceAssertions(Guest guest, string unit)
{
    /// <summary>It is active.</summary>
    public Task Active(string because = "", params object[] becauseArgs) => BeAsync("active", because, becauseArgs);

    /// <summary>It has failed.</summary>
    public Task Failed(string because = "", params object[] becauseArgs) => BeAsync("failed", because, becauseArgs);

    /// <summary>It is inactive.</summary>
    public Task Inactive(string because = "", params object[] becauseArgs) => BeAsync("inactive", because, becauseArgs);

    private async Task BeAsync(string wanted, string because, object[] becauseArgs)
    {
        var state = await guest.UnitStateAsync(unit);
        var status = state == wanted ? null : await guest.Shell.RunAsync($"systemctl status --no-pager --lines 5 {Command.Quote(unit)}");
        Execute.Assertion.BecauseOf(because, becauseArgs).ForCondition(state == wanted)
            .FailWith("Expected {0} on guest {1} to be {2}{reason}, but it is {3}:{4}", unit, guest.Name, wanted, state, status is null ? null : Evidence.Of(status));
    }
}

/// <summary>What a deployment on a guest must be.</summary>
public sealed class DeploymentAssertions(Guest guest, string commit)
{
    /// <summary>It is staged: written, and to be finalized at shutdown.</summary>
    public Task Staged(string because = "", params object[] becauseArgs) => BeAsync("staged", deployment => deployment.Staged, because, becauseArgs);

    /// <summary>It is the running one.</summary>
    public Task Booted(string because = "", params object[] becauseArgs) => BeAsync("booted", deployment => deployment.Booted, because, becauseArgs);

    /// <summary>It is ahead of the running one in the boot order.</summary>
    public Task Pending(string because = "", params object[] becauseArgs) => BeAsync("pending", deployment => deployment.Pending, because, becauseArgs);

    /// <summary>It is what a rollback goes to.</summary>
    public Task RollbackTarget(string because = "", params object[] becauseArgs) => BeAsync("the rollback", deployment => deployment.Rollback, because, becauseArgs);

    /// <summary>It is pinned.</summary>
    public Task Pinned(string because = "", params object[] becauseArgs) => BeAsync("pinned", deployment => deployment.Pinned, because, becauseArgs);

    private async Task BeAsync(string what, Func<Deployment, bool> holds, string because, object[] becauseArgs)
    {
        var status = await guest.Updater.StatusAsync();
        Execute.Assertion.BecauseOf(because, becauseArgs)
            .ForCondition(status.Deployments.Any(deployment => deployment.CommitMatches(commit) && holds(deployment)))
            .FailWith("Expected deployment {0} on guest {1} to be {2}{reason}, but its deployments are:{3}", commit, guest.Name, what, new Evidence(DeploymentList.Of(status)));
    }
}

/// <summary>Text that a failure message shows as it is, on lines of its own.</summary>
internal sealed record Evidence(string Text)
{
    public static Evidence Of(RemoteResult result) => new(Environment.NewLine + (result.Output + result.Error).TrimEnd());

    public override string ToString() => Text;
}

/// <summary>Deployments as failure messages list them.</summary>
internal static class DeploymentList
{
    public static string Of(HostStatus status) => string.Concat(status.Deployments.Select(deployment =>
        $"{Environment.NewLine}  {(deployment.Booted ? '*' : ' ')} {deployment.Refspec} {deployment.Version} {deployment.Commit[..Math.Min(10, deployment.Commit.Length)]}"
        + $"{(deployment.Staged ? " staged" : string.Empty)}{(deployment.Rollback ? " rollback" : string.Empty)}{(deployment.Pinned ? " pinned" : string.Empty)}"));
}
