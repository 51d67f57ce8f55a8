using FluentAssertions;
using Lab.Execution;
using Lab.Remote;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Remote;

public sealed class SshIdentityTests
{
    [Test]
    public async Task A_labs_keys_are_made_once_and_found_again()
    {
        using var folder = new HostFolder();

        var made = await SshIdentity.LoadOrCreateAsync(folder["keys"], ["node1"]);
        var (key, hostKey) = (await made.PublicKeyAsync(), await made.HostKeyAsync("node1"));
        var found = await SshIdentity.LoadOrCreateAsync(folder["keys"], ["node1", "node2"]);

        (await found.PublicKeyAsync()).Should().Be(key).And.MatchRegex("^ssh-ed25519 [A-Za-z0-9+/]+ lab$");
        (await found.HostKeyAsync("node1")).Should().Be(hostKey);
        (await found.PublicHostKeyAsync("node2")).Should().NotBe(await found.PublicHostKeyAsync("node1"));
    }

    [Test]
    public async Task Every_guests_host_key_is_known_by_its_name()
    {
        using var folder = new HostFolder();
        var identity = await SshIdentity.LoadOrCreateAsync(folder["keys"], ["node1", "node2"]);

        foreach (var guest in new[] { "node1", "node2" })
        {
            var found = await new Command("ssh-keygen", "-F", guest, "-f", identity.KnownHostsFile).SucceedAsync();
            found.Should().Contain((await identity.PublicHostKeyAsync(guest)).Split(' ')[1]);
        }
    }

    [Test]
    public async Task Only_their_owner_reads_the_keys()
    {
        using var folder = new HostFolder();
        var identity = await SshIdentity.LoadOrCreateAsync(folder["keys"], []);

        File.GetUnixFileMode(folder["keys"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.GetUnixFileMode(identity.KeyFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task Half_a_key_that_a_kill_left_is_made_anew()
    {
        using var folder = new HostFolder();
        folder.Write("keys/id_ed25519", "half");

        var identity = await SshIdentity.LoadOrCreateAsync(folder["keys"], []);

        (await new Command("ssh-keygen", "-y", "-f", identity.KeyFile).SucceedAsync()).Should().StartWith((await identity.PublicKeyAsync())[..40]);
    }
}
