using System.Net;
using FluentAssertions;
using Lab.Guests;
using Lab.Remote;
using Lab.Testing;
using Lab.Trees;
using Lab.Updates;
using NUnit.Framework;

namespace Labs.AtomicHost;

/// <summary>A host is moved to a tree whose web service can't start, rolled back, upgraded to one that is mended, and rolled back again.</summary>
[TestFixture]
[Category("atomic-host")]
public sealed class UpgradeAndRollback() : LabFixture(LabFolder.Of())
{
    [Test]
    public async Task A_host_is_upgraded_broken_rolled_back_and_upgraded_again()
    {
        var node = Lab["node1"];
        var (one, bad, two) = (Lab.Trees["labtree-1"], Lab.Trees["badtree"], Lab.Trees["labtree-2"]);

        await Step("Boot labtree 1 and look around", async () =>
        {
            await node.Should().BeBootedInto(one.Commit, "its disk was built from that tree");
            (await node.Updater.StatusAsync()).Booted!.Version.Should().Be("1");
            await node.Should().Fail("echo 'Crazy talk' > /usr/bin/podman", saying: "Read-only file system", "the tree is not to be changed");
            await node.Shell.SucceedAsync("echo 'Lab 1 is fun' > /etc/motd");
            (await node.Shell.LoginAsync()).Should().Contain("Lab 1 is fun", "that is what people see at their next login");
            (await node.Updater.PackagesAsync()).Find("lab-web")!.Version.Should().Be("1.0");
            (await node.Updater.ConfigDiffAsync()).Should().Contain(new ConfigChange(ConfigChangeKind.Modified, "motd"));
            (await WebAsync(node)).Should().Contain("Lab web 1.0");
        });

        await Step("Rebase to badtree", async () =>
        {
            var before = Content.CountOf(node.Name);
            await node.Updater.RebaseAsync(new Refspec("lab", "badtree"));
            Measure("badtree", before, node);
            await node.Should().HaveDeployment(bad.Commit).Staged("it waits for the reboot");
            await node.Should().BeBootedInto(one.Commit, "nothing changes before the reboot");
            await node.RebootAsync(bad.Commit);
            await node.Should().HaveService("lab-web").Failed("badtree breaks it");
            await node.Invoking(guest => WebAsync(guest)).Should().ThrowAsync<HttpRequestException>("nobody listens there");
        });

        await Step("Roll back", async () =>
        {
            await node.Updater.RollbackAsync();
            await node.RebootAsync(one.Commit);
            await node.Should().HaveService("lab-web").Active();
            (await WebAsync(node)).Should().Contain("Lab web 1.0");
        });

        await Step("Upgrade to labtree 2", async () =>
        {
            await node.Shell.SucceedAsync($"echo 'Before upgrade {one.Commit[..10]}' > /etc/before-upgrade.txt");
            (await node.Updater.ConfigDiffAsync()).Should().Contain(new ConfigChange(ConfigChangeKind.Added, "before-upgrade.txt"));
            var before = Content.CountOf(node.Name);
            var outcome = await node.Updater.UpgradeAsync();
            outcome.Staged!.CommitMatches(two.Commit).Should().BeTrue();
            var fetched = Measure("labtree-2", before, node);
            fetched.Bytes.Should().BeLessThan(await Repository.ContentSizeAsync(two.Commit) / 4, "an upgrade fetches a small part of the tree");
            await node.RebootAsync(two.Commit);
            await AssertPackagesAsync(node, one, two);
            (await WebAsync(node)).Should().Contain("Lab web 1.1");
            await node.Shell.SucceedAsync($"echo 'After upgrade {two.Commit[..10]}' > /etc/after-upgrade.txt");
        });

        await Step("Roll back again", async () =>
        {
            await node.Updater.RollbackAsync();
            await node.RebootAsync(one.Commit);
            await node.Should().HaveFile("/etc/before-upgrade.txt", "it was written in this deployment");
            await node.Should().NotHaveFile("/etc/after-upgrade.txt", "it was written in the other one");
        });
    }

    private static async Task<string> WebAsync(Guest guest)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        return await http.GetStringAsync(new Uri($"http://127.0.0.1:{guest.PortOf(80)}/"));
    }

    // What the tree files say, and nothing else.
    private static async Task AssertPackagesAsync(Guest node, ComposedTree one, ComposedTree two)
    {
        var difference = await node.Updater.PackageDiffAsync(one.Commit, two.Commit);
        difference.Added.Select(package => package.Name).Should().Contain("strace");
        difference.Removed.Select(package => package.Name).Should().Equal("ed");
        difference.Changed.Select(change => (change.From.Name, change.From.Version, change.To.Version)).Should().Equal(("lab-web", "1.0", "1.1"));
    }

    private ContentCount Measure(string tree, ContentCount before, Guest node)
    {
        var fetched = Content.CountOf(node.Name) - before;
        Recorder.Measure($"{tree}: fetched", fetched.Bytes, "bytes");
        Recorder.Measure($"{tree}: requests", fetched.Requests, "requests");
        return fetched;
    }
}
