using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Lab.Hosting;

/// <summary>What went through a port of a segment, seen from who is at it.</summary>
/// <param name="Sent">Frames it sent.</param>
/// <param name="Received">Frames it was given.</param>
/// <param name="Lost">Frames for it that a fault took, or that it did not take itself, being off or slow.</param>
public sealed record SegmentTraffic(long Sent, long Received, long Lost);

/// <summary>
/// An Ethernet switch in this process. Guests' QEMUs send each frame as one UDP datagram over the loopback (qemu(1), <c>-netdev socket,udp=</c>), this
/// host's part in a network namespace sends it over a Unix socket. So a segment needs no bridge, no privileges and nothing of the host's network, and what
/// a kernel may lack for loss and delay is here.
/// </summary>
public sealed class SegmentSwitch : IAsyncDisposable
{
    // The longest frame that an interface with an MTU of 1500 sends, tagged or not, is much shorter.
    private const int LongestFrame = 65_535;
    private const int HeaderLength = 14;

    // A second and a half of the fastest guest.
    private const int MostDelayed = 16_384;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Socket _guests = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _host = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Dictionary<int, string> _senders;
    private readonly Dictionary<string, EndPoint> _receivers;
    private readonly Dictionary<long, string> _learned = [];
    private readonly Dictionary<string, SegmentTraffic> _traffic;
    private readonly List<SegmentFault> _faults = [];
    private readonly Dictionary<string, Channel<(long Sent, TimeSpan Delay, byte[] Frame)>> _delayed = new(StringComparer.Ordinal);
    private readonly List<Task> _delays = [];
    private readonly List<SegmentCapture> _captures = [];
    private readonly TimeProvider _time;
    private readonly Random _chance;
    private readonly Task _work;

    /// <summary>Begins to switch.</summary>
    /// <param name="plan">Who is on the segment.</param>
    /// <param name="socket">Where this host's part sends its frames: a Unix socket, made here. What it sends from must be called the same with <c>.host</c> added.</param>
    /// <param name="time">The clock of captures.</param>
    /// <param name="seed">Which frames are lost where a fault loses some.</param>
    /// <exception cref="HostException">The port is taken.</exception>
    public SegmentSwitch(SegmentPlan plan, string socket, TimeProvider time, int seed = 0)
    {
        (Plan, HostSocket, _time, _chance) = (plan, socket, time, new Random(seed));
        _senders = plan.Nics.ToDictionary(nic => nic.Port, nic => nic.Guest);
        _receivers = plan.Nics.ToDictionary(nic => nic.Guest, EndPoint (nic) => new IPEndPoint(IPAddress.Loopback, nic.Port), StringComparer.Ordinal);
        _receivers[SegmentPlan.HostPort] = new UnixDomainSocketEndPoint(HostEnd(socket));
        _traffic = plan.Ports.ToDictionary(port => port, _ => new SegmentTraffic(0, 0, 0), StringComparer.Ordinal);
        File.Delete(socket);

        // A switch does not wait for whoever is slow to take a frame.
        _guests.Blocking = _host.Blocking = false;
        try
        {
            _guests.Bind(new IPEndPoint(IPAddress.Loopback, plan.Port));
            _host.Bind(new UnixDomainSocketEndPoint(socket));
        }
        catch (SocketException failure)
        {
            _guests.Dispose();
            _host.Dispose();
            throw new HostException($"Segment {plan.Name} can't have UDP port {plan.Port} of the loopback: {failure.Message}.", "Another program has it. End that one, or rename the lab or the segment: the port follows from their names.", failure);
        }

        _work = Task.WhenAll(SwitchAsync(_guests, from => _senders.GetValueOrDefault(((IPEndPoint)from).Port)), SwitchAsync(_host, from => from.ToString() == HostEnd(HostSocket) ? SegmentPlan.HostPort : null));
    }

    /// <summary>Who is on the segment.</summary>
    public SegmentPlan Plan { get; }

    /// <summary>Where this host's part sends its frames.</summary>
    public string HostSocket { get; }

    /// <summary>What is wrong at present.</summary>
    public IReadOnlyList<SegmentFault> Faults
    {
        get
        {
            lock (_gate)
            {
                return [.. _faults];
            }
        }
    }

