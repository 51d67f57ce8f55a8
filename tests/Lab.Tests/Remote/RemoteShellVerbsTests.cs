using FluentAssertions;
using Lab.Remote;
using NUnit.Framework;

namespace Lab.Tests.Remote;

public sealed class RemoteShellVerbsTests
{
    [Test]
    public async Task What_succeeds_gives_its_output_without_the_last_line_break() =>
        (await Leaving(0, "one\ntwo\n").SucceedAsync("cat list")).Should().Be("one\ntwo");

    [Test]
    public async Task What_must_succeed_and_fails_says_where_what_and_the_last_of_its_error()
    {
        var shell = Leaving(3, "out\n", string.Concat(Enumerable.Range(1, 14).Select(line => $"error {line}\n")));

        var failure = (await shell.Awaiting(guest => guest.SucceedAsync("check --all")).Should().ThrowAsync<CommandFailedException>()).Which;

        failure.Kind.Should().Be(FailureKind.Product);
        failure.Result.ExitCode.Should().Be(3);
        failure.Message.Should().Be("On guest node1: `check --all` exited with code 3 after 1.5 s.\n" + string.Join('\n', Enumerable.Range(3, 12).Select(line => $"    error {line}")));
    }

    [Test]
    public async Task What_says_nothing_on_error_is_quoted_from_its_output() =>
        (await Leaving(1, "inactive\n").Awaiting(guest => guest.SucceedAsync("systemctl is-active web")).Should().ThrowAsync<CommandFailedException>())
        .WithMessage("On guest node1: `systemctl is-active web` exited with code 1 after 1.5 s.\n    inactive");

    [TestCase("")]
    [TestCase("\n")]
    public async Task What_fails_without_a_word_has_nothing_quoted(string output) =>
        (await Leaving(1, output).Awaiting(guest => guest.SucceedAsync("false")).Should().ThrowAsync<CommandFailedException>())
        .Which.Message.Should().Be("On guest node1: `false` exited with code 1 after 1.5 s.");

    [Test]
    public async Task What_must_fail_and_does_gives_what_it_left() =>
        (await Leaving(2, string.Empty, "read-only\n").FailAsync("touch /usr/x")).Should().Match<RemoteResult>(result => result.ExitCode == 2 && result.Error == "read-only\n");

    [Test]
    public async Task What_must_fail_and_succeeds_says_so() =>
        (await Leaving(0, "done\n").Awaiting(guest => guest.FailAsync("touch /usr/x")).Should().ThrowAsync<CommandFailedException>())
        .WithMessage("On guest node1: `touch /usr/x` succeeded, and had to fail after 1.5 s.\n    done");

    [Test]
    public void Failures_are_sorted_by_whose_they_are()
    {
        new RemoteTimeoutException("node1", "sleep 9", TimeSpan.FromSeconds(2), string.Empty).Should().Match<LabException>(failure =>
            failure.Kind == FailureKind.Product && failure.Message == "On guest node1: `sleep 9` was still running after 2 s. Last output: none");
        new ConnectionLostException("node1", "broken pipe").Kind.Should().Be(FailureKind.Infrastructure);
        new GuestDeadException("node1", "it panicked").Kind.Should().Be(FailureKind.Product);
    }

    private static Answering Leaving(int exitCode, string output, string error = "") => new(exitCode, output, error);

    private sealed class Answering(int exitCode, string output, string error) : IRemoteShell
    {
        public string Guest => "node1";

        public Task<RemoteResult> RunAsync(string command, TimeSpan? timeout = null, CancellationToken cancellation = default) =>
            Task.FromResult(new RemoteResult(Guest, command, exitCode, output, error, TimeSpan.FromSeconds(1.5)));
    }
}
