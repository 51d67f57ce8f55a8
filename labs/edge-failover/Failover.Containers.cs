using System.Globalization;
using FluentAssertions;
using Lab.Execution;
using Lab.Guests;
using Lab.Remote;
using Lab.Testing;
using NUnit.Framework;

namespace Labs.EdgeFailover;

// The container behind the shared address: the first request starts it, systemd keeps it running, and the registry says which version runs.
public sealed partial class Failover
{
    private static readonly Uri Version = new("http://vip:8080/version");
    private static readonly TimeSpan ContainerPatience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Nothing_runs_before_the_first_request_which_one_host_answers()
    {
        await RestoreAsync(_idle);
        await Step("No container runs", async () =>
        {
            foreach (var guest in Lab.Guests)
            {
                (await CoreAsync(guest, "podman ps --all --quiet; podman images --quiet")).Should().BeEmpty();
            }
        });
        await Step("The first request is answered", async () =>
        {
            var first = await AnsweredAsync(Vip, "primary");
            Recorder.Measure("first request", (first.Ended - first.Sent).TotalMilliseconds, "ms");
        });
        (await CoreAsync(Primary, "podman ps --format '{{.Names}} {{.Image}}'")).Should().Be("httpd host:5000/httpd:prod");
        (await CoreAsync(Backup, "podman ps --all --quiet")).Should().BeEmpty("nobody asked it");
    }

    [Test]
    public async Task A_server_that_is_killed_is_started_again()
    {
        await RestoreAsync(_start);
        await Step("Kill httpd", () => Primary.Shell.SucceedAsync("pkill -KILL -f '[b]usybox httpd'"));
        await Primary.WaitUntilSucceedsAsync(AsCore("[ $(systemctl --user show -P NRestarts httpd) = 1 ] && systemctl --user is-active httpd"), ContainerPatience);
        await AnsweredAsync(Vip, "primary");
    }

    [Test]
    public async Task A_server_that_ends_well_is_not_started_again_before_the_next_request()
    {
        await RestoreAsync(_start);
        await Step("Ask httpd to end", () => CoreAsync(Primary, "podman kill --signal TERM httpd"));
        await Primary.WaitUntilSucceedsAsync(AsCore("[ \"$(systemctl --user show -p SubState,Result,NRestarts httpd | sort | paste -sd ' ')\" = 'NRestarts=0 Result=success SubState=dead' ]"), ContainerPatience);
        await AnsweredAsync(Vip, "primary");
    }

    [Test]
    public async Task A_new_version_is_fetched_when_the_timer_says_so()
    {
        await RestoreAsync(_start);
        await AnsweredAsync(Version, "v1");
        await Registry.TagAsync("httpd:v2", "httpd:prod");
        await Step("The timer elapses", () => CoreAsync(Primary, """
            mkdir -p $XDG_RUNTIME_DIR/systemd/user.control/podman-auto-update.timer.d
            printf '[Timer]\nOnActiveSec=1s\n' > $XDG_RUNTIME_DIR/systemd/user.control/podman-auto-update.timer.d/now.conf
            systemctl --user daemon-reload
            systemctl --user restart podman-auto-update.timer
            """));
        await AnsweredAsync(Version, "v2");
        (await CoreAsync(Primary, "systemctl --user is-active httpd")).Should().Be("active");
    }

    [Test]
    public async Task A_version_that_is_not_healthy_is_taken_back()
    {
        await RestoreAsync(_start);
        await Registry.TagAsync("httpd:v3", "httpd:prod");
        await Step("Update", async () =>
            (await CoreAsync(Primary, "podman auto-update --format '{{.Unit}} {{.Updated}}'")).Should().Be("httpd.service rolled back"));
        await AnsweredAsync(Version, "v1");
    }

    [TestCaseSource(nameof(RestartTable))]
    public async Task Systemd_restarts_a_service(string policy, Cause cause, bool restarts)
    {
        _starts ??= StartsAsync();
        (await _starts)[UnitOf(policy, cause)].Should().Be(restarts ? 2 : 1, $"systemd.service(5) says so of Restart={policy}");
    }

    /// <summary>How a service's process ends.</summary>
    public enum Cause
    {
        /// <summary>Clean exit code or signal.</summary>
        CleanExit,

        /// <summary>Unclean exit code.</summary>
        UncleanExitCode,

        /// <summary>Unclean signal.</summary>
        UncleanSignal,

        /// <summary>Timeout.</summary>
        Timeout,

        /// <summary>Watchdog.</summary>
        Watchdog,
    }