    /// <summary>What went through so far, by port.</summary>
    public IReadOnlyDictionary<string, SegmentTraffic> Traffic
    {
        get
        {
            lock (_gate)
            {
                return new Dictionary<string, SegmentTraffic>(_traffic, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Where this host's part of a segment sends from, so that it is known to be that.</summary>
    public static string HostEnd(string socket) => socket + ".host";

    /// <summary>Breaks links until the result is disposed.</summary>
    /// <exception cref="HostException">It names a port that the segment does not have.</exception>
    public IDisposable Break(SegmentFault fault)
    {
        if (fault.Links.SelectMany(link => new[] { link.From, link.To }).FirstOrDefault(port => !_receivers.ContainsKey(port)) is { } unknown)
        {
            throw new HostException($"Nobody is called {unknown} on segment {Plan.Name}.", $"There are: {string.Join(", ", Plan.Ports)}.");
        }

        lock (_gate)
        {
            _faults.Add(fault);
        }

        return new Ending(() => Mend(fault));
    }

    /// <summary>Mends everything.</summary>
    /// <returns>What was wrong.</returns>
    public IReadOnlyList<SegmentFault> Heal()
    {
        lock (_gate)
        {
            var mended = _faults.ToList();
            _faults.Clear();
            return mended;
        }
    }

    /// <summary>Copies every frame that is sent from now on, lost or not, until the result is disposed.</summary>
    /// <param name="stream">Where to, in the format of pcap-savefile(5).</param>
    public SegmentCapture Capture(Stream stream)
    {
        var capture = new SegmentCapture(stream, ended =>
        {
            lock (_gate)
            {
                _captures.Remove(ended);
            }
        });
        lock (_gate)
        {
            _captures.Add(capture);
        }

        return capture;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        await Task.WhenAll(_delays);
        _guests.Dispose();
        _host.Dispose();
        _end.Dispose();
    }

    private async Task SwitchAsync(Socket socket, Func<EndPoint, string?> sender)
    {
        var buffer = new byte[LongestFrame];
        EndPoint anyone = socket.AddressFamily == AddressFamily.Unix ? new UnixDomainSocketEndPoint("/") : new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                var datagram = await socket.ReceiveFromAsync(buffer, anyone, _end.Token);

                // Whoever is not at a port has nothing to say here.
                if (datagram.ReceivedBytes >= HeaderLength && sender(datagram.RemoteEndPoint) is { } from)
                {
                    Forward(from, buffer.AsMemory(0, datagram.ReceivedBytes));
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // Who it was sent to is off.
            }
        }
    }

    // IEEE 802.1D: learns who has an address from what they send, and floods what is for all or for somebody unknown.
    private void Forward(string from, ReadOnlyMemory<byte> frame)
    {
        lock (_gate)
        {
            var (to, sender) = (Address(frame.Span), Address(frame.Span[6..]));
            _traffic[from] = _traffic[from] with { Sent = _traffic[from].Sent + 1 };
            if (!IsGroup(sender))
            {
                _learned[sender] = from;
            }

            foreach (var capture in _captures)
            {
                capture.Take(_time.GetUtcNow(), frame.Span);
            }

            if (!IsGroup(to) && _learned.TryGetValue(to, out var known))
            {
                Deliver(from, known, frame);
                return;
            }

            foreach (var port in _receivers.Keys)
            {
                Deliver(from, port, frame);
            }
        }
    }

    private void Deliver(string from, string to, ReadOnlyMemory<byte> frame)
    {
        if (to == from)
        {
            return;
        }

        var (link, delay) = (new SegmentLink(from, to), TimeSpan.Zero);
        foreach (var fault in _faults.Where(fault => fault.Links.Contains(link)))
        {
            if (fault.Loss >= 1 || (fault.Loss > 0 && _chance.NextDouble() < fault.Loss))
            {
                _traffic[to] = _traffic[to] with { Lost = _traffic[to].Lost + 1 };
                return;
            }

            delay += fault.Delay;
        }

        if (delay > TimeSpan.Zero)
        {
            Queue(to).TryWrite((_time.GetTimestamp(), delay, frame.ToArray()));
        }
        else
        {
            Send(to, frame.Span);
        }
    }

    // One after the other, as a long cable has them.
    private ChannelWriter<(long Sent, TimeSpan Delay, byte[] Frame)> Queue(string to)
    {
        if (!_delayed.TryGetValue(to, out var queue))
        {
            queue = Channel.CreateBounded<(long, TimeSpan, byte[])>(MostDelayed);
            _delayed[to] = queue;
            _delays.Add(SendLaterAsync(to, queue.Reader));
        }

        return queue.Writer;
    }

    private async Task SendLaterAsync(string to, ChannelReader<(long Sent, TimeSpan Delay, byte[] Frame)> queue)
    {
        try
        {
            await foreach (var (sent, delay, frame) in queue.ReadAllAsync(_end.Token))
            {
                var rest = delay - _time.GetElapsedTime(sent);
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, _time, _end.Token);
                }

                lock (_gate)
                {
                    Send(to, frame);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The segment is gone.
        }
    }

    private void Send(string to, ReadOnlySpan<byte> frame)
    {
        try
        {
            (to == SegmentPlan.HostPort ? _host : _guests).SendTo(frame, _receivers[to]);
            _traffic[to] = _traffic[to] with { Received = _traffic[to].Received + 1 };
        }
        catch (SocketException)
        {
            // It is off, or has not taken what it was given: such a frame is lost.
            _traffic[to] = _traffic[to] with { Lost = _traffic[to].Lost + 1 };
        }
    }

    private void Mend(SegmentFault fault)
    {
        lock (_gate)
        {
            // The very one: another may look the same.
            _faults.RemoveAll(present => ReferenceEquals(present, fault));
        }
    }

    private static long Address(ReadOnlySpan<byte> bytes) => ((long)BinaryPrimitives.ReadUInt16BigEndian(bytes) << 32) | BinaryPrimitives.ReadUInt32BigEndian(bytes[2..]);

    private static bool IsGroup(long address) => ((address >> 40) & 1) == 1;

    private sealed class Ending(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
