using System.Text.Json;
using System.Text.RegularExpressions;
using Lab.Execution;
using Lab.Hosting;
using Lab.Remote;
using Lab.Updates;
using LibvirtSharp;

namespace Lab.Guests;

/// <summary>Told of what guests do, for the report.</summary>
public interface IGuestObserver
{
    /// <summary>A command ended on a guest.</summary>
    void CommandRan(RemoteResult result);

    /// <summary>A guest became ready, or gave up trying.</summary>
    void Booted(Guest guest, BootRecord boot);

    /// <summary>A guest is waited for, until the result is disposed: that time is the guest's, not Lab's own.</summary>
    IDisposable GuestTime();
}

/// <summary>What was true of a guest when it became ready.</summary>
/// <param name="BootId">The kernel's random boot id: another one proves another boot.</param>
/// <param name="Status">Its deployments.</param>
/// <param name="SystemState">systemd's word for the whole: running, or degraded where a unit failed.</param>
/// <param name="Session">The process of the SSH session that found it ready.</param>
public sealed record GuestReadiness(string BootId, HostStatus Status, string SystemState, int? Session);

/// <summary>What a guest costs its host.</summary>
/// <param name="Memory">Resident memory of its QEMU, in bytes.</param>
/// <param name="Processor">Processor time since it was powered on.</param>
public sealed record GuestCost(long Memory, TimeSpan Processor);

/// <summary>
/// A machine of a lab: its power, its console, its commands and its updates. Many may stand for the same domain; disposing one
/// leaves the domain as it is.
/// </summary>
public sealed partial class Guest : IAsyncDisposable
{
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan ShutdownDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortestProbe = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(8);

    // As long as most take until their SSH server starts: one whose console shows nothing for that long has to be asked. One that shows what it does, but not that its server starts, is only slow.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(200);

    // By the shell itself: every program that an emulated guest starts costs it some twentieth of a second.
    private const string AskBootId = "read -r boot < /proc/sys/kernel/random/boot_id; echo \"$boot\"";

    // The mark of a host that booted through OSTree (ostree-prepare-root(1)).
    private const string AskDeployments = "[ ! -e /run/ostree-booted ] || ostree admin status --skip-signatures";

    private readonly Hypervisor _hypervisor;
    private readonly Domain _domain;
    private readonly TimeProvider _time;
    private readonly IGuestObserver? _observer;
    private readonly SshEndpoint _endpoint;
    private int _bootMark;
    private long? _begun;
    private int _hopeMark;
    private int _judged;

    /// <param name="hypervisor">Where it runs.</param>
    /// <param name="domain">Its domain; disposed with this.</param>
    /// <param name="metadata">What the domain says about itself.</param>
    /// <param name="endpoint">How to reach it.</param>
    /// <param name="folder">The folder of its files.</param>
    /// <param name="time">The clock of its timeline.</param>
    /// <param name="observer">Told of what it does.</param>
    public Guest(Hypervisor hypervisor, Domain domain, GuestMetadata metadata, SshEndpoint endpoint, string folder, TimeProvider time, IGuestObserver? observer = null)
    {
        (_hypervisor, _domain, _endpoint, _time, _observer) = (hypervisor, domain, endpoint, time, observer);
        (Metadata, Folder) = (metadata, folder);
        Shell = new SshShell(endpoint, hypervisor.Scale(CommandTimeout)) { Ran = result => observer?.CommandRan(result) };
        Console = new ConsoleLog(Path.Combine(folder, GuestPlan.ConsoleName), time, fromStart: false);
        Updater = new OstreeUpdater(Shell);
    }

    /// <summary>Its name.</summary>
    public string Name => Metadata.Guest;

    /// <summary>What its domain says about itself.</summary>
    public GuestMetadata Metadata { get; }

    /// <summary>The folder of its files.</summary>
    public string Folder { get; }

    /// <summary>Commands on it, as root.</summary>
    public SshShell Shell { get; }

    /// <summary>Its serial console from now on.</summary>
    public ConsoleLog Console { get; }

    /// <summary>Its deployments and how to change them.</summary>
    public IHostUpdater Updater { get; }

    /// <summary>Its domain.</summary>
    public Domain Domain => _domain;

    internal Hypervisor Hypervisor => _hypervisor;

    /// <summary>What was true of it when this object last saw it become ready; null where it has not seen that.</summary>
    public GuestReadiness? Readiness { get; private set; }

    /// <summary>The boots that this object has seen become ready, or fail to.</summary>
    public IReadOnlyList<BootRecord> Boots => _boots;

