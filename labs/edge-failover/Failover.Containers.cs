using System.Globalization;
using FluentAssertions;
using Lab.Execution;
using Lab.Faults;
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
        await Step("Kill httpd", () => Primary.KillProcessAsync("busybox"));
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
        (await WhoAnswersAsync(Version)).Should().Be("v1");
        await Registry.TagAsync("httpd:v2", "httpd:prod");
        await Step("The timer elapses", () => CoreAsync(Primary, """
            mkdir -p $XDG_RUNTIME_DIR/systemd/user.control/podman-auto-update.timer.d
            printf '[Timer]\nOnActiveSec=1s\nAccuracySec=1s\n' > $XDG_RUNTIME_DIR/systemd/user.control/podman-auto-update.timer.d/now.conf
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
        _restarts ??= RestartsAsync();
        ((await _restarts)[UnitOf(policy, cause)] > 0).Should().Be(restarts, $"systemd.service(5) says so of Restart={policy}");
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
        [Cause.UncleanSignal] = "kill -KILL $$$$",
        [Cause.Timeout] = "exec sleep infinity",
        [Cause.Watchdog] = "systemd-notify --ready; exec sleep infinity",
    };

    private Task<IReadOnlyDictionary<string, int>>? _restarts;

    private static IEnumerable<TestCaseData> RestartTable() =>
        from policy in Restarts
        from cause in Enum.GetValues<Cause>()
        select new TestCaseData(policy.Key, cause, policy.Value.Contains(cause)).SetArgDisplayNames(policy.Key, $"{cause}", policy.Value.Contains(cause) ? "restarted" : "left");

    private static string UnitOf(string policy, Cause cause) => $"restart-{policy}-{cause}.service";

    // All at once. Each service ends as soon as it is started, so the limit keeps those that are started again from going on for ever.
    private async Task<IReadOnlyDictionary<string, int>> RestartsAsync()
    {
        var units = (from policy in Restarts.Keys from cause in Enum.GetValues<Cause>() select (Policy: policy, Cause: cause)).ToList();
        var files = units.Select(unit => $"""
            cat > /run/systemd/system/{UnitOf(unit.Policy, unit.Cause)} <<'END'
            [Unit]
            StartLimitIntervalSec=1h
            StartLimitBurst=2
            [Service]
            Type={(unit.Cause is Cause.Timeout or Cause.Watchdog ? "notify" : "exec")}
            NotifyAccess=all
            TimeoutStartSec={(unit.Cause == Cause.Timeout ? 1 : 600)}
            WatchdogSec={(unit.Cause == Cause.Watchdog ? 1 : 0)}
            Restart={unit.Policy}
            ExecStart=/bin/sh -c '{Endings[unit.Cause]}'
            END

            """);
        var names = string.Join(' ', units.Select(unit => UnitOf(unit.Policy, unit.Cause)));
        await Step($"Services end in {units.Count} ways", async () =>
        {
            await Backup.Shell.RunAsync($"{string.Concat(files)}systemctl daemon-reload; systemctl start {names}");

            // What has not been started again has ended for good.
            await Backup.WaitUntilSucceedsAsync($"systemctl show --property NRestarts,ActiveState {names} | awk -v RS= '/NRestarts=0/ && !/ActiveState=(inactive|failed)/ {{ exit 1 }}'", ContainerPatience);
        });
        var restarts = (await Backup.Shell.SucceedAsync($"systemctl show --property NRestarts --value {names} | awk NF")).Split('\n');
        return names.Split(' ').Zip(restarts).ToDictionary(unit => unit.First, unit => int.Parse(unit.Second, CultureInfo.InvariantCulture));
    }

    // The user's own manager and podman, as a login of theirs has them.
    private static string AsCore(string command) => $"cd / && runuser -u core -- env HOME=/var/home/core XDG_RUNTIME_DIR=/run/user/1000 sh -ec {Command.Quote(command)}";

    private static Task<string> CoreAsync(Guest guest, string command) => guest.Shell.SucceedAsync(AsCore(command));

    // A request may wait for what it starts.
    private Task<Probe> AnsweredAsync(Uri url, string answer) => AnsweredWithinAsync(ContainerPatience, url, answer);
}
