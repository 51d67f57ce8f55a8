using System.Net;
using System.Net.Sockets;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>Hosts that can't carry the lab: <c>lab up</c> says why, with the exit code of the host's failures, and leaves nothing that runs.</summary>
[TestFixture]
public sealed class BadHost
{
    private readonly LabHome _home = LabHome.Default();
    private readonly LabDefinition _lab = AtomicHost.Named("e2e-badhost");

    private GuestPlan Plan => new(_home, _lab.Name, _lab.Guests[0]);

    [Test]
    public async Task A_guests_port_that_somebody_has_is_named() =>
        await PortMustBeNamedAsync(Plan.SshPort);

    [Test]
    public async Task The_content_servers_port_that_somebody_has_is_named() =>
        await PortMustBeNamedAsync(LabInstance.ContentPort(_home, _lab.Name));

    [Test]
    public async Task A_disk_too_full_is_told_before_anything_is_made()
    {
        var full = new LabHome(Path.Combine(Path.GetTempPath(), "lab-e2e-full"));
        try
        {
            // The mount is the shell's own, and gone with it.
            const string script = "mount -t tmpfs -o size=64m,mode=755 none \"$0\"; \"$@\" || code=$?; find \"$0\"/labs \"$0\"/images -mindepth 1; exit $code";
            var up = new LabCli(full).ToRun("up", AtomicHost.Folder, "--as", _lab.Name);
            var result = await new Command("unshare", ["--mount", "sh", "-ec", script, full.Root, up.Program, .. up.Arguments]).WithEnvironment("LAB_HOME", full.Root).RunAsync();
            result.ExitCode.Should().Be((int)FailureKind.Infrastructure, result.Error);
            result.Error.Should().Contain($"of disk below {full.Root}").And.Contain("LAB_HOME");
            result.Output.Should().BeEmpty("nothing was begun");
        }
        finally
        {
            await new PrivateLibvirtd(full, AcceleratorKind.Tcg).StopAsync();
            Directory.Delete(full.Root, recursive: true);
            Directory.Delete(full.Runtime, recursive: true);
        }
    }

    [Test]
    public async Task An_ordinary_user_of_a_container_whose_first_process_is_no_init_is_told()
    {
        var doctor = new LabCli(_home).ToRun("doctor");
        var result = await WithoutInit(["--user", "--map-user=1000", "--map-group=1000"], doctor.Program, [.. doctor.Arguments]).RunAsync();
        result.Output.Should().MatchRegex("process 1 +warning +leaves processes that have ended as they are", result.Error).And.Contain("--init");
    }

    [Test]
    public async Task In_a_container_whose_first_process_is_no_init_guests_of_root_end_all_the_same()
    {
        var home = new LabHome(Path.Combine(Path.GetTempPath(), "lab-e2e-no-init"));
        try
        {
            // With nothing to boot it fails at once, and stays.
            var folder = Directory.CreateDirectory(Path.Combine(home.Root, "blank")).FullName;
            await new Command("qemu-img", "create", "-q", "-f", "qcow2", Path.Combine(folder, "blank.qcow2"), "1G").SucceedAsync();
            await File.WriteAllTextAsync(Path.Combine(folder, "lab.yaml"), "lab: e2e-no-init\nguests:\n  node1: { image: blank.qcow2 }\n");
            var (up, down) = (new LabCli(home).ToRun("up", folder), new LabCli(home).ToRun("down", "e2e-no-init"));

            var result = await WithoutInit([], "sh", "-c", $"{up}; {down}").WithEnvironment("LAB_HOME", home.Root).RunAsync();
            result.Error.Should().Contain("no bootable device");
            result.Output.Should().EndWith("Lab e2e-no-init is down.\n", result.Error);
        }
        finally
        {
            Directory.Delete(home.Root, recursive: true);
            Directory.Delete(home.Runtime, recursive: true);
        }
    }

    // perl waits for what it has started, and for nothing else.
    private static Command WithoutInit(IReadOnlyList<string> namespaces, string program, params IReadOnlyList<string> arguments) =>
        new("unshare", [.. namespaces, "--mount", "--pid", "--fork", "--mount-proc", "perl", "-e", "system(@ARGV); exit", program, .. arguments]);

    private async Task PortMustBeNamedAsync(int port)
    {
        await using var hypervisor = await Hypervisor.OpenAsync(_home, SilentProgress.Instance);
        var cli = new LabCli(_home);
        await cli.SucceedAsync("down", _lab.Name);
        using (var other = new TcpListener(IPAddress.Loopback, port))
        {
            other.Start();
            var result = await cli.RunAsync("up", AtomicHost.Folder, "--as", _lab.Name);
            result.ExitCode.Should().Be((int)FailureKind.Infrastructure, result.Error);
            result.Error.Should().Contain($"{port}").And.Contain("ss -ltnp");
        }

        await cli.SucceedAsync("down", _lab.Name);
        (await Leftovers.OfAsync(_lab, hypervisor)).Should().BeEmpty();
    }
}
