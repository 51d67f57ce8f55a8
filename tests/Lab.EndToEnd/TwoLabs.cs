using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>Two labs from one file, brought up at once by two processes, with the same addresses on their segments.</summary>
[TestFixture]
public sealed class TwoLabs
{
    private const string Node = "http://192.168.100.11/";
    private readonly LabHome _home = LabHome.Default();
    private readonly string _folder = Directory.CreateTempSubdirectory("lab-two").FullName;
    private LabDefinition _left = null!;
    private LabDefinition _right = null!;
    private LabCli _cli = null!;
    private Hypervisor _hypervisor = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "lab.yaml"), $$"""
            lab: two
            trees: ["{{AtomicHost.Folder}}/trees/labtree-1.yaml"]
            segments: { edge: { subnet: 192.168.100.0/24 } }
            guests:
              node1: { tree: labtree-1, segments: { edge: 192.168.100.11 } }
            """);
        var lab = LabDefinition.Load(_folder);
        (_left, _right) = (lab with { Name = "e2e-left" }, lab with { Name = "e2e-right" });
        _cli = new LabCli(_home);
        _hypervisor = await Hypervisor.OpenAsync(_home, SilentProgress.Instance);
        await DownAsync();
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await DownAsync();
        await _hypervisor.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Both_come_up_apart_and_one_going_down_leaves_the_other()
    {
        var network = await HostNetworkAsync();
        using var left = Up(_left);
        using var right = Up(_right);
        foreach (var (exitCode, said) in await Task.WhenAll(left.WaitAsync(), right.WaitAsync()))
        {
            exitCode.Should().Be(0, said);
        }

        PortsOf(_left).Should().NotIntersectWith(PortsOf(_right));
        var boots = new[] { await BootIdAsync(_left), await BootIdAsync(_right) };
        boots.Should().OnlyHaveUniqueItems("they are two guests");

        await SegmentsAreApartAsync();
        await SegmentBreaksAndHealsAsync();
        await SegmentOutlivesItsServerAsync();
        (await HostNetworkAsync()).Should().Be(network, "segments are nothing of this host's");

        await _cli.SucceedAsync("down", _left.Name);
        (await Leftovers.OfAsync(_left, _hypervisor)).Should().BeEmpty();
        (await BootIdAsync(_right)).Should().Be(boots[1]);
        (await OnHostAsync(_right, "curl", "--silent", "--fail", Node)).ExitCode.Should().Be(0);
        await SeatsHaveTheSegmentToThemselvesAsync();

        await _cli.SucceedAsync("down", _right.Name);
        (await Leftovers.OfAsync(_right, _hypervisor)).Should().BeEmpty();
    }

    // Both have one address, so what tells them apart is the card that answers for it.
    private async Task SegmentsAreApartAsync()
    {
        foreach (var lab in new[] { _left, _right })
        {
            (await OnHostAsync(lab, "curl", "--silent", "--fail", "--retry", "5", "--retry-connrefused", Node)).ExitCode.Should().Be(0);
            var card = new GuestPlan(_home, lab.Name, lab.Guests[0]).Nics[0].Mac;
            (await OnHostAsync(lab, "ip", "neighbour", "show", "192.168.100.11")).Output.Should().Contain(card);
        }
    }

    private async Task SegmentBreaksAndHealsAsync()
    {
        await _cli.SucceedAsync("net", "break", "partition", "host", "node1", "--lab", _left.Name);
        (await OnHostAsync(_left, "curl", "--silent", "--max-time", "2", Node)).ExitCode.Should().Be(28, "nothing comes through");
        (await OnHostAsync(_right, "curl", "--silent", "--fail", Node)).ExitCode.Should().Be(0, "the other lab has no part in it");
        (await _cli.RunAsync("net", "status", _left.Name)).Output.Should().Contain("partition host | node1");
        var mistaken = await _cli.RunAsync("net", "break", "partition", "host", "nobody", "--lab", _left.Name);
        (mistaken.ExitCode, mistaken.Error).Should().Match<(int Code, string Error)>(answer => answer.Code != 0 && answer.Error.Contains("Nobody is called nobody on segment edge"));
        (await _cli.RunAsync("net", "heal", _left.Name)).Output.Should().Contain("partition host | node1");
        (await OnHostAsync(_left, "curl", "--silent", "--fail", Node)).ExitCode.Should().Be(0);
    }

    private async Task SegmentOutlivesItsServerAsync()
    {
        var pid = await File.ReadAllTextAsync(Path.Combine(_home.Runtime, $"content-{_left.Name}.pid"));
        await new Command("kill", "-9", pid.Trim()).SucceedAsync();
        (await OnHostAsync(_left, "true")).ExitCode.Should().NotBe(0, "this host's place is gone with the process that made it");
        await _cli.SucceedAsync("start", "node1", "--lab", _left.Name);
        (await OnHostAsync(_left, "curl", "--silent", "--fail", "--retry", "5", "--retry-connrefused", Node)).ExitCode.Should().Be(0);
    }

    // Same addresses and same cards: that each seat's answer is its own shows by the key.
    private async Task SeatsHaveTheSegmentToThemselvesAsync()
    {
        var seats = Seat.Row(_left, 2).Select(_left.For).ToList();
        var up = await _cli.RunAsync("up", _folder, "--as", _left.Name, "--seats", $"{seats.Count}");
        up.ExitCode.Should().Be(0, up.Error);
        foreach (var seat in seats)
        {
            (await OnHostAsync(seat, "curl", "--silent", "--fail", "--retry", "5", "--retry-connrefused", Node)).ExitCode.Should().Be(0);
            var scanned = (await OnHostAsync(seat, "ssh-keyscan", "-t", "ed25519", "192.168.100.11")).Output;
            var own = await _cli.RunAsync("ssh", "node1", "--lab", seat.Name, "--", "cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub");
            scanned.Should().Contain(own.Output.Trim());
        }

        await _cli.SucceedAsync("net", "break", "partition", "host", "node1", "--lab", seats[0].Name);
        (await OnHostAsync(seats[0], "curl", "--silent", "--max-time", "2", Node)).ExitCode.Should().Be(28);
        (await OnHostAsync(seats[1], "curl", "--silent", "--fail", Node)).ExitCode.Should().Be(0, "the other seat has no part in it");
        await _cli.SucceedAsync("down", _left.Name, "--seats");
        foreach (var seat in seats)
        {
            (await Leftovers.OfAsync(seat, _hypervisor)).Should().BeEmpty();
        }
    }

    private StartedLab Up(LabDefinition lab) => _cli.Start("up", _folder, "--as", lab.Name);

    private async Task DownAsync()
    {
        await _cli.SucceedAsync("down", _left.Name);
        await _cli.SucceedAsync("down", _right.Name);
        await _cli.RunAsync("down", _left.Name, "--seats");
    }

    private Task<CommandResult> OnHostAsync(LabDefinition lab, params string[] words) => _cli.RunAsync(["exec", "--on", "host", "--lab", lab.Name, "--", .. words]);

    private static async Task<string> HostNetworkAsync() =>
        string.Join('\n', await Task.WhenAll(new[] { "ip -brief link", "ip -brief address", "ip rule", "ip route", "nft list ruleset" }.Select(async line =>
            (await new Command("sh", "-c", line).RunAsync()).Output)));

    private IEnumerable<int> PortsOf(LabDefinition lab) =>
        lab.Guests.Select(guest => new GuestPlan(_home, lab.Name, guest)).SelectMany(plan => plan.Forwards.Select(forward => forward.Host).Concat(plan.Nics.SelectMany(nic => new[] { nic.Port, nic.SwitchPort })))
            .Append(LabInstance.ContentPort(_home, lab.Name));

    private Task<string> BootIdAsync(LabDefinition lab) => _cli.SucceedAsync("ssh", "node1", "--lab", lab.Name, "--", "cat", "/proc/sys/kernel/random/boot_id");
}
