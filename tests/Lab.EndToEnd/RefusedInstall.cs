using Lab.Execution;
using Lab.Guests;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>An installation that can't be: it is told on the console and by <c>lab</c>, and leaves the disk as it was. Nothing says a secret.</summary>
[TestFixture]
public sealed class RefusedInstall
{
    private const string Lab = "e2e-small";

    // Of a password that nobody knows.
    private const string Hash = "$6$labsalt$oFEETXBizV/o8GuqPZuR4xOXv5O1A.zC1WlKE4x1jt19nkoqEI5ahadLrAbCrBAE9AwiNxfe1uj8ZVM9Ykbtv0";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly LabHome _home = LabHome.Default();
    private LabCli _cli = null!;
    private string _folder = null!;

    private string GuestFolder => Path.Combine(_home.Labs, Lab, "node1");

    [OneTimeSetUp]
    public async Task CopyTheLabsAsync()
    {
        _cli = new LabCli(_home) { FromCheckout = true };
        _folder = Directory.CreateTempSubdirectory("lab-refused-").FullName;
        await new Command("cp", "-r", Path.GetFullPath("..", AtomicHost.Folder), Path.Combine(_folder, "labs")).SucceedAsync();
    }

    [OneTimeTearDown]
    public async Task RemoveItAsync()
    {
        await _cli.SucceedAsync("down", Lab);
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task A_disk_too_small_is_told_stays_as_it_was_and_no_secret_is_said()
    {
        var said = await RefusesAsync("root: 6 GiB", "this machine: its disk vda has 4096 MiB, and the kickstart's partitions need ");
        said.Should().Contain("Give it a larger disk");
        said.Should().NotContain(Hash).And.NotContain("PRIVATE KEY");

        // Whatever holds the hash is for its owner only; nothing is left of what it was made from.
        var holders = await new Command("grep", "-rlsF", Hash, Path.Combine(_home.Labs, Lab), _home.Runtime).RunAsync();
        holders.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(GuestPlan.InstallerIn(GuestFolder));
        File.GetUnixFileMode(GuestPlan.InstallerIn(GuestFolder)).Should().Be(Owner);
        foreach (var key in Directory.EnumerateFiles(Path.Combine(_home.Keys, Lab)).Where(file => File.ReadAllText(file).Contains("PRIVATE KEY", StringComparison.Ordinal)))
        {
            File.GetUnixFileMode(key).Should().Be(Owner, key);
        }
    }

    [Test]
    [Category("Long")]
    public async Task What_the_installer_does_not_do_is_told_by_name_and_the_disk_stays_as_it_was()
    {
        var said = await RefusesAsync("layout: lvm", "ks.cfg:13:1: this installer does not do `volgroup`");
        said.Should().Contain("Remove it, or install with the distribution's own installer.");
    }

    // Gives back all that was said.
    private async Task<string> RefusesAsync(string disk, string told)
    {
        await _cli.SucceedAsync("down", Lab);
        await File.WriteAllTextAsync(Path.Combine(_folder, "labs", "atomic-host", "lab.yaml"),
            $$"""
            lab: {{Lab}}
            trees: [trees/labtree-1.yaml]
            guests:
              node1:
                tree: labtree-1
                disk: 4 GiB
                kickstart:
                  disk: { {{disk}} }
                  users: { ops: { password: {{Hash}} } }

            """);

        var up = await _cli.RunAsync("up", Path.Combine(_folder, "labs", "atomic-host"), "--install");

        up.ExitCode.Should().Be((int)FailureKind.Definition, up.Error);
        up.Error.Should().Contain("Guest node1 was not installed: ").And.Contain(told);
        var console = await File.ReadAllTextAsync(Path.Combine(GuestFolder, GuestPlan.ConsoleName));
        console.Should().Contain($"Lab installer: error: {told}").And.Contain("Lab installer: failed, Definition");
        (await _cli.RunAsync("status", Lab)).Output.Should().MatchRegex("node1 +off");
        (await InstallingLab.IsEmptyAsync(GuestPlan.DiskIn(GuestFolder))).Should().BeTrue("nothing was written to it");
        return up.Output + up.Error + console;
    }
}
