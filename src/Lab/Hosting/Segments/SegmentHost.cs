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
    private const string PidFileName = "segments.pid";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _programs = [];
    private readonly string _folder;
    private readonly string _pidFile;
    private int _pid;
    private int _ways;

    private SegmentHost(string folder) => (_folder, _pidFile) = (folder, Path.Combine(folder, PidFileName));

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

            // It ends when its input does: with us, however we end.
            var script = $"mount --bind {Command.Quote(hosts)} /etc/hosts; ip link set lo up; echo $$; exec cat";
            var pid = await host.BeginAsync(
                new Command("unshare", [.. user, "--mount", "--net", "--propagation", "private", "sh", "-ec", script]).HoldingInput(),
                line => int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out _),
                cancellation);
            host._pid = int.Parse(pid, CultureInfo.InvariantCulture);
            foreach (var (segment, index) in switches.Select((segment, index) => (segment, index)))
            {
                var end = SegmentSwitch.HostEnd(segment.HostSocket);
                File.Delete(end);
                await host.BeginAsync(
                    Enter(host._pid, "/", "socat", "-d", "-d", $"TUN:{segment.Plan.Host},tun-type=tap,iff-no-pi,tun-name=seg{index},iff-up", $"UNIX-SENDTO:{segment.HostSocket},bind={end}"),
                    line => line.Contains("starting data transfer", StringComparison.Ordinal),
                    cancellation);
            }

            await WholeFile.WriteAsync(host._pidFile, pid, cancellation: cancellation);
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
    public Command Run(params IReadOnlyList<string> words) => Enter(_pid, Environment.CurrentDirectory, words);

    /// <summary>A command as this host runs it on the segments of a lab that some process serves; null where none does.</summary>
    /// <param name="folder">The folder that the place was made with.</param>
    /// <param name="words">The program and its arguments.</param>
    public static Command? Reach(string folder, params IReadOnlyList<string> words)
    {
        var file = Path.Combine(folder, PidFileName);
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && File.Exists($"/proc/{pid}/ns/net")
            ? Enter(pid, Environment.CurrentDirectory, words)
            : null;
    }

    /// <summary>Opens a way from this process to a TCP port on the segments, until this is disposed.</summary>
    /// <param name="address">An address of a segment, or a name that the lab gives to one.</param>
    /// <param name="port">The port.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>A Unix socket that every connection to leads there.</returns>
    public async Task<string> LeadAsync(string address, int port, CancellationToken cancellation = default)
    {
        var way = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"way{_ways++}"));
        File.Delete(way);
        await BeginAsync(
            Enter(_pid, "/", Way(way, address, port)),
            IsListening,
            cancellation);
        return way;
    }

    /// <summary>Leads a TCP port of this host's loopback to one on the segments of a lab that some process serves, until cancelled.</summary>
    /// <param name="folder">The folder that the place was made with.</param>
    /// <param name="port">The port of the loopback.</param>
    /// <param name="address">An address of a segment, or a name that the lab gives to one.</param>
    /// <param name="to">The port there.</param>
    /// <param name="ready">Called once connections are taken.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="HostException">The port is taken, or no process serves the lab's segments.</exception>
    public static async Task ForwardAsync(string folder, int port, string address, int to, Action ready, CancellationToken cancellation)
    {
        var way = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"forward{port}"));
        File.Delete(way);
        var inside = Reach(folder, Way(way, address, to)) ?? throw new HostException("Nobody connects the segments of this lab: it has none, or what serves it has ended.", "`lab start` starts that again.");
        var outside = new Command("socat", "-d", "-d", string.Create(CultureInfo.InvariantCulture, $"TCP4-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork"), $"UNIX-CONNECT:{way}").WithLines(line =>
        {
            if (IsListening(line))
            {
                ready();
            }
        });
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task<CommandResult>[] programs = [inside.RunAsync(end.Token), outside.RunAsync(end.Token)];
        try
        {
            var ended = await await Task.WhenAny(programs);
            throw new HostException($"Port {port} of the loopback can't lead to {address}:{to}.{LastWords.Of(ended.Error, ended.Output)}", "Take a port that is free.");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(programs).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            File.Delete(way);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        File.Delete(_pidFile);
        await _end.CancelAsync();
        await Task.WhenAll(_programs);
        _end.Dispose();
    }

    private static string[] Way(string socket, string address, int port) =>
        ["socat", "-d", "-d", $"UNIX-LISTEN:{socket},fork,mode=0600", string.Create(CultureInfo.InvariantCulture, $"TCP4:{address}:{port},connect-timeout=5")];

    private static bool IsListening(string line) => line.Contains(" listening on ", StringComparison.Ordinal);

    private static Command Enter(int pid, string folder, params IReadOnlyList<string> words)
    {
        string[] user = Environment.IsPrivilegedProcess ? [] : ["--user", "--preserve-credentials"];
        return new Command("nsenter", ["--target", pid.ToString(CultureInfo.InvariantCulture), .. user, "--mount", "--net", $"--wdns={folder}", "--", .. words]);
    }

    // Runs a program until the end, and waits for the line that says it is up.
    private async Task<string> BeginAsync(Command command, Func<string, bool> isUp, CancellationToken cancellation)
    {
        var up = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var program = RunAsync(command.WithLines(line =>
        {
            if (isUp(line))
            {
                up.TrySetResult(line);
            }
        }));
        _programs.Add(program);
        var first = await Task.WhenAny(up.Task, program).WaitAsync(StartDeadline, cancellation);
        return first == up.Task
            ? await up.Task
            : throw new HostException($"This host has no place on the lab's segments: `{command}` ended.{LastWords.Of(string.Empty, await program)}", "`lab doctor` checks what it takes: namespaces, /dev/net/tun, socat.");
    }

    private async Task<string> RunAsync(Command command)
    {
        try
        {
            var result = await command.RunAsync(_end.Token);
            return result.Error + result.Output;
        }
        catch (OperationCanceledException)
        {
            return string.Empty;
        }
    }
}
