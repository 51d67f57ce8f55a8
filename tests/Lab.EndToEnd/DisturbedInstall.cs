using Lab.Definitions;
using Lab.Guests;
using Lab.Media.Installer;
using Lab.Remote;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>A host that installs itself, and whose power or server goes meanwhile. All on one disk, so that each try finds what the one before it left.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class DisturbedInstall
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private InstallingLab _lab = null!;

    [OneTimeSetUp]
    public async Task OpenAsync() => _lab = await InstallingLab.OpenAsync(AtomicHost.Named("e2e-install"));

    [OneTimeTearDown]
    public async Task CloseAsync() => await _lab.DisposeAsync();

    [Order(1)]
    [TestCase(InstallPhase.Partition)]
    [TestCase(InstallPhase.FileSystems)]
    [TestCase(InstallPhase.Pull)]
    public async Task One_that_is_cut_off_is_off(InstallPhase phase) =>
        (await _lab.CutAtAsync(phase)).Should().BeOfType<GuestDeadException>().Which.Message.Should().Contain("it is powered off");

    [Order(2)]
    [Test]
    public async Task A_server_that_is_gone_in_mid_pull_is_the_hosts_failure()
    {
        var failure = await _lab.UpAsync("Lab installer: [1-9][0-9]* ", () =>
        {
            _lab.Content.Fault = new ContentFault.Gone();
            return Task.CompletedTask;
        });
        _lab.Content.Fault = null;

        failure.Should().BeOfType<InstallFailedException>().Which.Should().Match<InstallFailedException>(failed => failed.Kind == FailureKind.Infrastructure && failed.Message.Contains("was not fetched from http://"));
    }

    [Order(3)]
    [Test]
    public async Task Content_that_is_not_what_its_checksum_says_is_refused()
    {
        _lab.Content.Fault = new ContentFault.Lying();
        var failure = await _lab.UpAsync($"{new InstallPhaseBegun(InstallPhase.Pull)}", () => Task.CompletedTask);
        _lab.Content.Fault = null;

        failure.Should().BeOfType<InstallFailedException>().Which.Kind.Should().Be(FailureKind.Product, failure!.Message);
    }

    [Order(4)]
    [TestCase(InstallPhase.BootLoader)]
    public async Task One_that_is_cut_off_at_the_end_is_off_as_well(InstallPhase phase) =>
        (await _lab.CutAtAsync(phase)).Should().BeOfType<GuestDeadException>();

    [Order(5)]
    [Test]
    public async Task In_the_end_it_starts_over_and_ends_well()
    {
        await using var instance = await _lab.UpAsync();
        var node = instance.Guests[0];

        node.Installations.Single().Phases.Select(phase => phase.Phase).Should().Equal(Enum.GetValues<InstallPhase>());
        (await node.Updater.StatusAsync()).Booted!.CommitMatches(node.Installations.Single().Commit).Should().BeTrue();
        File.GetUnixFileMode(_lab.Plan.InstallerFile).Should().Be(Owner, "the kickstart on it may hold hashes of passwords");
    }
}
