using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>A guest on networks of libvirt's, one with a way out and one without, and on a bridge, as a user has them: on a host of its own, so that nothing of this one's network is touched.</summary>
[TestFixture]
public sealed class CarriedSegments
{
    private const string Lab = "e2e-carried";
    private const string OnNetwork = "http://192.168.130.11/";
    private const string OnBridge = "http://192.168.131.11/";
    private const string OnIsolated = "http://192.168.132.11/";
    private const string World = "http://198.51.100.1/";
    private readonly LabHome _home = LabHome.Default();
    private readonly string _folder = Directory.CreateTempSubdirectory("lab-carried-").FullName;
    private PrivateHost _host = null!;

    [OneTimeSetUp]
    public async Task MakeTheHostAsync()
    {
        // QEMU's own user must pass through.
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        var verdict = await new Accelerator(_home.Host, SilentProgress.Instance).DecideAsync();
        _host = await PrivateHost.StartAsync(_folder, verdict.Kind == AcceleratorKind.Tcg);
        await _host.MakeNetworkAsync("office", "virbr0", "192.168.130");
        await _host.MakeNetworkAsync("closed", "virbr1", "192.168.132", isIsolated: true);
        await _host.Inside("sh", "-ec", """
            ip link add br-lan type bridge
            ip address add 192.168.131.1/24 dev br-lan
            ip link set br-lan up
            mkfifo ready
            unshare --net sh -c 'echo > ready; exec sleep infinity' > /dev/null 2>&1 &
            world=$!
            read -r _ < ready
            ip link add way type veth peer name out netns $world
            ip address add 192.0.2.2/24 dev way
            ip link set way up
            nsenter --target $world --net ip address add 192.0.2.1/24 dev out
            nsenter --target $world --net ip address add 198.51.100.1/32 dev out
            nsenter --target $world --net ip link set out up
            ip route add default via 192.0.2.1
            printf '#!/bin/sh\nprintf "HTTP/1.0 200 OK\\r\\n\\r\\n$SOCAT_PEERADDR"\n' > world
            chmod +x world
            nsenter --target $world --net socat TCP4-LISTEN:80,fork,reuseaddr EXEC:./world > /dev/null 2>&1 &
            """).SucceedAsync();
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [TearDown]
    public Task TakeDownAsync() => LabAsync("down", Lab);

    [Test]
    public async Task A_guest_is_reached_on_all_until_its_cable_is_pulled()
    {
        await DescribeAsync("office");
        var networks = await NetworksAsync();
        (await LabAsync("up", _folder, "--cold")).Should().Match<CommandResult>(up => up.ExitCode == 0, "it comes up");
        (await AskAsync(OnNetwork)).Should().Be(0);
        (await AskAsync(OnIsolated)).Should().Be(0);
        (await AskAsync(OnBridge)).Should().Be(0);
        (await LabAsync("exec", "--", "curl", "--silent", "--show-error", "--max-time", "10", World)).Should().Match<CommandResult>(answer => answer.Output == "192.0.2.2", "what it asks comes from its host's own address");
        (await LabAsync("exec", "--on", "host", "--", "curl", "--silent", "--fail", OnBridge)).ExitCode.Should().Be(0, "this host is there as it is");
        (await LabAsync("exec", "--", "sh", "-c", "ip route show default; resolvectl dns net")).Output.Should().Contain("default via 192.168.130.1 dev net").And.Contain(": 192.168.130.1");
        await ForwardedAsync();

        var pulled = await LabAsync("net", "link", "node1", "down", "--segment", "lan");
        pulled.Output.Should().Contain("lan is carried by this host's bridge `br-lan`.").And.Contain("Broken on lan: node1's cable is pulled");
        (await AskAsync(OnBridge)).Should().NotBe(0, "nothing comes through");
        (await AskAsync(OnNetwork)).Should().Be(0, "that is another cable");
        var broken = await LabAsync("net", "break", "block", "host", "node1", "--segment", "lan");
        (broken.ExitCode, broken.Error).Should().Match<(int Code, string Error)>(answer => answer.Code == 2 && answer.Error.Contains("Segment lan is carried by this host's bridge `br-lan`"));

        (await LabAsync("net", "heal", Lab)).Output.Should().Contain("Mended: node1's cable to lan.");
        (await AskAsync(OnBridge)).Should().Be(0);

        (await LabAsync("down", Lab)).ExitCode.Should().Be(0);
        (await NetworksAsync()).Should().Be(networks, "they are the user's");
        (await _host.Inside("virsh", "-c", "qemu:///system", "list", "--all", "--name").SucceedAsync()).Trim().Should().BeEmpty();
    }

    [Test]
    public async Task A_network_that_libvirt_does_not_have_is_told_with_its_place_before_anything_starts()
    {
        await DescribeAsync("ofice");

        var up = await LabAsync("up", _folder);

        up.ExitCode.Should().Be(2);
        up.Error.Should().Contain("lab.yaml:4:36: segment `net`: libvirt has no network `ofice`. Did you mean `office`? There are `closed` and `office`.");
        Directory.Exists(GuestPlan.LabFolder(_home, Lab)).Should().BeFalse();
    }

    private Task DescribeAsync(string network) => File.WriteAllTextAsync(Path.Combine(_folder, "lab.yaml"), $$"""
        lab: {{Lab}}
        trees: ["{{AtomicHost.Folder}}/trees/labtree-1.yaml"]
        segments:
          net: { subnet: 192.168.130.0/24, network: {{network}}, gateway: 192.168.130.1 }
          closed: { subnet: 192.168.132.0/24, network: closed }
          lan: { subnet: 192.168.131.0/24, bridge: br-lan }
        guests:
          node1: { tree: labtree-1, segments: { net: 192.168.130.11, closed: 192.168.132.11, lan: 192.168.131.11 } }
        """);

    private async Task ForwardedAsync()
    {
        var up = new TaskCompletionSource();
        using var end = new CancellationTokenSource();
        var lab = new LabCli(_home).ToRun("forward", "8131:192.168.131.11:80");
        var forward = _host.Inside([lab.Program, .. lab.Arguments]).WithEnvironment("LAB_HOME", _home.Root).WithLines(line => _ = line.Contains("leads to 192.168.131.11:80.", StringComparison.Ordinal) && up.TrySetResult()).RunAsync(end.Token);
        (await Task.WhenAny(up.Task, forward)).Should().BeSameAs(up.Task);
        (await AskAsync("http://127.0.0.1:8131/")).Should().Be(0);
        await end.CancelAsync();
        await forward.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    private async Task<int> AskAsync(string url) =>
        (await _host.Inside("curl", "--silent", "--output", "/dev/null", "--fail", "--max-time", "5", "--retry", "2", "--retry-connrefused", url).RunAsync()).ExitCode;

    // Without whether something is plugged into a bridge at the moment.
    private Task<string> NetworksAsync() => _host.Inside("sh", "-ec", "virsh -c qemu:///system net-list --all; ip -brief address show dev virbr0 | tr -s ' ' | cut -d' ' -f1,3; ip -brief address show dev br-lan | tr -s ' ' | cut -d' ' -f1,3; ip route | sed 's, linkdown,,'").SucceedAsync();

    private Task<CommandResult> LabAsync(params string[] words)
    {
        var lab = new LabCli(_home).ToRun(words);
        return _host.Inside([lab.Program, .. lab.Arguments]).WithEnvironment("LAB_HOME", _home.Root).RunAsync();
    }
}
