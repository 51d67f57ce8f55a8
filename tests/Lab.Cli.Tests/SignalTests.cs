using System.Net;
using Lab.Execution;
using Lab.Guests;
using Lab.State;

namespace Lab.Cli.Tests;

internal sealed class SignalTests
{
    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    [CancelAfter(60_000)]
    public async Task A_signal_ends_a_command_with_its_code(string signal, int code, CancellationToken cancellation)
    {
        using var user = new LabUser();
        user.Write("tree.yaml", "tree: web\nref: web\nversion: '1'\nsources: [{ suite: trixie }]\n");
        using var held = FileLock.TryTake(Path.Combine(new LabHome(user.Home).Locks, "trees"));
        using var lab = user.Start("tree", "compose", "./tree.yaml");
        await lab.ErrorAsync("wait for another composition to end", cancellation);

        var (exitCode, error) = await lab.EndAsync(signal, cancellation);

        exitCode.Should().Be(code);
        error.Should().EndWith("lab: Interrupted.\n").And.NotContain("Exception");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_lab_that_is_killed_takes_its_tools_with_it_but_no_daemon(CancellationToken cancellation)
    {
        using var user = new LabUser();
        user.Write("tree.yaml", "tree: web\nref: web\nversion: '1'\nsources: [{ suite: trixie }]\n");
        // A tool that never ends, a child of it in a process group of its own, and a daemon.
        user.Write("tools/mmdebstrap", "#!/bin/sh\ntimeout 1000 sleep 1000 & echo $! > child; setsid sleep 1000 > /dev/null 2>&1 & echo $! > daemon; echo $$ > part; mv part tool; wait\n");
        File.SetUnixFileMode(Path.Combine(user.Folder, "tools", "mmdebstrap"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        user.Environment["PATH"] = Path.Combine(user.Folder, "tools") + ":" + System.Environment.GetEnvironmentVariable("PATH");
        user.Environment["LAB_DEBIAN_MIRROR"] = "http://127.0.0.1:1/debian";
        using var lab = user.Start("tree", "compose", "./tree.yaml");
        await UntilAsync(() => File.Exists(Path.Combine(user.Folder, "tool")), cancellation);

        await lab.EndAsync("KILL", cancellation);

        await UntilAsync(() => !Runs(user, "tool") && !Runs(user, "child"), cancellation);
        Runs(user, "daemon").Should().BeTrue();
        await new Command("kill", Pid(user, "daemon")).SucceedAsync(cancellation);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_content_server_shows_what_is_fetched_and_ends_well_when_told(CancellationToken cancellation)
    {
        using var user = new LabUser();
        var (home, file) = Published(user);
        using var lab = user.Start("tree", "serve", "--lab", "web");
        await lab.ErrorAsync("Serving lab web", cancellation);

        using var http = new HttpClient();
        (await http.GetByteArrayAsync(new Uri($"http://127.0.0.1:{LabInstance.ContentPort(home, "web")}/node1/{file}"), cancellation)).Should().HaveCount(2000);

        await lab.OutputAsync("node1: 1 requests, 2 kB", cancellation);
        (await lab.EndAsync("TERM", cancellation)).ExitCode.Should().Be(0);
        Lab.Trees.LabContent.IsServed(home, "web").Should().BeFalse();
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_content_server_ends_when_its_lab_is_gone(CancellationToken cancellation)
    {
        using var user = new LabUser();
        var (home, _) = Published(user);
        using var lab = user.Start("tree", "serve", "--lab", "web");
        await lab.ErrorAsync("Serving lab web", cancellation);

        Directory.Delete(GuestPlan.LabFolder(home, "web"), recursive: true);

        (await lab.EndAsync(signal: null, cancellation)).ExitCode.Should().Be(0);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_lab_has_one_content_server(CancellationToken cancellation)
    {
        using var user = new LabUser();
        Published(user);
        using var lab = user.Start("tree", "serve", "--lab", "web");
        await lab.ErrorAsync("Serving lab web", cancellation);

        var second = await user.RunAsync("tree", "serve", "--lab", "web");

        second.ExitCode.Should().Be(3);
        second.Error.Should().StartWith("lab: Another process serves lab web already.");
    }

    private static string Pid(LabUser user, string name) => File.ReadAllText(Path.Combine(user.Folder, name)).Trim();

    // A killed process stays a zombie until whoever inherited it asks for it.
    private static bool Runs(LabUser user, string name)
    {
        try
        {
            return !File.ReadAllText($"/proc/{Pid(user, name)}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<bool> seen, CancellationToken cancellation)
    {
        while (!seen())
        {
            await Task.Delay(10, cancellation);
        }
    }

    private static (LabHome Home, string File) Published(LabUser user)
    {
        var home = new LabHome(user.Home);
        var repository = Directory.CreateDirectory(LabInstance.RepositoryFolder(home, "web")).FullName;
        File.WriteAllBytes(Path.Combine(repository, "object"), new byte[2000]);
        return (home, "object");
    }
}