    private readonly List<BootRecord> _boots = [];

    /// <summary>The port on this host's loopback that leads to one of its own, where its lab forwards that.</summary>
    public int PortOf(int port) => GuestPlan.ForwardFor(_hypervisor.Home, Metadata.Lab, Name, port);

    /// <summary>Powers it on. It is ready only after <see cref="WaitUntilReadyAsync"/>.</summary>
    /// <exception cref="HostException">libvirt refused; its words are in the message.</exception>
    public async Task PowerOnAsync(CancellationToken cancellation = default)
    {
        BeginBoot(Console.Count);
        try
        {
            await _domain.StartAsync(cancellation: cancellation);
        }
        catch (LibvirtException failure)
        {
            throw StartFailed(failure);
        }
    }

    /// <summary>Asks it to shut down, as its power button would, and waits until it is off.</summary>
    /// <exception cref="GuestDeadException">It was not off within the deadline.</exception>
    public async Task ShutdownAsync(CancellationToken cancellation = default)
    {
        using var waiting = _observer?.GuestTime();
        await Shell.CloseAsync(cancellation);
        await _domain.ShutdownAsync(cancellation: cancellation);
        var deadline = _hypervisor.Scale(ShutdownDeadline);
        if (!await Within(deadline, IsOffAsync, cancellation))
        {
            throw new GuestDeadException(Name, $"it was asked to shut down and still ran {deadline.TotalSeconds:0} s later. Its console ends: {Console.Last}");
        }
    }

    /// <summary>Cuts its power, now. Does nothing where it is off.</summary>
    public async Task CrashAsync(CancellationToken cancellation = default)
    {
        await GuestDomain.DestroyAsync(_domain, cancellation);
        await Shell.CloseAsync(cancellation);
    }

    /// <summary>Stops its processors, as a host that hangs: it keeps its memory and its addresses, and does nothing.</summary>
    public Task PauseAsync(CancellationToken cancellation = default) => _domain.SuspendAsync(cancellation);

    /// <summary>Lets its processors go on.</summary>
    public Task UnpauseAsync(CancellationToken cancellation = default) => _domain.ResumeAsync(cancellation);

    /// <summary>Plugs or pulls its cable to a segment. It sees the carrier come or go.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="up">True plugs it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">It is off.</exception>
    /// <exception cref="LibvirtException">It is not on that segment.</exception>
    public async Task SetLinkAsync(string segment, bool up, CancellationToken cancellation = default)
    {
        try
        {
            await _domain.SetLinkStateAsync(MacOn(segment), up, cancellation);
        }
        catch (LibvirtException failure) when (failure.Code == LibvirtErrorCode.OperationInvalid)
        {
            throw new HostException($"Guest {Name} is off: nobody sees its cable.", $"`lab start {Name}` powers it on, with its cables plugged.", failure);
        }
    }

    /// <summary>Whether its cable to a segment is plugged; a guest that is off has its cables plugged when it starts.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<bool> IsLinkedAsync(string segment, CancellationToken cancellation = default) => _domain.IsLinkUpAsync(MacOn(segment), cancellation);

    private string MacOn(string segment) => GuestPlan.SegmentMac(_hypervisor.Home, Metadata.AddressedAs, Name, segment);

    /// <summary>Reboots it and waits until it is ready again; proven by a new boot id.</summary>
    /// <param name="commit">The commit that must be booted then; null accepts any.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="GuestDeadException">It did not come back, or not into that commit.</exception>
    public async Task<GuestReadiness> RebootAsync(string? commit = null, CancellationToken cancellation = default)
    {
        using var waiting = _observer?.GuestTime();
        var before = await RestartAsync(cancellation: cancellation);
        return await WaitUntilReadyAsync(commit, otherThan: before, cancellation: cancellation);
    }

    /// <summary>Tells it to reboot, and does not wait for it to come back.</summary>
    /// <param name="command">The shell line that does it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The boot id that is passing: what comes back must have another.</returns>
    public async Task<string> RestartAsync(string command = "systemctl reboot", CancellationToken cancellation = default)
    {
        var before = await BootIdAsync(cancellation);
        BeginBoot(Console.Count);
        try
        {
            await Shell.RunAsync(command, cancellation: cancellation);
        }
        catch (ConnectionLostException)
        {
            // It may well go down before it has answered.
        }

        await Shell.CloseAsync(cancellation);
        return before;
    }

