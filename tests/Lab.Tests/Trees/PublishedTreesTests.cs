using FluentAssertions;
using Lab.Definitions;
using Lab.Execution;
using Lab.Tests.State;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

/// <summary>With a real client, which trusts the lab's key and nothing else.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PublishedTreesTests : IAsyncDisposable
{
    private const string Ref = "lab/host";
    private readonly TemporaryHome _temporary = new();
    private readonly TreeComposer _composer;
    private readonly PublishedTrees _published;

    public PublishedTreesTests()
    {
        _composer = new TreeComposer(_temporary.Home, _ => throw new InvalidOperationException("no packages are needed"), SilentProgress.Instance, TimeProvider.System);
        _published = new PublishedTrees(Path.Combine(_temporary.Home.Labs, "web", "repo"), _composer);
    }

    private string KeyFolder => Path.Combine(_temporary.Home.Trees, "gnupg");

    private string Client => Path.Combine(_temporary.Home.Root, "client");

    public async ValueTask DisposeAsync()
    {
        await SigningKey.StopAgentAsync(KeyFolder);
        _temporary.Dispose();
    }

    [Test]
    public async Task A_client_upgrades_by_a_signed_summary_and_one_delta()
    {
        var (one, two) = (await ComposedAsync("one"), await ComposedAsync("two"));
        await _published.PublishAsync([one]);
        await using var server = await ServeAsync();
        await TrustAsync(server, await (await _composer.KeyAsync()).ExportAsync());
        await PullAsync();
        await _published.PublishAsync([one, two]);
        var before = server.CountOf("node1");

        await PullAsync("--require-static-deltas");

        (await new OstreeRepository(Client).ResolveAsync($"lab:{Ref}")).Should().Be(two.Commit);
        var fetched = server.CountOf("node1") - before;
        fetched.Requests.Should().BePositive();
        fetched.Bytes.Should().BeLessThan(await _published.Repository.ContentSizeAsync(two.Commit), "most of it was there already");
        Directory.EnumerateFileSystemEntries(_published.Repository.ObjectFolder).Should().BeEmpty("its objects are the store's");
    }

    [Test]
    public async Task A_client_that_trusts_another_key_takes_nothing()
    {
        await _published.PublishAsync([await ComposedAsync("one")]);
        await using var server = await ServeAsync();
        var stranger = await SigningKey.LoadOrCreateAsync(Path.Combine(_temporary.Home.Root, "stranger"));
        try
        {
            await TrustAsync(server, await stranger.ExportAsync());

            (await FluentActions.Awaiting(() => PullAsync()).Should().ThrowAsync<HostCommandFailedException>()).WithMessage("*public key not found*");
        }
        finally
        {
            await stranger.StopAgentAsync();
        }
    }

    [Test]
    public async Task Each_ref_offers_the_last_of_its_trees()
    {
        var (one, two, other) = (await ComposedAsync("one"), await ComposedAsync("two"), await ComposedAsync("other", "lab/other"));

        await _published.PublishAsync([one, other, two]);

        (await _published.Repository.ListRefsAsync(null)).Should().BeEquivalentTo(new Dictionary<string, string> { [Ref] = two.Commit, ["lab/other"] = other.Commit });
        (await SummaryAsync()).Should().Contain(two.Commit).And.Contain(other.Commit).And.Contain($"{one.Commit}-{two.Commit}");
    }

    [Test]
    public async Task What_is_published_already_is_left_alone()
    {
        var tree = await ComposedAsync("one");
        await _published.PublishAsync([tree]);
        var signature = await File.ReadAllBytesAsync(Signature);
        await File.WriteAllTextAsync(Signature, "mine");

        await _published.PublishAsync([tree]);

        (await File.ReadAllTextAsync(Signature)).Should().Be("mine");
        signature.Should().NotBeEmpty();
    }

    [Test]
    public async Task What_was_published_once_is_taken_as_it_was_and_serves_clients()
    {
        var (one, two) = (await ComposedAsync("one"), await ComposedAsync("two"));
        await _published.PublishAsync([one, two]);
        var earlier = Path.Combine(_temporary.Home.Checkpoints, "repo");
        _published.Repository.CopyTo(earlier);
        var signature = await File.ReadAllBytesAsync(Signature);
        Directory.Delete(_published.Repository.Path, recursive: true);

        await _published.PublishAsync([one, two], earlier);

        (await File.ReadAllBytesAsync(Signature)).Should().Equal(signature, "nothing was signed anew");
        await ShouldServeAsync(two);
    }

    [Test]
    public async Task What_a_kill_left_of_taking_it_is_made_whole([Values("config", "summary", "summary.sig")] string file)
    {
        var (one, two) = (await ComposedAsync("one"), await ComposedAsync("two"));
        await _published.PublishAsync([one, two]);
        var earlier = Path.Combine(_temporary.Home.Checkpoints, "repo");
        _published.Repository.CopyTo(earlier);
        Directory.Delete(_published.Repository.Path, recursive: true);

        // It ends where a folder is in a file's place.
        Directory.CreateDirectory(Path.Combine(_published.Repository.Path, file));
        var take = () => _published.PublishAsync([one, two], earlier);
        await take.Should().ThrowAsync<Exception>();
        Directory.Delete(Path.Combine(_published.Repository.Path, file), recursive: true);

        await _published.PublishAsync([one, two], earlier);

        await ShouldServeAsync(two);
    }

    [Test]
    public async Task What_was_taken_as_it_was_can_be_published_to()
    {
        var (one, two, other) = (await ComposedAsync("one"), await ComposedAsync("two"), await ComposedAsync("other", "lab/other"));
        await _published.PublishAsync([one]);
        var earlier = Path.Combine(_temporary.Home.Checkpoints, "repo");
        _published.Repository.CopyTo(earlier);
        Directory.Delete(_published.Repository.Path, recursive: true);
        await _published.PublishAsync([one], earlier);

        await _published.PublishAsync([one, other, two]);

        (await SummaryAsync()).Should().Contain(other.Commit).And.Contain($"{one.Commit}-{two.Commit}");
        await ShouldServeAsync(two);
    }

    [Test]
    public async Task What_was_published_once_and_offers_something_else_is_not_taken()
    {
        var (one, two, other) = (await ComposedAsync("one"), await ComposedAsync("two"), await ComposedAsync("other", "lab/other"));
        await _published.PublishAsync([one, other]);
        var earlier = Path.Combine(_temporary.Home.Checkpoints, "repo");
        _published.Repository.CopyTo(earlier);
        foreach (var wanted in new[] { new[] { one }, [two, other] })
        {
            Directory.Delete(_published.Repository.Path, recursive: true);

            await _published.PublishAsync(wanted, earlier);

            (await _published.Repository.ListRefsAsync(null)).Should().BeEquivalentTo(wanted.ToDictionary(tree => tree.Definition.Ref!, tree => tree.Commit, StringComparer.Ordinal));
        }
    }

    [Test]
    public async Task An_older_version_that_came_later_has_its_way_to_the_newest_too()
    {
        var (one, two) = (await ComposedAsync("one"), await ComposedAsync("two"));
        await _published.PublishAsync([two]);

        await _published.PublishAsync([one, two]);

        (await SummaryAsync()).Should().Contain($"{one.Commit}-{two.Commit}");
    }

    [Test]
    public async Task A_summary_that_could_not_be_signed_is_signed_the_next_time()
    {
        var (one, two) = (await ComposedAsync("one"), await ComposedAsync("two"));
        await _published.PublishAsync([one]);
        Directory.Move(KeyFolder, KeyFolder + ".away");
        await File.WriteAllTextAsync(KeyFolder, "no folder");
        await FluentActions.Awaiting(() => _published.PublishAsync([one, two])).Should().ThrowAsync<Exception>();
        File.Delete(KeyFolder);
        Directory.Move(KeyFolder + ".away", KeyFolder);

        await _published.PublishAsync([one, two]);

        (await SummaryAsync()).Should().Contain(two.Commit).And.NotContain($" {one.Commit}\n");
        File.Exists(Signature).Should().BeTrue();
    }

    private string Signature => Path.Combine(_published.Repository.Path, "summary.sig");

    private Task<string> SummaryAsync() => _published.Repository.Ostree("summary", "--view").SucceedAsync();

    private async Task ShouldServeAsync(ComposedTree tree)
    {
        await using var server = await ServeAsync();
        await TrustAsync(server, await (await _composer.KeyAsync()).ExportAsync());
        await PullAsync();
        (await new OstreeRepository(Client).ResolveAsync($"lab:{Ref}")).Should().Be(tree.Commit);
    }

    private Task<ContentServer> ServeAsync() => ContentServer.StartAsync(_published.Repository.Path, FreePort.Find(), _published.Repository.Store);

    private async Task TrustAsync(ContentServer server, string publicKey)
    {
        // The kind that an ordinary user can have and deltas go into.
        var client = new OstreeRepository(Client);
        Directory.CreateDirectory(Client);
        await client.Ostree("init", "--mode=bare-user-only").SucceedAsync();
        await client.Ostree("remote", "add", "--set=gpg-verify=true", "--set=gpg-verify-summary=true", "--gpg-import=/dev/stdin", "lab", $"http://127.0.0.1:{server.Port}/node1")
            .WithInput(publicKey).SucceedAsync();
    }

    private Task<string> PullAsync(params string[] options) => new OstreeRepository(Client).Ostree("pull", [.. options, "lab", Ref]).SucceedAsync();

    // Incompressible, the same in every version: what a delta spares.
    private static string Ballast { get; } = string.Concat(Enumerable.Range(0, 2_000).Select(number =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)))));

    private async Task<ComposedTree> ComposedAsync(string name, string reference = Ref)
    {
        await _composer.Repository.EnsureAsync();
        var archive = Path.Combine(_temporary.Home.Root, $"{name}.tar");
        await using (var file = File.Create(archive))
        {
            await (await new SmallRoot().File("usr/ballast", Ballast).File("usr/name", name).RewriteAsync()).CopyToAsync(file);
        }

        var time = SmallRepository.Time.AddSeconds(name == "two" ? 1 : 0);
        var commit = await _composer.Repository.CommitAsync(new TreeCommit(name, time) { Ref = reference, Archives = [archive], Key = await _composer.KeyAsync() });
        var definition = new TreeDefinition { Name = name, Ref = reference, Version = name, File = "/labs/web/tree.yaml", Location = SourceLocation.Whole("/labs/web/tree.yaml") };
        return new ComposedTree(definition, commit, time, Fresh: true);
    }
}
