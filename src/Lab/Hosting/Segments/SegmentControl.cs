using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Lab.Definitions;

namespace Lab.Hosting;

/// <summary>What a segment looks like at a moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ports">Who is on it.</param>
/// <param name="Faults">What is wrong with it.</param>
public sealed record SegmentStatus(string Name, IReadOnlyList<SegmentPortStatus> Ports, IReadOnlyList<string> Faults)
{
    /// <summary>The network of this host that carries it; null for a switch of the lab's own.</summary>
    public SegmentCarrier? Carrier { get; init; }
}

/// <summary>A port of a segment.</summary>
/// <param name="Name">The guest's name, or <c>host</c>.</param>
/// <param name="Address">Its address.</param>
/// <param name="Traffic">What went through it; null where a network of this host's carries the segment.</param>
public sealed record SegmentPortStatus(string Name, string Address, SegmentTraffic? Traffic);

/// <summary>This host's place on a lab's segments, as another process knows it.</summary>
/// <param name="maker">A connection to the process that made it.</param>
/// <param name="pid">A process there.</param>
internal sealed class HostPlace(Stream maker, int pid) : IAsyncDisposable
{
    /// <summary>A process there, by which it is entered.</summary>
    public int Pid { get; } = pid;

    /// <summary>Waits until it is gone, or cancelled.</summary>
    /// <returns>Why.</returns>
    public async Task<string> EndedAsync(CancellationToken cancellation)
    {
        try
        {
            _ = await maker.ReadAsync(new byte[1], cancellation);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            // As good as read to its end.
        }

        return "What connects the lab's segments has ended.";
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => maker.DisposeAsync();
}

/// <summary>
/// How other processes reach the one that has a lab's segments: a Unix socket in the lab's folder of sockets. A connection asks one line, and is answered
/// one line, <c>ok</c> or what is wrong; then comes what was asked for.
/// </summary>
public sealed partial class SegmentControl : IAsyncDisposable
{
    private const string SocketName = "segments";
    private const string Ok = "ok";

    private readonly CancellationTokenSource _end = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly LabSegments _segments;
    private readonly string _file;
    private readonly Task _work;

    internal SegmentControl(string folder, LabSegments segments)
    {
        (_segments, _file) = (segments, Path.Combine(folder, SocketName));
        File.Delete(_file);
        _socket.Bind(new UnixDomainSocketEndPoint(_file));
        _socket.Listen();
        _work = ListenAsync();
    }

    /// <summary>Asks the process that has a lab's segments how they are.</summary>
    /// <param name="folder">The lab's folder of sockets.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">No process has segments of that lab.</exception>
    public static async Task<IReadOnlyList<SegmentStatus>> StatusAsync(string folder, CancellationToken cancellation = default)
    {
        await using var answer = await AskAsync(folder, "status", cancellation);
        return await ReadAsync(answer, SegmentJson.Default.IReadOnlyListSegmentStatus, cancellation);
    }

    /// <summary>A segment that a network of this host's carries, of which nothing more is known than its definition.</summary>
    public static SegmentStatus Status(SegmentPlan plan) => Status(plan, new Dictionary<string, SegmentTraffic>(StringComparer.Ordinal), []);

    /// <summary>Breaks a segment until it is healed.</summary>
    /// <param name="folder">The lab's folder of sockets.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="fault">What to break, as <see cref="SegmentFault.Parse"/> takes it.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">It is no fault, or names nobody.</exception>
    public static async Task BreakAsync(string folder, string segment, IReadOnlyList<string> fault, CancellationToken cancellation = default) =>
        await (await AskAsync(folder, $"break {segment} {string.Join(' ', fault)}", cancellation)).DisposeAsync();

    /// <summary>Mends all segments of a lab.</summary>
    /// <returns>What was wrong.</returns>
    public static async Task<IReadOnlyList<string>> HealAsync(string folder, CancellationToken cancellation = default)
    {
        await using var answer = await AskAsync(folder, "heal", cancellation);
        return await ReadAsync(answer, SegmentJson.Default.IReadOnlyListString, cancellation);
    }

    /// <summary>Copies what is sent on a segment into a stream, in the format of pcap-savefile(5), until cancelled or the segment is gone.</summary>
    public static async Task CaptureAsync(string folder, string segment, Stream stream, CancellationToken cancellation = default)
    {
        await using var answer = await AskAsync(folder, $"capture {segment}", cancellation);
        await answer.CopyToAsync(stream, cancellation);
    }

