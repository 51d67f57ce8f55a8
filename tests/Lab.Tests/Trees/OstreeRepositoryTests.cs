using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Execution;
using Lab.Tests.State;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class OstreeRepositoryTests : IDisposable
{
    private SmallRepository _small = null!;

    private OstreeRepository Repository => _small.Repository;

    [SetUp]
    public async Task Make_a_repository() => _small = await SmallRepository.CreateAsync();

    public void Dispose() => _small.Dispose();

    [Test]
    public async Task A_repository_that_is_there_is_left_as_it_is()
    {
        var commit = await CommitAsync("one");
        await Repository.SetRefAsync("lab/x", commit);

        await Repository.EnsureAsync();

        (await Repository.ResolveAsync("lab/x")).Should().Be(commit);
        (await Repository.ResolveAsync(commit[..8])).Should().Be(commit);
        (await Repository.ResolveAsync("lab/y")).Should().BeNull();
    }

    [Test]
    public async Task A_commit_says_its_version_its_time_its_parent_and_its_ref()
    {
        var first = await CommitAsync("one");

        var second = await _small.CommitAsync(Root("two"), new TreeCommit("2.0", SmallRepository.Time.AddDays(1)) { Parent = first, Ref = "lab/host" });

        (await Repository.TimestampAsync(second)).Should().Be(SmallRepository.Time.AddDays(1));
        var shown = await Repository.Ostree("show", second).SucceedAsync();
        shown.Should().MatchRegex($@"Parent:\s+{first}").And.MatchRegex(@"Version: 2\.0");
        (await Repository.Ostree("show", "--print-metadata-key=ostree.ref-binding", second).SucceedAsync()).Trim().Should().Be("['lab/host']");
    }

    // Of every width that a GVariant's offsets have, and with every remainder that the timestamp may stand at.
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(5)]
    [TestCase(8)]
    [TestCase(300)]
    [TestCase(70_000)]
    public async Task A_commits_time_is_read_as_ostree_reads_it(int length)
    {
        var time = SmallRepository.Time.AddSeconds(length);

        var commit = await _small.CommitAsync(Root("one"), new TreeCommit(new string('1', length), time));

        (await Repository.TimestampAsync(commit)).Should().Be(time);
        (await Repository.Ostree("log", commit).SucceedAsync()).Should().Contain($"Date:  {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} +0000");
    }

    [Test]
    public void Bytes_that_are_no_commit_are_said_to_be_damaged() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            try
            {
                return CommitObject.Timestamp(bytes) >= DateTimeOffset.UnixEpoch;
            }
            catch (HostException damaged)
            {
                return damaged.Message.Contains("damaged", StringComparison.Ordinal);
            }
        }).QuickCheckThrowOnFailure();

    [Test]
    public async Task A_commit_that_is_not_there_has_no_time() =>
        (await Repository.Awaiting(repository => repository.TimestampAsync(new string('a', 64))).Should().ThrowAsync<HostException>()).WithMessage($"{Repository.Path} has no commit aaaa*");

    [Test]
    public async Task The_same_tree_at_the_same_time_is_the_same_commit() => (await CommitAsync("one")).Should().Be(await CommitAsync("one"));

    [Test]
    public async Task Archives_are_laid_over_the_base_and_the_last_is_on_top()
    {
        var below = await _small.CommitAsync(new SmallRoot().File("usr/a", "base").File("usr/b", "base").File("usr/c", "base"));

        var commit = await Repository.CommitAsync(new TreeCommit("2.0", SmallRepository.Time)
        {
            Base = below,
            Archives = [await _small.ArchiveAsync(new SmallRoot().File("usr/b", "first").File("usr/c", "first")), await _small.ArchiveAsync(new SmallRoot().File("usr/c", "second"))],
        });

        foreach (var (file, text) in new[] { ("/usr/a", "base"), ("/usr/b", "first"), ("/usr/c", "second") })
        {
            (await Repository.ReadAsync(commit, file)).Should().Be(text);
        }
    }

    [Test]
    public async Task Refs_are_listed_below_a_prefix()
    {
        var (one, two) = (await CommitAsync("one"), await CommitAsync("two"));
        await Repository.SetRefAsync("lab/tree/a", one);
        await Repository.SetRefAsync("lab/tree/b", one);
        await Repository.SetRefAsync("lab/tree/b", two);
        await Repository.SetRefAsync("other/c", one);

        (await Repository.ListRefsAsync("lab")).Should().BeEquivalentTo(new Dictionary<string, string> { ["lab/tree/a"] = one, ["lab/tree/b"] = two });
        (await Repository.ListRefsAsync(null)).Should().HaveCount(3);
    }

    [Test]
    public async Task A_file_comes_out_byte_for_byte()
    {
        var commit = await _small.CommitAsync(new SmallRoot().File("usr/text", "a\nb").File("usr/x", "\u00ff\0"));

        await Repository.CopyOutAsync(commit, "/usr/x", _small.File("x"));

        (await File.ReadAllBytesAsync(_small.File("x"))).Should().Equal("\u00ff\0"u8.ToArray());
        (await Repository.ReadAsync(commit, "/usr/text")).Should().Be("a\nb");
        (await Repository.ContainsAsync(commit, "/usr/text")).Should().BeTrue();
        (await Repository.ContainsAsync(commit, "/usr/none")).Should().BeFalse();
        await Repository.Awaiting(repository => repository.ReadAsync(commit, "/usr/none")).Should().ThrowAsync<HostCommandFailedException>();
    }

    [Test]
    public async Task A_commits_size_is_that_of_its_files_and_what_two_files_share_counts_once()
    {
        var commit = await _small.CommitAsync(Root("one").File("usr/a b", "the same").File("usr/copy", "the same"));

        var objects = Directory.EnumerateFiles(Repository.ObjectFolder, "*.filez", SearchOption.AllDirectories);

        // The links are objects too, and hold no content.
        var links = (await Repository.Ostree("ls", "--recursive", "--checksum", commit).SucceedAsync()).Split('\n').Where(line => line.StartsWith('l')).ToList();
        var content = objects.Where(file => !links.Any(link => link.Contains(Path.GetFileName(Path.GetDirectoryName(file)!) + Path.GetFileNameWithoutExtension(file), StringComparison.Ordinal)));
        (await Repository.ContentSizeAsync(commit)).Should().Be(content.Sum(file => new FileInfo(file).Length)).And.BePositive();
        (await Repository.CountObjectsAsync(commit)).Should().Be(Directory.EnumerateFiles(Repository.ObjectFolder, "*", SearchOption.AllDirectories).Count());
    }

    [Test]
    public async Task A_repository_has_the_objects_of_its_store_and_the_deltas_that_it_takes()
    {
        var (one, two) = (await CommitAsync("one"), await CommitAsync("two"));
        using var folder = new TemporaryHome();
        var other = new OstreeRepository(Path.Combine(folder.Home.Root, "repo"), Repository);
        await other.EnsureAsync();
        await other.EnsureAsync();

        await Repository.MakeDeltaAsync(one, two);
        await Repository.MakeDeltaAsync(one, two);
        await other.TakeDeltaAsync(one, two);
        await other.TakeDeltaAsync(one, two);

        (await other.ReadAsync(two, "/usr/name")).Should().Be("two");
        (await other.ContentSizeAsync(two)).Should().Be(await Repository.ContentSizeAsync(two)).And.BePositive();
        (await other.Ostree("static-delta", "list").SucceedAsync()).Trim().Should().Be($"{one}-{two}");
        Directory.EnumerateFileSystemEntries(other.ObjectFolder).Should().BeEmpty("all of it is the store's");
        Directory.EnumerateFileSystemEntries(Path.Combine(other.Path, "tmp"), "*-*").Should().BeEmpty();
    }

    [Test]
    public async Task Pruning_leaves_what_refs_reach()
    {
        var (kept, dropped) = (await CommitAsync("one"), await CommitAsync("two"));
        await Repository.SetRefAsync("lab/x", kept);

        await Repository.PruneAsync();

        (await Repository.ReadAsync(kept, "/usr/name")).Should().Be("one");
        (await Repository.ResolveAsync(dropped[..10])).Should().BeNull();
    }

    [Test]
    public async Task A_ref_to_nowhere_is_the_hosts_failure_and_is_named()
    {
        await Repository.SetRefAsync("lab/x", await CommitAsync("one"));
        await File.WriteAllTextAsync(Path.Combine(Repository.Path, "refs/heads/lab/x"), "rubbish\n");

        (await Repository.Awaiting(repository => repository.ListRefsAsync("lab")).Should().ThrowAsync<HostException>()).WithMessage($"Ref lab/x of {Repository.Path} leads nowhere.");
    }

    private static SmallRoot Root(string name) => new SmallRoot().File("usr/name", name);

    private Task<string> CommitAsync(string name) => _small.CommitAsync(Root(name));
}
