using System.Net.Sockets;
using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class LibvirtDaemonTests
{
    [TestCase("run/libvirt/libvirt-sock")]
    [TestCase("run/libvirt/virtqemud-sock")]
    public async Task A_system_daemon_that_answers_is_used(string path)
    {
        using var host = new HostFolder();
        using var daemon = Listen(host, path);

        var found = await LibvirtDaemon.FindAsync(host.Path, privileged: true);

        found.Kind.Should().Be(LibvirtDaemonKind.System);
        found.Reason.Should().Contain(path);
    }

    [Test]
    public async Task A_socket_that_a_dead_daemon_left_behind_is_not_used()
    {
        using var host = new HostFolder();
        // The socket file outlives a daemon that is killed; ours is renamed, so that closing it does not remove it.
        using (Listen(host, "run/libvirt/live"))
        {
            File.Move(host["run/libvirt/live"], host["run/libvirt/libvirt-sock"]);
        }

        var found = await LibvirtDaemon.FindAsync(host.Path, privileged: true);

        found.Kind.Should().Be(LibvirtDaemonKind.Private);
        found.Reason.Should().Contain("nobody answers at").And.Contain("libvirt-sock");
    }

    [TestCase(true, LibvirtDaemonKind.Private)]
    [TestCase(false, LibvirtDaemonKind.Session)]
    public async Task Without_one_root_gets_its_own_and_a_user_the_session(bool privileged, LibvirtDaemonKind kind)
    {
        using var host = new HostFolder();

        (await LibvirtDaemon.FindAsync(host.Path, privileged)).Kind.Should().Be(kind);
    }

    private static Socket Listen(HostFolder host, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(host[path])!);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(host[path]));
        socket.Listen();
        return socket;
    }
}
