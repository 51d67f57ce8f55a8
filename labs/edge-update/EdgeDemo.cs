using FluentAssertions;
using Lab.Guests;
using Lab.Remote;
using Lab.Testing;
using Lab.Trees;
using Lab.Updates;
using NUnit.Framework;

namespace Labs.EdgeUpdate;

/// <summary>An update is refused three times and taken back; once its check allows it, it stays and costs next to nothing to fetch again.</summary>
[TestFixture]
[Category("edge-update")]
[Category("Long")]
public sealed class EdgeDemo() : LabFixture(LabFolder.Of())
{
    protected override bool StartsWarm => true;

    private Guest Edge => Lab["edge1"];

    private ComposedTree One => Lab.Trees["edge-1"];

    private ComposedTree Two => Lab.Trees["edge-2"];

    [Test]
    public async Task An_update_is_taken_back_until_its_check_allows_it()
    {
        await Step("Version 0.0.1 runs and remembers its commit", async () =>
        {
            await Edge.Should().BeBootedInto(One.Commit);
            (await Edge.Shell.SucceedAsync("cat /etc/greenboot/orig.txt /etc/greenboot/current.txt")).Should().Be($"{One.Commit}\n{One.Commit}");
            (await Edge.Shell.SucceedAsync("systemctl list-timers --no-pager")).Should().Contain("applyupdate.timer").And.Contain("ostree-stage-update.timer");
            // On demand from here on, so that nothing happens between two looks.
            await Edge.Shell.SucceedAsync("systemctl stop applyupdate.timer");
        });

        ContentCount first = null!;
        await Step("Version 0.0.2 is refused by its check and taken back", async () =>
        {
            first = await StageAsync("first try");
            (await ApplyAsync(UpdateFate.Unhealthy)).Should().BeBoots("new ✗, new ✗, new ✗, old ✓");
            await Edge.Should().BeBootedInto(One.Commit);
            await Edge.Should().NotHaveFile("/usr/bin/strace", "that came with the update");
        });

        await Step("The same version stays once its check allows it", async () =>
        {
            await Edge.Shell.SucceedAsync("systemctl stop applyupdate.timer; rm /etc/greenboot/orig.txt");
            var second = await StageAsync("second try");
            second.Bytes.Should().BeLessThan(first.Bytes / 10, "all of it is there already");
            (await ApplyAsync(UpdateFate.Healthy)).Should().BeBoots("new ✓");
            await Edge.Should().HaveFile("/usr/bin/strace");
            (await Edge.Shell.SucceedAsync("cat /etc/greenboot/orig.txt")).Should().Be(Two.Commit);
        });
    }

    private async Task<ContentCount> StageAsync(string what)
    {
        var before = Content.CountOf(Edge.Name);
        await Edge.Shell.SucceedAsync("systemctl start ostree-stage-update", TimeSpan.FromMinutes(10));
        var fetched = Content.CountOf(Edge.Name) - before;
        Recorder.Measure($"{what}: fetched", fetched.Bytes, "bytes");
        Recorder.Measure($"{what}: requests", fetched.Requests, "requests");
        await Edge.Should().HaveDeployment(Two.Commit).Staged();
        return fetched;
    }

    private async Task<BootSequence> ApplyAsync(UpdateFate fate)
    {
        var policy = await RollbackPolicy.ReadAsync(Edge.Shell);
        return await Edge.RebootAsync(policy.Predict(One.Commit, Two.Commit, fate), "systemctl start applyupdate");
    }
}