    /// <summary>Its boot id and its deployments, by one command: none where it did not boot through OSTree, as guests that began on an image may not.</summary>
    public async Task<(string BootId, HostStatus Status)> BootedAsync(CancellationToken cancellation = default)
    {
        var lines = (await Shell.SucceedAsync($"{AskBootId}; {AskDeployments}", cancellation: cancellation)).Split('\n', 2);
        return (lines[0], Deployments(lines.ElementAtOrDefault(1) ?? string.Empty));
    }

    /// <summary>The kernel's random boot id (random(4)).</summary>
    public Task<string> BootIdAsync(CancellationToken cancellation = default) =>
        Shell.SucceedAsync(AskBootId, cancellation: cancellation);

    /// <summary>
    /// Waits until it is ready: SSH answers with the host key made for it, its seed is applied, its boot is over, and the
    /// deployment wanted is booted. Fails at once when it can't come to that any more.
    /// </summary>
    /// <param name="commit">The commit that must be booted; null accepts any.</param>
    /// <param name="otherThan">A boot id that must have passed.</param>
    /// <param name="allowed">Console findings, by name, that this step expects.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDeadException">It stopped, failed on its console, or was not ready within the deadline; with what was seen last.</exception>
    public async Task<GuestReadiness> WaitUntilReadyAsync(string? commit = null, string? otherThan = null, IReadOnlyList<string>? allowed = null, CancellationToken cancellation = default)
    {
        using var waiting = _observer?.GuestTime();
        var deadline = _hypervisor.Scale(ReadyDeadline);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        var (seen, patience, signed) = ("nothing yet", ShortestProbe, false);
        try
        {
            var (heard, lines) = (_begun, Console.Count);
            while (!signed && heard is { } last && _time.GetElapsedTime(last) < _hypervisor.Scale(Quiet))
            {
                await FailIfHopelessAsync(allowed ?? [], limit.Token);
                signed = await WaitForSignAsync(_bootMark, LookEvery, limit.Token);
                (heard, lines) = Console.Count > lines ? (_time.GetTimestamp(), Console.Count) : (heard, lines);
            }

            var mark = signed ? Console.Count + 1 : _bootMark;
            while (true)
            {
                await FailIfHopelessAsync(allowed ?? [], limit.Token);
                var sign = WaitForSignAsync(mark, patience, limit.Token);
                seen = signed ? string.Empty : await ProbeAsync(patience, sign, limit.Token);
                if (seen.Length == 0)
                {
                    (var readiness, seen) = await AskReadinessAsync(patience, otherThan, limit.Token);
                    if (readiness is not null)
                    {
                        return Accept(readiness, commit);
                    }
                }

                signed = await sign;
                (patience, mark) = signed ? (ShortestProbe, Console.Count + 1) : (patience * 2 < LongestProbe ? patience * 2 : LongestProbe, mark);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Record(null);
            throw new GuestDeadException(Name, $"it was not ready within {deadline.TotalSeconds:0} s. SSH said last: {seen}. Its console ends: {Console.Last}");
        }
        catch (GuestDeadException)
        {
            Record(null);
            throw;
        }
    }

    /// <summary>Waits for a line on its console.</summary>
    /// <param name="pattern">A regular expression.</param>
    /// <param name="within">How long, on an ordinary workstation; scaled to this host.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GuestDeadException">The line did not come.</exception>
    public async Task<ConsoleLine> WaitForConsoleTextAsync(string pattern, TimeSpan within, CancellationToken cancellation = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_hypervisor.Scale(within));
        try
        {
            return await Console.WaitForAsync(new Regex(pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), _bootMark, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new GuestDeadException(Name, $"its console did not show /{pattern}/ within {_hypervisor.Scale(within).TotalSeconds:0} s. It ends: {Console.Last}");
        }
    }

    /// <summary>Waits until a shell line succeeds on it.</summary>
    /// <param name="command">The line, as root.</param>
    /// <param name="within">How long, on an ordinary workstation; scaled to this host.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CommandFailedException">It still failed at the deadline; with its last output.</exception>
    public async Task<string> WaitUntilSucceedsAsync(string command, TimeSpan within, CancellationToken cancellation = default)
    {
        RemoteResult? last = null;
        async Task<bool> Succeeds(CancellationToken token) => (last = await Shell.RunAsync(command, cancellation: token)).ExitCode == 0;
        return await Within(_hypervisor.Scale(within), Succeeds, cancellation)
            ? last!.Output.TrimEnd('\n')
            : throw new CommandFailedException(last!, mustFail: false);
    }

    /// <summary>Waits until a unit is active; fails at once when it has failed.</summary>
    /// <param name="unit">The unit, with its ending.</param>
    /// <param name="within">How long, on an ordinary workstation; scaled to this host.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CommandFailedException">It failed, or was not active at the deadline; with its status.</exception>
    public async Task WaitForUnitAsync(string unit, TimeSpan within, CancellationToken cancellation = default)
    {
        var state = string.Empty;
        async Task<bool> Settled(CancellationToken token) => (state = await UnitStateAsync(unit, token)) is "active" or "failed";
        if (!await Within(_hypervisor.Scale(within), Settled, cancellation) || state == "failed")
        {
            throw new CommandFailedException(await Shell.RunAsync($"systemctl status --no-pager {Command.Quote(unit)}", cancellation: cancellation), mustFail: false);
        }
    }

    /// <summary>A unit's ActiveState (systemctl(1)): active, inactive, failed, activating, deactivating.</summary>
    public Task<string> UnitStateAsync(string unit, CancellationToken cancellation = default) =>
        Shell.SucceedAsync($"systemctl show --value --property ActiveState {Command.Quote(unit)}", cancellation: cancellation);

    /// <summary>What it costs this host, as libvirt counts it; null where it is off.</summary>
    public async Task<GuestCost?> CostAsync(CancellationToken cancellation = default)
    {
        try
        {
            var memory = await _domain.GetMemoryStatisticsAsync(cancellation);
            return new GuestCost(memory.GetValueOrDefault(DomainMemoryStatistic.Rss) * 1024, (await _domain.GetInfoAsync(cancellation)).CpuTime);
        }
        catch (LibvirtException failure) when (failure.Code is LibvirtErrorCode.OperationInvalid or LibvirtErrorCode.NoDomain)
        {
            return null;
        }
    }

    /// <summary>What its console shows, since it was last asked, that no healthy guest writes.</summary>
    public IReadOnlyList<ConsoleFinding> JudgeConsole()
    {
        var lines = Console.Since(_judged);
        _judged += lines.Count;
        return [.. ConsoleJudge.Judge(lines)];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Console.DisposeAsync();
        _domain.Dispose();
    }

    private void MarkBoot(int mark) => (_bootMark, _hopeMark, _begun) = (mark, mark, null);

    private void BeginBoot(int mark)
    {
        MarkBoot(mark);
        _begun = _time.GetTimestamp();
    }

    private async Task<bool> IsOffAsync(CancellationToken cancellation) => !await _domain.IsActiveAsync(cancellation);

    private async Task FailIfHopelessAsync(IReadOnlyList<string> allowed, CancellationToken cancellation)
    {
        if (ConsoleJudge.Judge(Console.Since(_hopeMark)).FirstOrDefault(finding => finding.Fatal && !allowed.Contains(finding.Name)) is { } fatal)
        {
            throw new GuestDeadException(Name, $"{fatal.Name}: {fatal.Line.Text}. `lab console {Name}` shows what led to it.");
        }

        await FailIfOffAsync(cancellation);
    }

    private async Task FailIfOffAsync(CancellationToken cancellation)
    {
        if (!await IsOffAsync(cancellation))
        {
            return;
        }

        var ending = $"Its console ends: {Console.Last}";
        throw (await _domain.GetStatusAsync(cancellation)).Reason is DomainStateReason.ShutoffCrashed or DomainStateReason.ShutoffFailed or DomainStateReason.ShutoffDaemon
            ? new GuestDeadException(Name, $"its QEMU died: {LastWords(_hypervisor.QemuLog(_domain.Name))}. {ending}", FailureKind.Infrastructure)
            : new GuestDeadException(Name, $"it is powered off. {ending}");
    }

    // libvirt adds a line of its own when QEMU is gone.
    private static string LastWords(string log) =>
        (File.Exists(log) ? File.ReadLines(log).LastOrDefault(line => line.Contains("qemu-system", StringComparison.Ordinal) && !line.StartsWith('/')) : null) ?? $"{log} says no more";

    // One command asks everything, because each costs the guest processor time while it still starts. What a first boot has made, its keys among it, would be
    // in its memory only for half a minute more, and its power may be cut at once.
    private async Task<(GuestReadiness? Readiness, string Seen)> AskReadinessAsync(TimeSpan patience, string? otherThan, CancellationToken cancellation)
    {
        const string script = $"""
            {AskBootId}
            [ "$boot" = "$OLD" ] && exit 0
            {SshShell.AskSession}
            until [ -s /run/cloud-init/result.json ] || [ -e /run/cloud-init/disabled ]; do sleep 0.2; done
            systemctl is-system-running --wait
            cat /run/cloud-init/result.json 2> /dev/null | tr -d '\n'; echo
            {AskDeployments}
            sync
            """;
        RemoteResult result;
        try
        {
            result = await Shell.RunAsync($"OLD={otherThan}\n{script}", _hypervisor.Scale(ReadyDeadline), patience, cancellation);
        }
        catch (ConnectionLostException lost)
        {
            return (null, lost.Message);
        }

        var lines = result.Output.Split('\n', 5);
        if (lines[0] == otherThan || lines.Length < 5)
        {
            return (null, "the old boot still answers");
        }

        FailIfSeedFailed(lines[3]);
        return (new GuestReadiness(lines[0], Deployments(lines[4]), lines[2], Session(lines[1])), string.Empty);
    }

    private static HostStatus Deployments(string text) => text.Trim().Length == 0 ? new HostStatus([]) : OstreeStatusParser.Parse(text);

    private void FailIfSeedFailed(string json)
    {
        // No cloud-init, or none that had anything to do: systemd applied the seed.
        if (json.Length == 0)
        {
            return;
        }

        using var result = JsonDocument.Parse(json);
        var errors = result.RootElement.GetProperty("v1").GetProperty("errors").EnumerateArray().Select(error => error.GetString()).ToList();
        if (errors.Count > 0)
        {
            throw new GuestDeadException(Name, $"its seed was not applied: {string.Join("; ", errors)}. /var/log/cloud-init.log there says more.", FailureKind.Infrastructure);
        }
    }

    private GuestReadiness Accept(GuestReadiness readiness, string? commit)
    {
        Record(readiness);
        Readiness = readiness;
        var booted = readiness.Status.Booted;
        return commit is null || booted?.CommitMatches(commit) == true
            ? readiness
            : throw new GuestDeadException(Name, $"it booted into {booted?.Commit ?? "no deployment"} ({booted?.Refspec}, version {booted?.Version}), and {commit} was wanted.");
    }

    private void Record(GuestReadiness? readiness)
    {
        var now = _time.GetUtcNow();
        var boots = BootTimeline.Read(Console.Since(_bootMark), now);
        foreach (var boot in boots)
        {
            var last = boot == boots[^1];
            var record = boot with
            {
                Number = _boots.Count + 1,
                BootId = last ? readiness?.BootId ?? boot.BootId : boot.BootId,
                Commit = last ? readiness?.Status.Booted?.Commit ?? boot.Commit : boot.Commit,
                Ready = last && readiness is not null ? now : null,
            };
            _boots.Add(record);
            _observer?.Booted(this, record);
        }

        MarkBoot(Console.Count);
    }

    // A connection that is begun before the guest has a network is held by passt for ten seconds and then dropped: only who begins anew gets through. And who gives it up before
    // has passt spin for the rest of them, which takes a processor from a guest that boots. So a guest that boots is asked when its console says so, and only one that has
    // been silent for long besides, briefly at first; a question that was begun before a sign, but not because of one, is given up for another.
    private async Task<string> ProbeAsync(TimeSpan patience, Task<bool> sign, CancellationToken cancellation)
    {
        using var early = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var probe = Shell.ProbeAsync(patience, early.Token);
        if (await Task.WhenAny(probe, sign) == sign && await sign)
        {
            await early.CancelAsync();
            await ((Task)probe).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return "nothing before its console said that it is there";
        }

        return await probe ?? string.Empty;
    }

    // Whether the console says, from a line on and within some time, that the SSH server starts, or that it won't.
    private async Task<bool> WaitForSignAsync(int mark, TimeSpan within, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(within);
        try
        {
            await Console.WaitForAsync(SignOfLife(), mark, limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<bool> Within(TimeSpan deadline, Func<CancellationToken, Task<bool>> condition, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            while (!await condition(limit.Token))
            {
                await Task.Delay(PollEvery, _time, limit.Token);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private HostException StartFailed(LibvirtException failure) =>
        failure.Message.Contains("Address already in use", StringComparison.OrdinalIgnoreCase) || failure.Message.Contains("Failed to bind", StringComparison.OrdinalIgnoreCase)
            ? new HostException($"Guest {Name} can't start: a port of this host that leads to it is taken ({Metadata.SshPort} for SSH). {failure.Message}", "`ss -ltnp` says who listens there.", failure)
            : new HostException($"Guest {Name} can't start: {failure.Message}", $"Its log is {Name}'s in libvirt's log folder.", failure);

    [GeneratedRegex(@"Started .*ssh\.service|Started .*sshd|login:|Kernel panic|emergency mode|initqueue.*timeout", RegexOptions.ExplicitCapture)]
    private static partial Regex SignOfLife();
}
