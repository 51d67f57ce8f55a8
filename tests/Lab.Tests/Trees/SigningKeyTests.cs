using FluentAssertions;
using Lab.Execution;
using Lab.Tests.Hosting;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SigningKeyTests : IAsyncDisposable
{
    private readonly HostFolder _folder = new();

    public async ValueTask DisposeAsync()
    {
        await SigningKey.StopAgentAsync(_folder["key"]);
        await SigningKey.StopAgentAsync(_folder["stranger"]);
        _folder.Dispose();
    }

    [Test]
    public async Task A_key_is_made_once_for_its_owner_only()
    {
        var made = await SigningKey.LoadOrCreateAsync(_folder["key"]);
        var found = await SigningKey.LoadOrCreateAsync(_folder["key"]);

        found.Fingerprint.Should().Be(made.Fingerprint).And.MatchRegex("^[0-9A-F]{40}$");
        File.GetUnixFileMode(_folder["key"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Test]
    public async Task Its_public_half_verifies_a_commit_and_no_other_key_does()
    {
        using var small = await SmallRepository.CreateAsync();
        var key = await SigningKey.LoadOrCreateAsync(_folder["key"]);
        var commit = await small.CommitAsync(new SmallRoot().File("usr/x", "x"), new TreeCommit("1.0", SmallRepository.Time) { Key = key });
        var stranger = await SigningKey.LoadOrCreateAsync(_folder["stranger"]);
        foreach (var (remote, trusted) in new[] { ("lab", key), ("elsewhere", stranger) })
        {
            await small.Repository.Ostree("remote", "add", "--gpg-import=/dev/stdin", remote, "http://127.0.0.1").WithInput(await trusted.ExportAsync()).SucceedAsync();
        }

        (await small.Repository.Ostree("show", "--gpg-verify-remote=lab", commit).SucceedAsync()).Should().Contain("Good signature from \"Lab trees");
        (await small.Repository.Ostree("show", "--gpg-verify-remote=elsewhere", commit).SucceedAsync()).Should().Contain("public key not found");
    }

    [Test]
    public async Task Making_a_key_leaves_no_agent_and_the_one_that_a_signature_leaves_is_stopped()
    {
        using var small = await SmallRepository.CreateAsync();
        var ask = new Command("gpg-connect-agent", "--homedir", _folder["key"], "--no-autostart", "GETINFO pid", "/bye");
        var key = await SigningKey.LoadOrCreateAsync(_folder["key"]);
        (await ask.RunAsync()).Output.Should().BeEmpty();
        await small.CommitAsync(new SmallRoot().File("usr/x", "x"), new TreeCommit("1.0", SmallRepository.Time) { Key = key });
        (await ask.RunAsync()).Output.Should().EndWith("OK\n");

        await key.StopAgentAsync();

        (await ask.RunAsync()).Output.Should().BeEmpty();
    }

    [Test]
    public async Task A_folder_that_is_not_there_has_no_agent_to_stop() =>
        await FluentActions.Awaiting(() => SigningKey.StopAgentAsync(_folder["none"])).Should().NotThrowAsync();
}
