using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Lab.Execution;
using Lab.Remote;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Remote;

/// <summary>A guest that is not there, with the real client. Guests that are there have end-to-end tests.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SshShellTests : IDisposable
{
    // Bound and not listening: nobody else gets the port, and whoever connects is refused.
    private readonly Socket _refusing = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly HostFolder _folder = new();
    private SshShell _shell = null!;

    [SetUp]
    public async Task Aim_at_a_port_that_refuses()
    {
        _refusing.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var identity = await SshIdentity.LoadOrCreateAsync(_folder["keys"], ["node1"]);
        _shell = new SshShell(new SshEndpoint("node1", ((IPEndPoint)_refusing.LocalEndPoint!).Port, identity, _folder.Path), TimeSpan.FromSeconds(5)) { Ran = _ => Ran++ };
    }

    private int Ran { get; set; }

    public void Dispose()
    {
        _refusing.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task A_command_that_did_not_get_through_is_the_connections_failure_not_the_guests()
    {
        var failure = (await _shell.Awaiting(shell => shell.RunAsync("true")).Should().ThrowAsync<ConnectionLostException>()).Which;

        failure.Kind.Should().Be(FailureKind.Infrastructure);
        failure.Message.Should().StartWith("Connection to guest node1: ").And.Contain("Connection refused");
        failure.Remedy.Should().Contain("lab console node1");
        Ran.Should().Be(0);
    }

    [Test]
    public async Task Asking_whether_it_answers_gives_sshs_own_words() => (await _shell.ProbeAsync()).Should().Contain("Connection refused");

    [Test]
    public async Task One_that_takes_the_connection_and_says_nothing_is_waited_for_no_longer_than_asked()
    {
        // What anything else may take is longer than this.
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        _refusing.Listen();

        (await _shell.ProbeAsync(TimeSpan.FromSeconds(1), deadline.Token)).Should().Contain("timed out");
    }

    [Test]
    public async Task Nothing_is_told_to_one_that_does_not_answer()
    {
        var (output, failure) = await _shell.TellAsync("true", () => "now");

        output.Should().BeNull();
        failure.Should().Contain("Connection refused");
    }

    [Test]
    public async Task A_copy_that_did_not_get_through_says_which() =>
        (await _shell.Awaiting(shell => shell.CopyToAsync("/etc/hostname", "/tmp/x")).Should().ThrowAsync<HostCommandFailedException>())
        .WithMessage("*/etc/hostname node1:/tmp/x* exited with code 255.*Connection refused*");

    [Test]
    public async Task A_port_can_not_be_forwarded_to_it() =>
        await _shell.Awaiting(shell => shell.ForwardAsync(1, 80)).Should().ThrowAsync<ConnectionLostException>();
}
