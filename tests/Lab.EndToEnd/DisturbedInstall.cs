using Lab.Definitions;
using Lab.Guests;
using Lab.Media.Installer;
using Lab.Media.Kickstart;
using Lab.Remote;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>
/// A host that installs itself, and whose power or server goes meanwhile. All on one disk, so that each try finds what the one before it left;
/// of the phases after the pull, which takes most of the time, it finds the disks that a power cut would have left of one installation.
/// </summary>
/// <remarks>It takes longer than any other, so <c>./build.sh Soak</c> runs it and <c>./build.sh Test</c> does not.</remarks>
[TestFixture]
[Category("Long")]
public sealed class DisturbedInstall
{
    private const string Fetching = "Lab installer: [1-9][0-9]* ";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly InstallPhase[] Late = [InstallPhase.Deploy, InstallPhase.Configure, InstallPhase.Post, InstallPhase.BootLoader];

    [Test]
    public async Task It_starts_over_whatever_cut_it_off_and_ends_well()
    {
        await using var lab = await InstallingLab.OpenAsync(Definition());
        (await lab.CutAtAsync(InstallPhase.Pre)).Should().BeOfType<GuestDeadException>("its power was cut");
        (await InstallingLab.IsEmptyAsync(lab.Plan.DiskFile)).Should().BeTrue("up to here the disk is as it was");

        // From here on without being told to install: what has begun goes on.
        foreach (var phase in new[] { InstallPhase.Partition, InstallPhase.FileSystems, InstallPhase.Pull })
        {
            (await lab.CutAtAsync(phase, install: false)).Should().BeOfType<GuestDeadException>($"its power was cut at {phase}");
        }

        await FailsAsync(lab, $"{new InstallPhaseBegun(InstallPhase.Network)}", () => RemoveRefAsync(lab), FailureKind.Definition, "there is no such ref");
        await FailsAsync(lab, Fetching, () => SpoilAsync(lab, new ContentFault.Gone()), FailureKind.Infrastructure, "that is a server that is gone in mid-pull");
        await SpoilAsync(lab, new ContentFault.Lying());
        await FailsAsync(lab, Fetching, () => Task.CompletedTask, FailureKind.Product, "the content is not what was published");
        await SpoilAsync(lab, null);

        await using (var instance = await lab.KeepDisksAsync(Late))
        {
            var node = instance.Guests[0];
            var installed = node.Installations.Single();
            installed.Phases.Select(phase => phase.Phase).Should().Equal(Enum.GetValues<InstallPhase>());
            (await node.Updater.StatusAsync()).Booted!.CommitMatches(installed.Commit).Should().BeTrue();
            installed.Fetched!.Requests.Should().BeGreaterThan(1000, "the tries before it are counted as well");
            File.GetUnixFileMode(lab.Plan.InstallerFile).Should().Be(Owner, "the kickstart on it may hold hashes of passwords");
            await node.CrashAsync();
        }

        foreach (var phase in Late)
        {
            lab.TakeDisk(phase);
            (await lab.CutAtAsync(InstallPhase.Pull)).Should().BeOfType<GuestDeadException>($"after a power cut at {phase} it divides the disk anew and begins to fetch, until it is cut off here");
        }
    }

    // Something takes its time in %post, so that there is a moment to cut it off in.
    private static LabDefinition Definition()
    {
        var lab = AtomicHost.Named("e2e-install");
        return lab with { Guests = [.. lab.Guests.Select(guest => guest with { Kickstart = KickstartTemplate.Of(guest) with { Post = "sleep 2\n" } })] };
    }

    private static async Task FailsAsync(InstallingLab lab, string sign, Func<Task> disturb, FailureKind kind, string because)
    {
        var failure = await lab.UpAsync(sign, disturb);
        failure.Should().BeOfType<InstallFailedException>().Which.Kind.Should().Be(kind, "{0}: {1}", because, failure!.Message);
        failure.Message.Should().Contain("was not fetched from http://");
    }

    private static Task SpoilAsync(InstallingLab lab, ContentFault? fault)
    {
        lab.Content.Fault = fault;
        return Task.CompletedTask;
    }

    private static Task RemoveRefAsync(InstallingLab lab)
    {
        foreach (var file in new[] { Path.Combine("refs", "heads", lab.Ref), "summary", "summary.sig" })
        {
            File.Delete(Path.Combine(lab.Repository.Path, file));
        }

        return Task.CompletedTask;
    }
}
