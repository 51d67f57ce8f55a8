using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;

namespace Lab.EndToEnd.Vagrant;

/// <summary>
/// A tree's box under the real Vagrant: up, SSH, upgrade, rollback. Three boots and Vagrant's own pace take several minutes, and its packages a
/// minute more, so <c>./build.sh Vagrant</c> runs it, as root, whose libvirt can be given a network of its own, and <c>./build.sh Test</c> does not.
/// </summary>
[TestFixture]
[Category("Vagrant")]
public sealed class ExportedBox
{
    private const string Lab = "e2e-vagrant";
    private const int PortInGuest = 8000;
    private readonly LabHome _home = LabHome.Default();
    private string _folder = null!;
    private LabDefinition _lab = null!;
    private PrivateVagrant _vagrant = null!;

    [OneTimeSetUp]
    public async Task BringUpAsync()
    {
        _lab = AtomicHost.Named(Lab);
        _folder = Directory.CreateTempSubdirectory("lab-vagrant-").FullName;

        // QEMU's own user must pass through.
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        var verdict = await new Accelerator(_home.Host, SilentProgress.Instance).DecideAsync();
        _vagrant = await PrivateVagrant.StartAsync(_folder, verdict.Kind == AcceleratorKind.Tcg);
        var cli = new LabCli(_home);
        await cli.SucceedAsync("box", "export", "--lab", AtomicHost.Folder, "--tree", "labtree-1", "--output", Path.Combine(_vagrant.Project, "labtree-1.box"));
        var file = await cli.RunAsync("vagrantfile", AtomicHost.Folder);
        await File.WriteAllTextAsync(Path.Combine(_vagrant.Project, "Vagrantfile"), file.Output);
        await _vagrant.RunAsync("up");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_vagrant is not null)
        {
            await _vagrant.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Test]
    public async Task Its_user_is_vagrant_with_sudo_and_a_key_of_its_own()
    {
        (await SshAsync("whoami; sudo -n whoami")).Should().Be("vagrant\nroot\n");
        (await SshAsync("cat .ssh/authorized_keys; sudo find /root/.ssh /home -name authorized_keys")).Should().NotContain("vagrant insecure public key", "Vagrant has put its own there").And.NotContain("core");
    }

    [Test]
    public async Task It_is_upgraded_and_rolled_back()
    {
        // Its updates come through SSH, since nothing else leads into its network.
        var composer = new TreeComposer(_home, new AptMirrors().FindAsync, SilentProgress.Instance, TimeProvider.System);
        var repository = LabInstance.RepositoryFolder(_home, Lab);
        Directory.CreateDirectory(repository);
        try
        {
            var trees = await composer.ComposeAsync(_lab.Trees);
            await new PublishedTrees(repository, composer).PublishAsync(trees);
            using var serving = new CancellationTokenSource();
            var server = _vagrant.Inside("dotnet", Path.Combine(AppContext.BaseDirectory, "Lab.Cli.dll"), "tree", "serve", "--lab", Lab).WithEnvironment("LAB_HOME", _home.Root).RunAsync(serving.Token);

            (await VersionAsync()).Should().Be("1");
            await SshAsync($"sudo ostree remote add --no-gpg-verify lab http://127.0.0.1:{PortInGuest}/vagrant && sudo ostree admin upgrade", "-R", $"{PortInGuest}:127.0.0.1:{LabInstance.ContentPort(_home, Lab)}");
            await _vagrant.RunAsync("reload");
            (await VersionAsync()).Should().Be("2");

            await SshAsync("sudo ostree admin set-default 1");
            await _vagrant.RunAsync("reload");
            (await VersionAsync()).Should().Be("1");
            await serving.CancelAsync();
            await server.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        }
        finally
        {
            Directory.Delete(GuestPlan.LabFolder(_home, Lab), recursive: true);
        }
    }

    private async Task<string> VersionAsync() => (await SshAsync("sudo ostree admin status | sed -n '/^\\*/,/origin/ s/.*Version: //p'")).Trim();

    private Task<string> SshAsync(string command, params string[] options) => _vagrant.RunAsync(["ssh", "-c", command, .. options.Length == 0 ? options : ["--", .. options]]);
}
