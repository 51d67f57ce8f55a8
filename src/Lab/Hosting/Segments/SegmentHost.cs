using System.Globalization;
using Lab.Execution;
using Lab.State;

namespace Lab.Hosting;

/// <summary>
/// This host's place on the segments of a lab: a network namespace with an interface on each, whose frames socat(1) carries to the switch. It is seen by
/// nobody else, needs no privileges, and is gone with the process that made it.
/// </summary>
public sealed class SegmentHost : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _end = new();
    private readonly List<Task<string>> _programs = [];
    private readonly string _folder;
    private int _ways;

    private SegmentHost(string folder) => _folder = folder;

    /// <summary>A process in its namespaces, by which others enter them.</summary>
    internal int Pid { get; private set; }

    /// <summary>Ends when something that it takes has ended by itself, with what that said last.</summary>
    public Task<string> Ended => Task.WhenAny(_programs).Unwrap();

    /// <summary>Makes it.</summary>
    /// <param name="folder">A folder for its files that only its owner can enter.</param>
    /// <param name="network">The segments, and the names it knows.</param>
    /// <param name="switches">Their switches.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">The host allows no namespaces, or has no socat.</exception>
    public static async Task<SegmentHost> StartAsync(string folder, LabNetwork network, IReadOnlyList<SegmentSwitch> switches, CancellationToken cancellation = default)
    {
        var host = new SegmentHost(folder);
        try
        {
            var hosts = Path.Combine(folder, "hosts");
            await WholeFile.WriteAsync(hosts, network.Hosts, cancellation: cancellation);
            string[] user = Environment.IsPrivilegedProcess ? [] : ["--user", "--map-root-user"];

            // It ends when its input does: with us, however we end. A frame of a burst waits its turn at socat's socket, which takes ten unless told otherwise.
            var script = $"mount --bind {Command.Quote(hosts)} /etc/hosts; echo 512 2> /dev/null > /proc/sys/net/unix/max_dgram_qlen || :; ip link set lo up; echo $$; exec cat";
            var pid = await host.KeepAsync(
                new Command("unshare", [.. user, "--mount", "--net", "--propagation", "slave", "sh", "-ec", script]).HoldingInput(),
                line => int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out _),
                cancellation);
            host.Pid = int.Parse(pid, CultureInfo.InvariantCulture);
            foreach (var (segment, index) in switches.Select((segment, index) => (segment, index)))
            {
                var end = SegmentSwitch.HostEnd(segment.HostSocket);
                File.Delete(end);
                await host.KeepAsync(
                    Enter(host.Pid, "/", "socat", "-d", "-d", $"TUN:{segment.Plan.Host},tun-type=tap,iff-no-pi,tun-name=seg{index},iff-up", $"UNIX-SENDTO:{segment.HostSocket},bind={end}"),
                    line => line.Contains("starting data transfer", StringComparison.Ordinal),
                    cancellation);
            }

            if (network.Registry is { } registry)
            {
                var configuration = Path.Combine(folder, "registry.yml");
                await WholeFile.WriteAsync(configuration, registry.Configuration, cancellation: cancellation);
                Directory.CreateDirectory(registry.Folder);
                await host.KeepAsync(Enter(host.Pid, "/", registry.Program, "serve", configuration), line => line.Contains("listening on", StringComparison.Ordinal), cancellation);
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command as this host runs it on the segments.</summary>
    /// <param name="words">The program and its arguments.</param>
    public Command Run(params IReadOnlyList<string> words) => Enter(Pid, Environment.CurrentDirectory, words);

    /// <summary>A command as this host runs it on the segments of a lab that some process serves.</summary>
    /// <param name="folder">The folder that the place was made with.</param>
    /// <param name="words">The program and its arguments.</param>
    /// <param name="cancellation">Gives up asking.</param>
    /// <exception cref="HostException">None does.</exception>
    public static async Task<Command> ReachAsync(string folder, IReadOnlyList<string> words, CancellationToken cancellation = default)
    {
        await using var place = await SegmentControl.EnterAsync(folder, cancellation);
        return Enter(place.Pid, Environment.CurrentDirectory, words);
    }

    /// <summary>Opens a way from this process to a TCP port on the segments.</summary>
    /// <param name="address">An address of a segment, or a name that the lab gives to one.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<SegmentWay> LeadAsync(string address, int port, CancellationToken cancellation = default)
    {
        var socket = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"way{Interlocked.Increment(ref _ways)}"));
        var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        var (program, _) = await BeginAsync(Enter(Pid, "/", Way(socket, address, port)), IsListening, end.Token, cancellation);
        return new SegmentWay(socket, end, program);
    }

    /// <summary>Leads a TCP port of this host's loopback to one on the segments of a lab that some process serves, until cancelled.</summary>
    /// <param name="folder">The folder that the place was made with; null where this host is on the segments as it is.</param>
    /// <param name="port">The port of the loopback.</param>
    /// <param name="address">An address of a segment, or a name that the lab gives to one.</param>
    /// <param name="to">The port there.</param>
    /// <param name="ready">Called once connections are taken.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="HostException">The port is taken, or no process serves the lab's segments.</exception>
    public static async Task ForwardAsync(string? folder, int port, string address, int to, Action ready, CancellationToken cancellation)
    {
        await using var place = folder is null ? null : await SegmentControl.EnterAsync(folder, cancellation);
        var socket = folder is null ? null : Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"forward{Environment.ProcessId}"));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var programs = new List<Task<string>>();
        try
        {
            if (place is not null)
            {
                var (inside, _) = await BeginAsync(Enter(place.Pid, "/", Way(socket!, address, to)), IsListening, end.Token, cancellation);
                programs.AddRange(inside, place.EndedAsync(end.Token));
            }

            var (outside, _) = await BeginAsync(new Command("socat", "-d", "-d", string.Create(CultureInfo.InvariantCulture, $"TCP4-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork"), socket is null ? Target(address, to) : $"UNIX-CONNECT:{socket}"), IsListening, end.Token, cancellation);
            programs.Add(outside);
            ready();
            var ended = await Task.WhenAny(programs);
            cancellation.ThrowIfCancellationRequested();
            throw new HostException($"Port {port} of the loopback leads to {address}:{to} no more.{LastWords.Of(await ended, string.Empty)}", "If the lab is up, do it again.");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(programs);
            if (socket is not null)
            {
                File.Delete(socket);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_programs);
        _end.Dispose();
    }

    private static string[] Way(string socket, string address, int port) =>
        ["socat", "-d", "-d", $"UNIX-LISTEN:{socket},fork,mode=0600", Target(address, port)];

    private static string Target(string address, int port) => string.Create(CultureInfo.InvariantCulture, $"TCP4:{address}:{port},connect-timeout=5");

    private static bool IsListening(string line) => line.Contains(" listening on ", StringComparison.Ordinal);

    private static Command Enter(int pid, string folder, params IReadOnlyList<string> words)
    {
        string[] user = Environment.IsPrivilegedProcess ? [] : ["--user", "--preserve-credentials"];
        return new Command("nsenter", ["--target", pid.ToString(CultureInfo.InvariantCulture), .. user, "--mount", "--net", $"--wdns={folder}", "--", .. words]);
    }

    private async Task<string> KeepAsync(Command command, Func<string, bool> isUp, CancellationToken cancellation)
    {
        var (program, line) = await BeginAsync(command, isUp, _end.Token, cancellation);
        _programs.Add(program);
        return line;
    }

    // Starts a program, which runs until the end, and waits for the line that says that it is up.
    private static async Task<(Task<string> Program, string Line)> BeginAsync(Command command, Func<string, bool> isUp, CancellationToken end, CancellationToken cancellation)
    {
        var up = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = RunAsync(
            command.WithLines(line =>
            {
                if (isUp(line))
                {
                    up.TrySetResult(line);
                }
            }),
            end);
        try
        {
            if (await Task.WhenAny(up.Task, program).WaitAsync(StartDeadline, cancellation) == up.Task)
            {
                return (program, await up.Task);
            }
        }
        catch (TimeoutException)
        {
            throw new HostException($"This host has no place on the lab's segments: `{command}` was not up within {StartDeadline.TotalSeconds:0} s.", Remedy);
        }

        throw new HostException($"This host has no place on the lab's segments: `{command}` ended.{LastWords.Of(await program, string.Empty)}", Remedy);
    }

    private const string Remedy = "`lab doctor` checks what it takes: namespaces, /dev/net/tun, socat. A port that is taken must be another.";

    private static async Task<string> RunAsync(Command command, CancellationToken end)
    {
        try
        {
            var result = await command.RunAsync(end);
            return result.Error + result.Output;
        }
        catch (OperationCanceledException)
        {
            return string.Empty;
        }
    }
}
