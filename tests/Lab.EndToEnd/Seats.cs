using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Remote;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>A class of three, of whom one can't come up at first: its port is taken.</summary>
[TestFixture]
public sealed class Seats
{
    // What a student must find the same at every seat.
    private const string Same = """
        cat /etc/hostname
        ip -brief address show lab0
        cat /sys/class/net/lab0/address
        ostree admin status --skip-signatures
        systemctl is-system-running
        """;

    private readonly LabHome _home = LabHome.Default();
    private readonly LabDefinition _lab = AtomicHost.Named("e2e-seats");
    private readonly string _list = Path.GetTempFileName();
    private IReadOnlyList<LabDefinition> _seats = null!;
    private LabCli _cli = null!;
    private Hypervisor _hypervisor = null!;
    private CommandResult _broken = null!;
    private CommandResult _whole = null!;
    private string _mine = null!;

    [OneTimeSetUp]
    public async Task HandOutAsync()
    {
        await File.WriteAllTextAsync(_list, "seat,name\n1,Ada\n2,\"Hopper, Grace\"\n3,\n");
        _seats = [.. SeatList.Load(_lab, _list).Select(_lab.For)];
        _cli = new LabCli(_home);
        _hypervisor = await Hypervisor.OpenAsync(_home, SilentProgress.Instance);
        await DownAsync();
        foreach (var checkpoint in new CheckpointStore(_home).List(_lab.Name))
        {
            await new CheckpointStore(_home).DeleteAsync(_lab.Name, checkpoint.Name, SilentProgress.Instance);
        }

        using (var taken = new TcpListener(IPAddress.Loopback, new GuestPlan(_home, _seats[1].Name, _lab.Guests[0]).SshPort))
        {
            taken.Start();
            _broken = await UpAsync();
        }

        await OnAsync(0, guest => guest.Shell.SucceedAsync("echo mine > /var/mine"));
        _whole = await UpAsync();
        _mine = await OnAsync(0, guest => guest.Shell.SucceedAsync("cat /var/mine"));
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await DownAsync();
        await _hypervisor.DisposeAsync();
        File.Delete(_list);
    }

    [Test]
    public void A_seat_that_fails_is_told_and_the_others_come_up()
    {
        _broken.ExitCode.Should().Be(3, _broken.Error);
        _broken.Error.Should().Contain("boot node1", "the lab boots once").And.Contain("save checkpoint ready");
        var seats = JsonDocument.Parse(_broken.Output).RootElement.EnumerateArray().ToList();
        seats.Select(seat => seat.GetProperty("failure").GetString()).Should().SatisfyRespectively(
            first => first.Should().BeNull(), second => second.Should().Contain("port of this host"), third => third.Should().BeNull());

        _whole.ExitCode.Should().Be(0, _whole.Error);
        _whole.Error.Should().NotContain("save checkpoint", "the lab has booted before");
        _mine.Should().Be("mine", "a seat that is up is left as it is");
    }

    [Test]
    public async Task Seats_are_the_same_host_with_keys_and_ids_of_their_own()
    {
        (await AllAsync(Same)).Distinct().Should().ContainSingle();
        (await AllAsync("cat /etc/machine-id")).Should().OnlyHaveUniqueItems();
        (await AllAsync("cat /etc/ssh/ssh_host_*_key.pub")).Should().OnlyHaveUniqueItems();
        (await AllAsync("cat /root/.ssh/authorized_keys ~core/.ssh/authorized_keys")).Should().OnlyHaveUniqueItems();
        (await AllAsync("head -c 32 /dev/urandom | od -An -tx1 -w32")).Should().OnlyHaveUniqueItems();
        (await AllAsync("""logger -t seat hello; journalctl --sync; [ "$(journalctl -t seat -n 1 -o cat)" = hello ]; journalctl -t seat -n 1 -o export | grep -c "^_MACHINE_ID=$(cat /etc/machine-id)" """)).Should().OnlyContain(count => count == "1");
        (await AllAsync("curl --silent --fail --output /dev/null --write-out '%{http_code}' \"$(sed -n s/^url=//p /etc/ostree/remotes.d/lab.conf)/summary\"")).Should().OnlyContain(code => code == "200", "each is served its own trees");

        var strangers = await SshIdentity.LoadOrCreateAsync(LabInstance.KeyFolder(_home, _lab.Name), _lab.Guests.Select(guest => guest.Name));
        var folder = Directory.CreateTempSubdirectory("lab-strangers").FullName;
        var key = await new Command(
            "ssh", "-F", "none", "-i", strangers.KeyFile, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", $"UserKnownHostsFile={folder}/hosts",
            "-p", $"{new GuestPlan(_home, _seats[0].Name, _lab.Guests[0]).SshPort}", "root@127.0.0.1", "true").RunAsync();
        Directory.Delete(folder, recursive: true);
        key.Error.Should().Contain("Permission denied", "the lab's own key is none of a seat's");
    }

