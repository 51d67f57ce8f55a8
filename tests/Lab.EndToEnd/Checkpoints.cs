using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Remote;
using Lab.State;
using Lab.Testing;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>A lab that was up once, and is taken up again where it was.</summary>
[TestFixture]
public sealed class Checkpoints
{
    // What a user can tell a host by.
    private const string Facts = """
        cat /proc/sys/kernel/random/boot_id /etc/machine-id /etc/hostname /etc/ssh/ssh_host_ed25519_key.pub
        ostree admin status --skip-signatures
        ip -brief address show lab0
        systemctl list-units --state=running --plain --no-legend --type=service | cut -d' ' -f1 | grep -vE '^(systemd-(timedated|hostnamed)|ssh@)'
        """;

    private readonly LabHome _home = LabHome.Default();
    private readonly LabDefinition _lab = AtomicHost.Named("e2e-warm");
    private LabCli _cli = null!;
    private Hypervisor _hypervisor = null!;

    private CheckpointStore Store => new(_home);

    [OneTimeSetUp]
    public async Task BootOnceAsync()
    {
        _cli = new LabCli(_home);
        _hypervisor = await Hypervisor.OpenAsync(_home, SilentProgress.Instance);
        await DownAsync();
        foreach (var checkpoint in Store.List(_lab.Name))
        {
            await Store.DeleteAsync(_lab.Name, checkpoint.Name, SilentProgress.Instance);
        }

        (await UpAsync()).Should().Contain("boot node1").And.Contain("save checkpoint ready");
    }

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await DownAsync();
        await _hypervisor.DisposeAsync();
    }

    [Test]
    public async Task A_lab_that_was_up_before_comes_up_as_it_was_without_a_boot()
    {
        var before = await FactsAsync();
        await DownAsync();
        (await Leftovers.OfAsync(_lab, _hypervisor)).Should().BeEmpty("a checkpoint is kept elsewhere");

        (await UpAsync()).Should().Contain("resume checkpoint ready").And.NotContain("boot node1");

        (await FactsAsync()).Should().Be(before, "nobody can tell the difference");
    }

    [Test]
    public async Task What_a_guest_did_after_a_checkpoint_is_gone_when_it_is_restored()
    {
        await OnGuestAsync(guest => guest.Shell.SucceedAsync("echo kept > /etc/kept; echo kept > /run/kept"));
        await _cli.SucceedAsync("checkpoint", "save", "first", "--lab", _lab.Name);
        await OnGuestAsync(guest => guest.Shell.SucceedAsync("rm /etc/kept /run/kept; echo later > /var/later; sync"));

        await _cli.SucceedAsync("checkpoint", "restore", "first", "--lab", _lab.Name);
        (await OnGuestAsync(guest => guest.Shell.SucceedAsync("cat /etc/kept /run/kept; ls /var/later 2> /dev/null || echo gone"))).Should().Be("kept\nkept\ngone");

        // One that rests on another is whole by itself.
        await _cli.SucceedAsync("checkpoint", "save", "second", "--lab", _lab.Name);
        (await _cli.RunAsync("checkpoint", "delete", "first", "--lab", _lab.Name)).Error.Should().Contain("the lab runs on it");
        await DownAsync();
        await _cli.SucceedAsync("checkpoint", "delete", "first", "--lab", _lab.Name);
        await _cli.SucceedAsync("up", AtomicHost.Folder, "--as", _lab.Name, "--from", "second");
        (await OnGuestAsync(guest => guest.Shell.SucceedAsync("cat /etc/kept /run/kept"))).Should().Be("kept\nkept");
        await OnGuestAsync(async guest =>
        {
            await guest.RebootAsync();
            return await guest.Shell.SucceedAsync("cat /etc/kept");
        });
    }

    [Test]
    public async Task A_session_that_is_open_goes_on_when_a_checkpoint_has_been_saved()
    {
        var session = _cli.RunAsync("ssh", "node1", "--root", "--lab", _lab.Name, "--", "touch /run/session; until [ -e /run/saved ]; do sleep 1; done; echo still here");
        await OnGuestAsync(guest => guest.Shell.SucceedAsync("until [ -e /run/session ]; do sleep 1; done"));

        await _cli.SucceedAsync("checkpoint", "save", "during", "--lab", _lab.Name);
        await OnGuestAsync(guest => guest.Shell.SucceedAsync("touch /run/saved"));

        // Where libvirt confines QEMU, a guest ends to be saved, and its connections with it.
        (await session).Output.Trim().Should().Be(_hypervisor.HasSecurityDriver ? string.Empty : "still here");
    }

    [Test]
    public async Task The_session_that_saved_a_checkpoint_is_over_once_that_is_resumed()
    {
        await _cli.SucceedAsync("checkpoint", "save", "open", "--lab", _lab.Name);
        await _cli.SucceedAsync("checkpoint", "restore", "open", "--lab", _lab.Name);

        const string sessions = "pgrep --full '^sshd(-session)?: root@'";
        await OnGuestAsync(guest => guest.WaitUntilSucceedsAsync($"{sessions}; [ $({sessions} | wc -l) = 1 ]", TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task A_copy_of_a_guest_has_random_numbers_of_its_own()
    {
        const string number = "head -c 32 /dev/urandom | od -An -tx1 -w32";
        var ready = Store.Find(_lab.Name, Checkpoint.Ready)!;
        var seen = new List<string>();
        for (var copy = 0; copy < 2; copy++)
        {
            seen.Add(await OnLabAsync(async lab =>
            {
                await lab.RestoreAsync(ready, SilentProgress.Instance);
                return await lab["node1"].Shell.SucceedAsync(number);
            }));
        }

        seen.Should().OnlyHaveUniqueItems();
    }

    [Test]
    public async Task A_disk_too_full_for_a_checkpoint_is_told_before_anything_is_written()
    {
        var before = Directory.GetFileSystemEntries(_home.Checkpoints, "*", SearchOption.AllDirectories);
        var boot = await OnGuestAsync(guest => guest.BootIdAsync());

        // The same home with 64 MiB free, as the shell alone sees it: what is written goes to a file system of its own.
        var room = Directory.CreateTempSubdirectory("lab-e2e-room-").FullName;
        const string script = "mount -t tmpfs -o size=64m none \"$1\"; mkdir \"$1/new\" \"$1/work\"; mount -t overlay -o \"lowerdir=$0,upperdir=$1/new,workdir=$1/work\" none \"$0\"; shift; exec \"$@\"";
        var save = _cli.ToRun("checkpoint", "save", "large", "--lab", _lab.Name);
        var result = await new Command("unshare", ["--mount", "sh", "-ec", script, _home.Root, room, save.Program, .. save.Arguments]).WithEnvironment("LAB_HOME", _home.Root).RunAsync();
        Directory.Delete(room);

        result.ExitCode.Should().Be((int)FailureKind.Infrastructure, result.Error);
        result.Error.Should().MatchRegex($"may need [0-9]{{4}} MiB below {_home.Root}, and 6[0-9] MiB are free");
        Directory.GetFileSystemEntries(_home.Checkpoints, "*", SearchOption.AllDirectories).Should().BeEquivalentTo(before);
        (await OnGuestAsync(guest => guest.BootIdAsync())).Should().Be(boot);
    }

    [Test]
    public async Task A_save_that_is_killed_leaves_the_checkpoint_before_it_and_a_lab_that_comes_up()
    {
        var before = Store.Find(_lab.Name, Checkpoint.Ready)!;
        using (var save = _cli.Start("checkpoint", "save", Checkpoint.Ready, "--lab", _lab.Name))
        {
            // The new one's folder holds memory by now, and no description yet.
            await save.KillWhenAsync(() => Task.FromResult(Directory.EnumerateFiles(Path.Combine(_home.Checkpoints, _lab.Name), "*.memory", SearchOption.AllDirectories).Count() > 1));
        }

        Store.Find(_lab.Name, Checkpoint.Ready)!.Saved.Should().Be(before.Saved);
        await DownAsync();
        (await UpAsync()).Should().Contain("resume checkpoint ready");
        var gc = await _cli.RunAsync("gc", "--dry-run");
        gc.Output.Should().Contain("it was replaced, or its process was killed", gc.Error);
    }

    [Test]
    public async Task A_resume_that_is_killed_is_finished_by_the_next_up()
    {
        await DownAsync();
        using (var up = _cli.Start("up", AtomicHost.Folder, "--as", _lab.Name))
        {
            await up.KillWhenAsync(IsActiveAsync);
        }

        await UpAsync();
        await FactsAsync();
    }

    [Test]
    public async Task A_lab_that_nobody_can_serve_is_not_resumed_and_nothing_of_it_stays()
    {
        await DownAsync();
        using (var taken = new TcpListener(IPAddress.Loopback, LabInstance.ContentPort(_home, _lab.Name)))
        {
            taken.Start();
            var result = await _cli.RunAsync("up", AtomicHost.Folder, "--as", _lab.Name);

            result.ExitCode.Should().Be((int)FailureKind.Infrastructure, result.Error);
            result.Error.Should().Contain("can't listen on port").And.NotContain("boot");
        }

        (await LabInstance.FindAsync(_lab.Name, _hypervisor, TimeProvider.System)).Should().BeNull("it has no domain");
        (await UpAsync()).Should().Contain("resume checkpoint ready");
    }

    [Test]
    public async Task A_checkpoint_of_another_definition_is_refused_and_nothing_of_it_stays()
    {
        await _cli.SucceedAsync("up", AtomicHost.Folder, "--as", _lab.Name);
        await _cli.SucceedAsync("checkpoint", "save", "other", "--lab", _lab.Name);
        await DownAsync();
        var changed = _lab with { Guests = [_lab.Guests[0] with { Memory = ByteSize.FromMiB(768) }] };

        var up = () => LabInstance.UpAsync(changed, _hypervisor, new TreeComposer(_home, new AptMirrors().FindAsync, SilentProgress.Instance, TimeProvider.System), SilentProgress.Instance, TimeProvider.System, from: "other");

        (await up.Should().ThrowAsync<HostException>()).WithMessage("*checkpoint other of lab e2e-warm does not fit any more: guest node1 was made from another definition*");
        (await LabInstance.FindAsync(_lab.Name, _hypervisor, TimeProvider.System)).Should().BeNull("its memory was read already, for nobody");
        Directory.Exists(new GuestPlan(_home, _lab.Name, _lab.Guests[0]).Folder).Should().BeFalse();
        await _cli.SucceedAsync("checkpoint", "delete", "other", "--lab", _lab.Name);
        (await UpAsync()).Should().Contain("resume checkpoint ready");
    }

    [Test]
    public async Task A_checkpoint_of_another_QEMU_is_refused_by_name_and_the_lab_boots()
    {
        await DownAsync();
        var file = Path.Combine(Store.Find(_lab.Name, Checkpoint.Ready)!.Folder, "checkpoint.json");
        var text = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(file, text.Replace(JsonEncodedText.Encode(_hypervisor.Verdict.QemuVersion).ToString(), "QEMU emulator version 0.9", StringComparison.Ordinal));

        var said = await UpAsync();

        said.Should().Contain("checkpoint ready does not fit any more").And.Contain("QEMU emulator version 0.9 saved it").And.Contain("boot node1");
        Store.Find(_lab.Name, Checkpoint.Ready)!.Machine.Qemu.Should().Be(_hypervisor.Verdict.QemuVersion, "the one that was made now has taken its place");
    }

    private async Task<string> UpAsync()
    {
        var result = await _cli.RunAsync("up", AtomicHost.Folder, "--as", _lab.Name);
        result.ExitCode.Should().Be(0, result.Error);
        return result.Error;
    }

    private Task<bool> IsActiveAsync() => RunningLab.IsActiveAsync(new GuestPlan(_home, _lab.Name, _lab.Guests[0]), _hypervisor);

    private Task<string> DownAsync() => _cli.SucceedAsync("down", _lab.Name);

    private Task<T> OnGuestAsync<T>(Func<Guest, Task<T>> work) => OnLabAsync(lab => work(lab["node1"]));

    private async Task<T> OnLabAsync<T>(Func<LabInstance, Task<T>> work)
    {
        await using var lab = await LabInstance.FindAsync(_lab.Name, _hypervisor, TimeProvider.System);
        return await work(lab!);
    }

    private Task<string> FactsAsync() => OnGuestAsync(async guest =>
    {
        await guest.Should().HaveTheTimeWithin(TimeSpan.FromSeconds(1));
        return await guest.Shell.SucceedAsync(Facts);
    });
}
