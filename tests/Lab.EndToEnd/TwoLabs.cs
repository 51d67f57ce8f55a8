using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>Two labs from one file, brought up at once by two processes.</summary>
[TestFixture]
public sealed class TwoLabs
{
    private readonly LabHome _home = LabHome.Default();
    private readonly LabDefinition _left = AtomicHost.Named("e2e-left");
    private readonly LabDefinition _right = AtomicHost.Named("e2e-right");
    private LabCli _cli = null!;
    private Hypervisor _hypervisor = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        _cli = new LabCli(_home);
        _hypervisor = await Hypervisor.OpenAsync(_home, SilentProgress.Instance);
        await DownAsync();
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await DownAsync();
        await _hypervisor.DisposeAsync();
    }

    [Test]
    public async Task Both_come_up_and_one_going_down_leaves_the_other()
    {
        using var left = Up(_left);
        using var right = Up(_right);
        foreach (var (exitCode, said) in await Task.WhenAll(left.WaitAsync(), right.WaitAsync()))
        {
            exitCode.Should().Be(0, said);
        }

        PortsOf(_left).Should().NotIntersectWith(PortsOf(_right));
        var boots = new[] { await BootIdAsync(_left), await BootIdAsync(_right) };
        boots.Should().OnlyHaveUniqueItems("they are two guests");

        await _cli.SucceedAsync("down", _left.Name);
        (await Leftovers.OfAsync(_left, _hypervisor)).Should().BeEmpty();
        (await BootIdAsync(_right)).Should().Be(boots[1]);

        await _cli.SucceedAsync("down", _right.Name);
        (await Leftovers.OfAsync(_right, _hypervisor)).Should().BeEmpty();
    }

    private StartedLab Up(LabDefinition lab) => _cli.Start("up", AtomicHost.Folder, "--as", lab.Name);

    private async Task DownAsync()
    {
        await _cli.SucceedAsync("down", _left.Name);
        await _cli.SucceedAsync("down", _right.Name);
    }

    private IEnumerable<int> PortsOf(LabDefinition lab) =>
        lab.Guests.SelectMany(guest => new GuestPlan(_home, lab.Name, guest).Forwards).Select(forward => forward.Host).Append(LabInstance.ContentPort(_home, lab.Name));

    private async Task<string> BootIdAsync(LabDefinition lab)
    {
        var answer = await _cli.RunAsync("ssh", "node1", "--lab", lab.Name, "--", "cat", "/proc/sys/kernel/random/boot_id");
        answer.ExitCode.Should().Be(0, answer.Error);
        return answer.Output.Trim();
    }
}
