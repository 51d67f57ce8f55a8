using System.Net;
using System.Net.Sockets;
using System.Text;
using Lab.Guests;
using Lab.Remote;

namespace Lab.EndToEnd.OneGuest;

/// <summary>Commands, copies and forwarded ports over one connection, and what becomes of them when they fail.</summary>
[TestFixture]
public sealed class GuestCommands
{
    private Guest _guest = null!;

    [OneTimeSetUp]
    public async Task GetReadyAsync() => _guest = await OneGuestLab.ReadyAsync();

    [Test]
    public async Task A_command_brings_back_its_exit_code_and_both_outputs()
    {
        var result = await _guest.Shell.RunAsync("echo out; echo err >&2; exit 3");
        (result.ExitCode, result.Output, result.Error).Should().Be((3, "out\n", "err\n"));
    }

    [Test]
    public async Task A_command_that_a_signal_ended_says_so_as_a_shell_does() =>
        (await _guest.Shell.RunAsync("kill -s KILL $$")).ExitCode.Should().Be(128 + 9);

    [Test]
    public async Task Quotes_line_breaks_and_foreign_letters_reach_the_guest_as_they_are()
    {
        const string text = "it's \"quoted\" $HOME `id` \\ \n naïve 漢字";
        (await _guest.Shell.SucceedAsync($"printf %s {Execution.Command.Quote(text)}")).Should().Be(text);
    }

    [Test]
    public async Task Output_of_many_megabytes_comes_back_whole()
    {
        var output = await _guest.Shell.SucceedAsync("head -c 8388608 /dev/zero | tr '\\0' x");
        output.Should().HaveLength(8 << 20);
    }

    [Test]
    public async Task A_command_that_must_succeed_fails_with_its_own_words()
    {
        var run = () => _guest.Shell.SucceedAsync("echo 'no such thing' >&2; exit 7");
        (await run.Should().ThrowAsync<CommandFailedException>()).WithMessage("*node1*exited with code 7*no such thing*");
    }

    [Test]
    public async Task A_command_at_its_time_out_is_ended_on_the_guest_and_the_connection_goes_on()
    {
        var run = () => _guest.Shell.RunAsync("echo started; sleep 66666", TimeSpan.FromSeconds(3));
        (await run.Should().ThrowAsync<RemoteTimeoutException>()).WithMessage("*node1*still running after 3 s*started*");
        await _guest.Shell.FailAsync("pgrep --full '^sleep 66666'");
    }

    [Test]
    public async Task A_command_that_is_cancelled_is_ended_on_the_guest_too()
    {
        using var cancel = new CancellationTokenSource();
        var run = _guest.Shell.RunAsync("sleep 77777", cancellation: cancel.Token);
        await _guest.WaitUntilSucceedsAsync("pgrep --full '^sleep 77777'", TimeSpan.FromSeconds(30));

        await cancel.CancelAsync();

        await run.Awaiting(cancelled => cancelled).Should().ThrowAsync<OperationCanceledException>();
        await _guest.WaitUntilSucceedsAsync("! pgrep --full '^sleep 77777'", TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task A_shell_that_is_closed_leaves_the_commands_of_others_alone()
    {
        var run = _guest.Shell.SucceedAsync("touch /run/others; until [ -e /run/closed ]; do sleep 0.1; done; echo went on");
        await _guest.WaitUntilSucceedsAsync("test -e /run/others", TimeSpan.FromSeconds(30));
        await using (var other = await LabInstance.FindAsync(OneGuestLab.Running.Instance.Name, OneGuestLab.Running.Hypervisor, TimeProvider.System))
        {
            await other!["node1"].Shell.SucceedAsync("true");
        }

        await _guest.Shell.SucceedAsync("touch /run/closed");
        (await run).Should().Be("went on");
    }

    [Test]
    public async Task Waiting_for_a_unit_that_has_failed_ends_with_its_status()
    {
        // Never active, not for a moment: a oneshot service is so only once it has ended well.
        await _guest.Shell.RunAsync("systemd-run --quiet --service-type=oneshot --unit=doomed sh -c 'echo I am doomed; exit 5'");
        // Only failing early passes this test: the deadline is beyond the limit.
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var wait = () => _guest.WaitForUnitAsync("doomed.service", TimeSpan.FromDays(1), limit.Token);
        (await wait.Should().ThrowAsync<CommandFailedException>()).WithMessage("*doomed.service*status=5*I am doomed*");
    }

    [Test]
    public async Task A_wait_that_ends_in_vain_shows_what_was_seen_last()
    {
        var wait = () => _guest.WaitUntilSucceedsAsync("echo still missing >&2; test -e /run/missing", TimeSpan.FromMilliseconds(300));
        (await wait.Should().ThrowAsync<CommandFailedException>()).WithMessage("*still missing*");
    }

    [Test]
    public async Task A_folder_survives_the_way_there_and_back()
    {
        var here = Directory.CreateTempSubdirectory("lab-copy-").FullName;
        try
        {
            var sent = Directory.CreateDirectory(Path.Combine(here, "sent")).FullName;
            var name = Path.Combine("deep", "name with spaces, 'quotes' and 漢字");
            Directory.CreateDirectory(Path.Combine(sent, "deep"));
            var bytes = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, 70_000).Select(i => (char)(i % 256))));
            await File.WriteAllBytesAsync(Path.Combine(sent, name), bytes);
            await _guest.Shell.CopyToAsync(sent, "/var/tmp/copied");
            await _guest.Shell.CopyFromAsync("/var/tmp/copied", Path.Combine(here, "back"));
            (await File.ReadAllBytesAsync(Path.Combine(here, "back", name))).Should().Equal(bytes);
        }
        finally
        {
            await _guest.Shell.SucceedAsync("rm -rf /var/tmp/copied");
            Directory.Delete(here, recursive: true);
        }
    }

    [Test]
    public async Task A_forwarded_port_leads_to_the_guest_until_it_is_given_back()
    {
        using var client = new HttpClient();
        var port = FreePort();
        var page = new Uri($"http://127.0.0.1:{port}/");
        await using (await _guest.Shell.ForwardAsync(port, 80))
        {
            (await client.GetStringAsync(page)).Should().Contain("Lab web");
        }

        using var later = new HttpClient();
        await later.Invoking(http => http.GetStringAsync(page)).Should().ThrowAsync<HttpRequestException>();
    }

    [Test]
    public async Task A_port_of_this_host_that_is_taken_can_not_be_forwarded()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var forward = () => _guest.Shell.ForwardAsync(port, 80);
        (await forward.Should().ThrowAsync<HostException>()).WithMessage($"*{port}*node1*");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