    [Test]
    public async Task The_table_of_seats_says_who_sits_where()
    {
        var seats = JsonDocument.Parse((await _cli.RunAsync("status", _lab.Name, "--seats", "--json")).Output).RootElement.EnumerateArray().ToList();

        seats.Select(seat => (seat.GetProperty("seat").GetInt32(), seat.GetProperty("student").GetString(), seat.GetProperty("lab").GetString()))
            .Should().Equal((1, "Ada", "e2e-seats-1"), (2, "Hopper, Grace", "e2e-seats-2"), (3, "", "e2e-seats-3"));
        seats.Should().OnlyContain(seat => seat.GetProperty("guests")[0].GetProperty("power").GetString() == "running" && seat.GetProperty("disk").GetInt64() < 100_000_000);
        (await _cli.RunAsync("list")).Output.Should().Contain("e2e-seats-1 (Ada)");
    }

    [Test]
    public async Task A_seat_is_itself_after_a_reboot_and_what_it_was_after_a_reset()
    {
        var before = await AllAsync("cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub");
        var others = await AllAsync("cat /proc/sys/kernel/random/boot_id");
        await OnAsync(0, async guest =>
        {
            await guest.RebootAsync();
            return await guest.Shell.SucceedAsync("echo later > /etc/later");
        });
        (await AllAsync("cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub")).Should().Equal(before);

        await _cli.SucceedAsync("reset", _seats[0].Name);

        (await OnAsync(0, guest => guest.Shell.SucceedAsync("ls /var/mine /etc/later 2> /dev/null || echo gone"))).Should().Be("gone");
        (await AllAsync("cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub")).Should().Equal(before);
        (await AllAsync("cat /proc/sys/kernel/random/boot_id")).Skip(1).Should().Equal(others.Skip(1), "the other seats have no part in it");
        (await _cli.RunAsync("reset", _lab.Name)).ExitCode.Should().Be(2, "the lab itself is no seat, and not up");
    }

    [Test]
    public async Task What_seats_rest_on_stays_while_they_are_up_and_nothing_is_left_of_them_after()
    {
        (await _cli.RunAsync("checkpoint", "delete", Checkpoint.Ready, "--lab", _lab.Name)).Error.Should().Contain("one of its seats does");
        (await _cli.RunAsync("gc", "--dry-run")).Output.Should().NotContain(_lab.Name);

        await DownAsync();

        foreach (var seat in _seats)
        {
            (await Leftovers.OfAsync(seat, _hypervisor)).Should().BeEmpty();
        }

        (await UpAsync()).ExitCode.Should().Be(0, "the other tests need them");
    }

    [Test]
    public async Task A_hand_out_that_is_killed_is_begun_anew_and_nobody_meets_what_it_left()
    {
        await _cli.SucceedAsync("down", _lab.Name, "--seats");
        var first = new GuestPlan(_home, _seats[0].Name, _lab.Guests[0]);
        using (var up = _cli.Start("up", AtomicHost.Folder, "--as", _lab.Name, "--seats", _list))
        {
            // The copy runs, and has the lab's keys.
            await up.KillWhenAsync(async () => File.Exists(GuestPlan.HandOutIn(first.Folder)) && await RunningLab.IsActiveAsync(first, _hypervisor));
        }

        File.Exists(GuestPlan.HandOutIn(first.Folder)).Should().BeTrue("it was killed in the middle");
        (await _cli.RunAsync("start", "node1", "--lab", _seats[0].Name)).Error.Should().Contain("was not handed out to its end");

        (await UpAsync()).ExitCode.Should().Be(0);

        File.Exists(GuestPlan.HandOutIn(first.Folder)).Should().BeFalse();
        (await AllAsync("cat /etc/machine-id")).Should().OnlyHaveUniqueItems();
        (await AllAsync("cat /etc/ssh/ssh_host_ed25519_key.pub")).Should().OnlyHaveUniqueItems();
    }

    private Task<CommandResult> UpAsync() => _cli.RunAsync("up", AtomicHost.Folder, "--as", _lab.Name, "--seats", _list, "--json");

    private Task DownAsync() => _cli.DownWithSeatsAsync(_lab.Name);

    private Task<string[]> AllAsync(string command) => Task.WhenAll(Enumerable.Range(0, _seats.Count).Select(seat => OnAsync(seat, guest => guest.Shell.SucceedAsync(command))));

    private async Task<T> OnAsync<T>(int seat, Func<Guest, Task<T>> work)
    {
        await using var lab = await LabInstance.FindAsync(_seats[seat].Name, _hypervisor, TimeProvider.System);
        return await work(lab![_lab.Guests[0].Name]);
    }
}