    // systemd.service(5), "Exit causes and the effect of the Restart= settings": which of them each setting answers.
    private static readonly Dictionary<string, Cause[]> Restarts = new()
    {
        ["no"] = [],
        ["always"] = [Cause.CleanExit, Cause.UncleanExitCode, Cause.UncleanSignal, Cause.Timeout, Cause.Watchdog],
        ["on-success"] = [Cause.CleanExit],
        ["on-failure"] = [Cause.UncleanExitCode, Cause.UncleanSignal, Cause.Timeout, Cause.Watchdog],
        ["on-abnormal"] = [Cause.UncleanSignal, Cause.Timeout, Cause.Watchdog],
        ["on-abort"] = [Cause.UncleanSignal],
        ["on-watchdog"] = [Cause.Watchdog],
    };

    private static readonly Dictionary<Cause, string> Endings = new()
    {
        [Cause.CleanExit] = "exit 0",
        [Cause.UncleanExitCode] = "exit 1",
        [Cause.UncleanSignal] = "kill -KILL $$",
        [Cause.Timeout] = "exec sleep infinity",
        [Cause.Watchdog] = "systemd-notify --ready; exec sleep infinity",
    };

    private Task<IReadOnlyDictionary<string, int>>? _starts;

    private static IEnumerable<TestCaseData> RestartTable() =>
        from policy in Restarts
        from cause in Enum.GetValues<Cause>()
        select new TestCaseData(policy.Key, cause, policy.Value.Contains(cause)).SetArgDisplayNames(policy.Key, $"{cause}", policy.Value.Contains(cause) ? "restarted" : "left");

    private static string UnitOf(string policy, Cause cause) => $"restart-{policy}-{cause}";

    // All at once: each service ends in its way when it is started, and goes on where it is started again.
    private async Task<IReadOnlyDictionary<string, int>> StartsAsync()
    {
        var units = (from policy in Restarts.Keys from cause in Enum.GetValues<Cause>() select (Policy: policy, Cause: cause)).ToList();
        var files = units.Select(unit => $"""
            cat > /run/systemd/system/{UnitOf(unit.Policy, unit.Cause)}.service <<'END'
            [Unit]
            StartLimitIntervalSec=0
            [Service]
            Type={(unit.Cause is Cause.Timeout or Cause.Watchdog ? "notify" : "exec")}
            NotifyAccess=all
            Restart={unit.Policy}
            {(unit.Cause == Cause.Timeout ? "TimeoutStartSec=1" : string.Empty)}
            {(unit.Cause == Cause.Watchdog ? "WatchdogSec=1" : string.Empty)}
            ExecStart=/bin/sh -c 'echo >> /run/restart/%N; [ "$$(wc -l < /run/restart/%N)" = 1 ] || {"{"} systemd-notify --ready WATCHDOG_USEC=3600000000; exec sleep infinity; {"}"}; {Endings[unit.Cause].Replace("$", "$$", StringComparison.Ordinal)}'
            END

            """);
        await Step($"Services end in {units.Count} ways", async () =>
        {
            await Backup.Shell.SucceedAsync($"mkdir -p /run/restart\n{string.Concat(files)}systemctl daemon-reload\nsystemctl start --no-block {string.Join(' ', units.Select(unit => UnitOf(unit.Policy, unit.Cause)))}");

            // Each has begun, and what has not begun twice has ended for good.
            await Backup.WaitUntilSucceedsAsync(
                $"cd /run/restart && [ $(ls | wc -l) = {units.Count} ] && systemctl list-units --plain --no-legend --state=active,activating,deactivating,reloading 'restart-*' | while read unit rest; do [ $(wc -l < ${{unit%.service}}) -gt 1 ] || exit 1; done",
                ContainerPatience);
        });
        return (await Backup.Shell.SucceedAsync("cd /run/restart && wc -l restart-*")).Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[1] != "total")
            .ToDictionary(words => words[1], words => int.Parse(words[0], CultureInfo.InvariantCulture));
    }

    // The user's own manager and podman, as a login of theirs has them.
    private static string AsCore(string command) => $"cd / && runuser -u core -- env HOME=/var/home/core XDG_RUNTIME_DIR=/run/user/1000 sh -ec {Command.Quote(command)}";

    private static Task<string> CoreAsync(Guest guest, string command) => guest.Shell.SucceedAsync(AsCore(command));

    // A request may wait for what it starts.
    private async Task<Probe> AnsweredAsync(Uri url, string answer)
    {
        await using var prober = await HttpProber.StartAsync(Segments.Host!, url, TimeSpan.FromSeconds(1), Hypervisor.Scale(ContainerPatience));
        return await prober.WaitForAsync(probe => probe.Answer == answer, $"answered by {answer}", Hypervisor.Scale(ContainerPatience));
    }
}
