using Lab.Guests;
using Lab.Media.Installer;
using Lab.Remote;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>A host that installs itself, and whose power or server goes meanwhile. All on one disk, so that each try finds what the one before it left.</summary>
[TestFixture]
public sealed class DisturbedInstall
{
    private const string Fetching = "Lab installer: [1-9][0-9]* ";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Test]
    public async Task It_starts_over_whatever_cut_it_off_and_ends_well()
    {
        await using var lab = await InstallingLab.OpenAsync(AtomicHost.Named("e2e-install"));
        foreach (var phase in new[] { InstallPhase.Partition, InstallPhase.FileSystems, InstallPhase.Pull })
        {
            (await lab.CutAtAsync(phase)).Should().BeOfType<GuestDeadException>($"its power was cut at {phase}");
        }

        var gone = await lab.UpAsync(Fetching, () => lab.Content.Fault = new ContentFault.Gone());
        gone.Should().BeOfType<InstallFailedException>().Which.Kind.Should().Be(FailureKind.Infrastructure, "that is a server that is gone in mid-pull: {0}", gone!.Message);
        gone.Message.Should().Contain("was not fetched from http://");

        lab.Content.Fault = new ContentFault.Lying();
        var corrupt = await lab.UpAsync(Fetching, () => { });
        corrupt.Should().BeOfType<InstallFailedException>().Which.Kind.Should().Be(FailureKind.Product, "the content is not what was published: {0}", corrupt!.Message);

        lab.Content.Fault = null;
        (await lab.CutAtAsync(InstallPhase.BootLoader)).Should().BeOfType<GuestDeadException>("its power was cut before the last sector was written");

        await using var instance = await lab.UpAsync();
        var node = instance.Guests[0];
        node.Installations.Single().Phases.Select(phase => phase.Phase).Should().Equal(Enum.GetValues<InstallPhase>());
        (await node.Updater.StatusAsync()).Booted!.CommitMatches(node.Installations.Single().Commit).Should().BeTrue();
        File.GetUnixFileMode(lab.Plan.InstallerFile).Should().Be(Owner, "the kickstart on it may hold hashes of passwords");
    }
}
