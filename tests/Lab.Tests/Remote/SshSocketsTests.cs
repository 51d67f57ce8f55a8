using System.Net.Sockets;
using FluentAssertions;
using Lab.Remote;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Remote;

public sealed class SshSocketsTests
{
    [Test]
    public async Task Sockets_whose_owner_is_dead_are_removed_with_their_folder()
    {
        using var folder = new HostFolder();
        Directory.CreateDirectory(folder["ssh"]);
        using var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(folder["ssh/node1.root"]));

        await SshSockets.CloseAsync(folder["ssh"]);

        Directory.Exists(folder["ssh"]).Should().BeFalse();
    }

    [Test]
    public async Task Where_there_were_none_there_is_nothing_to_do()
    {
        using var folder = new HostFolder();

        await FluentActions.Awaiting(() => SshSockets.CloseAsync(folder["none"])).Should().NotThrowAsync();
    }
}
