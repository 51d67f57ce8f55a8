using FluentAssertions;
using Lab.Guests;
using Lab.Remote;
using Lab.Testing;
using Lab.Trees;
using NUnit.Framework;

namespace Labs.Kickstart;

/// <summary>A host installs itself from its kickstart, upgrades from the server that it was installed from, and is rolled back.</summary>
[TestFixture]
[Category("kickstart")]
public sealed class InstallAndUpgrade() : LabFixture(LabFolder.Of())
{
    protected override bool Installs => true;

    [Test]
    public async Task A_host_installs_itself_upgrades_and_rolls_back()
    {
        var node = Lab["node1"];
        var (one, two) = (Lab.Trees["labtree-1"], Lab.Trees["labtree-2"]);
        var installed = Content.CountOf(node.Name);
        Measure("install", installed);
        foreach (var phase in node.Installations.Single().Phases)
        {
            Recorder.Measure($"install: {phase.Phase}", phase.Duration.TotalSeconds, "s");
        }

        await Step("Look around on the installed host", async () =>
        {
            await node.Should().BeBootedInto(one.Commit, "that is what its kickstart installs");
            await node.Should().HaveService("lab-web").Active();
            (await node.Shell.SucceedAsync("cat /etc/motd")).Should().Be("Installed by a kickstart", "%post runs in the new system");
            (await node.Shell.SucceedAsync("hostname")).Should().Be("node1");
            (await node.Shell.SucceedAsync("swapon --show=LABEL --noheadings")).Should().Be("swap");
            (await node.Shell.SucceedAsync("id -nG ops")).Should().Contain("wheel");
            (await node.Shell.SucceedAsync("getent shadow ops root core | cut -d: -f2 | cut -c1-3")).Should().Be("$6$\n!*\n!*", "one has a password, the others are locked");
            node.Console.Since(0).Should().NotContain(line => line.Text.Contains("$6$labsalt", StringComparison.Ordinal), "the report shows the console");
            (await node.Shell.SucceedAsync("journalctl --no-pager | grep --count --fixed-strings '$6$labsalt' || true")).Should().Be("0", "and the journal");
            (await node.Shell.SucceedAsync("ostree remote list --show-urls")).Should().Contain($"/{node.Name}");
            (await node.Shell.SucceedAsync("cat /proc/cmdline")).Should().Contain("tsc=reliable", "the tree's kernel arguments are in its kickstart");
        });

        await Step("Upgrade to labtree 2", async () =>
        {
            await node.Updater.UpgradeAsync();
            var upgraded = Content.CountOf(node.Name) - installed;
            Measure("upgrade", upgraded);
            upgraded.Bytes.Should().BeLessThan(installed.Bytes / 10, "an upgrade fetches a small part of what the install did");
            await node.RebootAsync(two.Commit);
        });

        await Step("Roll back", async () =>
        {
            await node.Updater.RollbackAsync();
            await node.RebootAsync(one.Commit);
        });

        // The consoles and the journal, which join the report at its end, were looked at before.
        var secret = Definition.Guests[0].Kickstart!.Users.Single().Password!.Split('$')[^1];
        var report = Directory.CreateTempSubdirectory("lab-report-").FullName;
        try
        {
            await Recorder.ToRecord().WriteAsync(report);
            Directory.EnumerateFiles(report).Select(File.ReadAllText).Should().NotBeEmpty().And.NotContain(text => text.Contains(secret, StringComparison.Ordinal) || text.Contains("PRIVATE KEY", StringComparison.Ordinal), "a report is for others to read");
        }
        finally
        {
            Directory.Delete(report, recursive: true);
        }
    }

    private void Measure(string what, ContentCount fetched)
    {
        Recorder.Measure($"{what}: fetched", fetched.Bytes, "bytes");
        Recorder.Measure($"{what}: requests", fetched.Requests, "requests");
    }
}
