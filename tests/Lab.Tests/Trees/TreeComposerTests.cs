using FluentAssertions;
using Lab.Definitions;
using Lab.Execution;
using Lab.Tests.State;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

/// <summary>All but the package tool, which end-to-end tests run.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TreeComposerTests : IAsyncDisposable
{
    private readonly TemporaryHome _temporary = new();
    private readonly TreeComposer _composer;
    private bool _asked;

    public TreeComposerTests() => _composer = new TreeComposer(
        _temporary.Home,
        _ =>
        {
            _asked = true;
            throw new HostException("there is no mirror");
        },
        SilentProgress.Instance,
        TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await SigningKey.StopAgentAsync(Path.Combine(_temporary.Home.Trees, "gnupg"));
        _temporary.Dispose();
    }

    [Test]
    public async Task A_composition_that_fails_leaves_nothing_half_made_and_the_way_free()
    {
        for (var time = 0; time < 2; time++)
        {
            await FluentActions.Awaiting(() => _composer.ComposeAsync([Tree()])).Should().ThrowAsync<HostException>().WithMessage("there is no mirror");
        }

        Directory.EnumerateDirectories(_temporary.Home.Trees, "work-*").Should().BeEmpty();
        (await _composer.ListAsync()).Should().BeEmpty();
    }

    [Test]
    public async Task What_a_killed_composition_left_is_swept_up()
    {
        Directory.CreateDirectory(Path.Combine(_temporary.Home.Trees, "work-1", "half"));

        (await _composer.ComposeAsync([])).Should().BeEmpty();

        Directory.EnumerateDirectories(_temporary.Home.Trees, "work-*").Should().BeEmpty();
        _asked.Should().BeFalse();
    }

    [Test]
    public async Task Trees_are_listed_by_name()
    {
        await _composer.Repository.EnsureAsync();
        var archive = Path.Combine(_temporary.Home.Root, "tree.tar");
        await File.WriteAllBytesAsync(archive, (await SmallRoot.Debian().RewriteAsync()).ToArray());
        var commit = await _composer.Repository.CommitAsync(new TreeCommit("1.0", SmallRepository.Time) { Archives = [archive] });
        await _composer.Repository.SetRefAsync("lab/web/d2", commit);
        await _composer.Repository.SetRefAsync("lab/base/d1", commit);
        await _composer.Repository.SetRefAsync("elsewhere/web/d3", commit);

        (await _composer.ListAsync()).Should().Equal(("base", "d1", commit), ("web", "d2", commit));
    }

    private static TreeDefinition Tree()
    {
        var place = SourceLocation.Whole("/labs/web/trees/base.yaml");
        return new TreeDefinition { Name = "base", File = place.File, Location = place, Sources = [new TreeSource("trixie", [], place)], Packages = [new NamedPackage("dash", place)] };
    }
}
