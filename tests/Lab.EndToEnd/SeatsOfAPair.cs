using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>A class of two, each with a pair of hosts that share an address, and a registry of container images of their own.</summary>
[TestFixture]
public sealed class SeatsOfAPair
{
    private const string Vip = "http://vip:8080/";
    private readonly LabHome _home = LabHome.Default();
    private readonly LabDefinition _lab = LabDefinition.Load(Path.GetFullPath("../edge-failover", AtomicHost.Folder)) with { Name = "e2e-pair" };
    private IReadOnlyList<LabDefinition> _seats = null!;
    private LabCli _cli = null!;
    private Hypervisor _hypervisor = null!;

    [OneTimeSetUp]
    public async Task HandOutAsync()
    {
        _seats = [.. Seat.Row(_lab, 2).Select(_lab.For)];
        _cli = new LabCli(_home);
        _hypervisor = await Hypervisor.OpenAsync(_home, SilentProgress.Instance);
        await _cli.DownWithSeatsAsync(_lab.Name);
        await _cli.SucceedAsync("up", _lab.Folder, "--as", _lab.Name, "--seats", $"{_seats.Count}");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await _cli.DownWithSeatsAsync(_lab.Name);
        await _hypervisor.DisposeAsync();
    }

    [Test]
    public async Task Guests_of_all_seats_have_ids_and_keys_of_their_own()
    {
        foreach (var command in new[] { "cat /etc/machine-id", "cat /etc/ssh/ssh_host_ed25519_key.pub", "head -c 32 /dev/urandom | od -An -tx1 -w32" })
        {
            var answers = await Task.WhenAll(_seats.SelectMany(seat => _lab.Guests, (seat, guest) => InGuestAsync(seat, guest.Name, command)));
            answers.Should().HaveCount(4).And.OnlyHaveUniqueItems();
        }
    }

    [Test]
    public async Task Each_seat_has_one_holder_of_the_address_and_a_container_from_its_own_registry_behind_it()
    {
        foreach (var seat in _seats)
        {
            (await InGuestAsync(seat, "backup", "ip -brief address show dev edge")).Should().NotContain("192.168.100.100/");
            (await InGuestAsync(seat, "primary", "ip -brief address show dev edge")).Should().Contain("192.168.100.100/");
            (await AskAsync(seat)).Should().Be("primary");
        }
    }

    [Test]
    public async Task The_address_moves_in_one_seat_and_stays_in_the_other()
    {
        await _cli.SucceedAsync("stop", "primary", "--lab", _seats[0].Name);

        (await AskAsync(_seats[0])).Should().Be("backup");
        (await AskAsync(_seats[1])).Should().Be("primary");

        await _cli.SucceedAsync("reset", _seats[0].Name);
        (await AskAsync(_seats[0])).Should().Be("primary");
    }

    // The first request starts the container, and the address is nobody's for a moment when it moves.
    private async Task<string> AskAsync(LabDefinition seat) =>
        (await _cli.SucceedAsync("exec", "--on", "host", "--lab", seat.Name, "--", "curl", "--silent", "--fail", "--retry", "60", "--retry-delay", "1", "--retry-all-errors", "--max-time", "30", Vip)).Trim();

    private Task<string> InGuestAsync(LabDefinition seat, string guest, string command) => _cli.SucceedAsync("ssh", guest, "--lab", seat.Name, "--", command);
}