    /// <summary>Finds this host's place on the segments of a lab, and stays in touch with who made it.</summary>
    /// <exception cref="HostException">Nobody did.</exception>
    internal static async Task<HostPlace> EnterAsync(string folder, CancellationToken cancellation = default)
    {
        var answer = await AskAsync(folder, "enter", cancellation);
        return new HostPlace(answer, int.Parse(await ReadLineAsync(answer, cancellation), CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        _socket.Dispose();
        _end.Dispose();
    }

    private static async Task<Stream> AskAsync(string folder, string line, CancellationToken cancellation)
    {
        var stream = new NetworkStream(await ConnectAsync(folder, cancellation), ownsSocket: true);
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line + '\n'), cancellation);
            return await ReadLineAsync(stream, cancellation) is var answer && answer == Ok ? stream : throw (answer.Length == 0 ? Gone(null) : new HostException(answer));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(string folder, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(folder, SocketName)), cancellation);
            return socket;
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw Gone(failure);
        }
    }

    private static async Task<T> ReadAsync<T>(Stream answer, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        try
        {
            return (await JsonSerializer.DeserializeAsync(answer, json, cancellation))!;
        }
        catch (JsonException failure)
        {
            throw Gone(failure);
        }
    }

    private static HostException Gone(Exception? failure) =>
        new("Nobody connects the segments of this lab: it has none, or what serves it has ended.", "`lab start GUEST` starts that again.", failure);

    private static async Task<string> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellation) == 1 && one[0] != '\n')
        {
            line.Add(one[0]);
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    private async Task ListenAsync()
    {
        var answers = new List<Task>();
        try
        {
            while (true)
            {
                var caller = await _socket.AcceptAsync(_end.Token);
                answers.RemoveAll(task => task.IsCompleted);
                answers.Add(AnswerAsync(new NetworkStream(caller, ownsSocket: true)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(answers);
        }
    }

    private async Task AnswerAsync(NetworkStream caller)
    {
        await using (caller)
        {
            try
            {
                var words = (await ReadLineAsync(caller, _end.Token)).Split(' ');
                try
                {
                    await AnswerAsync(caller, words);
                }
                catch (HostException refusal)
                {
                    await caller.WriteAsync(Encoding.UTF8.GetBytes($"{refusal.Message} {refusal.Remedy}\n"), _end.Token);
                }
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                // Who asked is gone, or we are going.
            }
        }
    }

    private async Task AnswerAsync(NetworkStream caller, IReadOnlyList<string> words)
    {
        switch (words)
        {
            case ["status"]:
                await SayAsync(caller, [.. _segments.Switches.Select(Status)], SegmentJson.Default.IReadOnlyListSegmentStatus);
                break;
            case ["heal"]:
                await SayAsync(caller, [.. _segments.Switches.SelectMany(segment => segment.Heal()).Select(fault => fault.Name)], SegmentJson.Default.IReadOnlyListString);
                break;
            case ["break", var segment, ..]:
                _ = _segments[segment].Break(SegmentFault.Parse([.. words.Skip(2)], [.. _segments[segment].Plan.Ports]));
                await SayAsync(caller, [], SegmentJson.Default.IReadOnlyListString);
                break;
            case ["capture", var segment]:
                var captured = _segments[segment];
                await caller.WriteAsync(Encoding.UTF8.GetBytes(Ok + '\n'), _end.Token);
                await using (captured.Capture(caller))
                {
                    await WaitUntilGoneAsync(caller);
                }

                break;
            case ["enter"]:
                await caller.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Ok}\n{_segments.Host!.Pid}\n")), _end.Token);
                await WaitUntilGoneAsync(caller);

                break;
            default:
                throw new HostException($"`{string.Join(' ', words)}` is nothing that segments are asked.");
        }
    }

    // The caller says nothing more: that it can be read from means that it has gone.
    private async Task WaitUntilGoneAsync(NetworkStream caller) => _ = await caller.ReadAsync(new byte[1], _end.Token);

    private async Task SayAsync<T>(NetworkStream caller, T answer, JsonTypeInfo<T> json)
    {
        await caller.WriteAsync(Encoding.UTF8.GetBytes(Ok + '\n'), _end.Token);
        await JsonSerializer.SerializeAsync(caller, answer, json, _end.Token);
    }

    private static SegmentStatus Status(SegmentSwitch segment) => Status(segment.Plan, segment.Traffic, segment.Faults);

    private static SegmentStatus Status(SegmentPlan plan, IReadOnlyDictionary<string, SegmentTraffic> traffic, IReadOnlyList<SegmentFault> faults) => new(
        plan.Name,
        [.. plan.Nics.Select(nic => (nic.Guest, nic.Address)).Append((SegmentPlan.HostPort, plan.Host)).Select(port => new SegmentPortStatus(port.Item1, port.Item2, traffic.GetValueOrDefault(port.Item1)))],
        [.. faults.Select(fault => fault.Name)]) { Carrier = plan.Carrier };

    [JsonSerializable(typeof(IReadOnlyList<SegmentStatus>))]
    [JsonSerializable(typeof(IReadOnlyList<string>))]
    private sealed partial class SegmentJson : JsonSerializerContext;
}
