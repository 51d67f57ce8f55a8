using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>A stage of <c>lab up</c>, by what can be seen of it from outside.</summary>
public enum Stage
{
    /// <summary>The lab's folder is there, and its content server starts.</summary>
    Begun,

    /// <summary>The guest's files are made.</summary>
    Preparing,

    /// <summary>libvirt knows the guest.</summary>
    Defined,

    /// <summary>The guest's kernel runs.</summary>
    Booting,
}

/// <summary><c>lab up</c> killed on its way: by <c>kill -9</c>, so that it can't clean up, with all that it started living on.</summary>
[TestFixture]
public sealed class KilledUp
{
    private readonly LabHome _home = LabHome.Default();
    private readonly LabDefinition _lab = AtomicHost.Named("e2e-killed");
    private LabCli _cli = null!;
    private Hypervisor _hypervisor = null!;

    [OneTimeSetUp]
    public async Task OpenAsync()
    {
        _cli = new LabCli(_home);
        _hypervisor = await Hypervisor.OpenAsync(_home, SilentProgress.Instance);
        await _cli.SucceedAsync("down", _lab.Name);
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await _cli.SucceedAsync("down", _lab.Name);
        await _hypervisor.DisposeAsync();
    }

    [Test]
    public async Task Down_removes_all_that_it_left([Values] Stage stage)
    {
        await KillAtAsync(stage);
        await _cli.SucceedAsync("down", _lab.Name);

        // A server that was not up yet can't be told to end. It sees for itself that its lab is gone.
        await Leftovers.ProcessesEndAsync($"tree serve --lab {_lab.Name}");
        (await Leftovers.OfAsync(_lab, _hypervisor)).Should().BeEmpty();
    }

    [Test]
    public async Task The_next_up_finishes_what_it_began_and_a_power_cut_right_after_leaves_it_whole()
    {
        await KillAtAsync(Stage.Booting);
        var begun = await StartsAsync();

        await _cli.SucceedAsync("up", AtomicHost.Folder, "--as", _lab.Name);
        (await StartsAsync()).Should().Be(begun, "the guest that boots already is not started again");
        await _cli.SucceedAsync("stop", "node1", "--force", "--lab", _lab.Name);
        await _cli.SucceedAsync("start", "node1", "--lab", _lab.Name);
        var answer = await _cli.RunAsync("ssh", "node1", "--lab", _lab.Name, "--", "hostname");
        answer.Output.Trim().Should().Be("node1", answer.Error);

        await _cli.SucceedAsync("down", _lab.Name);
        (await Leftovers.OfAsync(_lab, _hypervisor)).Should().BeEmpty();
    }

    [Test]
    public async Task With_its_files_gone_too_the_server_ends_by_itself_and_down_finds_the_guest()
    {
        await KillAtAsync(Stage.Booting);
        Directory.Delete(GuestPlan.LabFolder(_home, _lab.Name), recursive: true);
        if (Directory.Exists(LabInstance.SocketFolder(_home, _lab.Name)))
        {
            Directory.Delete(LabInstance.SocketFolder(_home, _lab.Name), recursive: true);
        }

        using (await FileLock.TakeAsync(Path.Combine(_home.Locks, $"content-{_lab.Name}")))
        {
            // The lock dies with the server.
        }

        await _cli.SucceedAsync("down", _lab.Name);
        (await Leftovers.OfAsync(_lab, _hypervisor)).Should().BeEmpty();
    }

    private GuestPlan Plan => new(_home, _lab.Name, _lab.Guests[0]);

    private async Task KillAtAsync(Stage stage)
    {
        using var up = _cli.Start("up", AtomicHost.Folder, "--cold", "--as", _lab.Name);
        await up.KillWhenAsync(() => IsSeenAsync(stage));
    }

    private async Task<bool> IsSeenAsync(Stage stage) => stage switch
    {
        Stage.Begun => Directory.Exists(LabInstance.RepositoryFolder(_home, _lab.Name)),
        Stage.Preparing => Directory.Exists(Plan.Folder),
        Stage.Defined => await IsDefinedAsync(),
        Stage.Booting => File.Exists(Plan.ConsoleFile) && (await ConsoleAsync()).Contains("Linux version", StringComparison.Ordinal),
        _ => throw new ArgumentOutOfRangeException(nameof(stage)),
    };

    private async Task<bool> IsDefinedAsync()
    {
        using var domain = await _hypervisor.Connection.FindDomainAsync(Plan.DomainName);
        return domain is not null;
    }

    private async Task<string> ConsoleAsync()
    {
        await using var file = new FileStream(Plan.ConsoleFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync();
    }

    // Each start of a guest begins its console with the firmware.
    private async Task<int> StartsAsync() => (await ConsoleAsync()).Split("SeaBIOS (version").Length - 1;
}
