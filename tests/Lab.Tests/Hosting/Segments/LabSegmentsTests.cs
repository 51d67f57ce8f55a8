using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

/// <summary>A real segment: frames over the loopback, and the kernel of this host answering them from its network namespace.</summary>
public sealed class LabSegmentsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private string _folder = string.Empty;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("lab-seg").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task This_host_answers_on_a_segment()
    {
        await using var lab = await StartAsync("one");
        using var guest = new FakeNic(lab, "one");
        (await guest.AskWhoHasAsync("192.168.100.1")).Should().BeTrue();
    }

    [Test]
    public async Task Two_labs_with_the_same_addresses_do_not_see_each_other()
    {
        await using var first = await StartAsync("one", "two");
        await using var second = await StartAsync("three");
        using var listener = new FakeNic(second, "three");
        using var guest = new FakeNic(first, "one");
        (await guest.AskWhoHasAsync("192.168.100.1")).Should().BeTrue();
        listener.HasHeardOf(guest).Should().BeFalse();
    }

    [Test]
    public async Task What_is_blocked_one_way_goes_the_other()
    {
        await using var lab = await StartAsync("one", "two");
        using var one = new FakeNic(lab, "one");
        using var two = new FakeNic(lab, "two");
        using (lab["edge"].Break(SegmentFault.Block(["one"], ["two"])))
        {
            one.Shout();
            two.Shout();
            (await one.HearsAsync(two)).Should().BeTrue();
            two.HasHeardOf(one).Should().BeFalse();
        }

        one.Shout();
        (await two.HearsAsync(one)).Should().BeTrue("the fault is mended");
        lab["edge"].Traffic["two"].Lost.Should().Be(1);
    }

    [Test]
    public async Task A_partition_leaves_those_in_no_group_with_everybody()
    {
        await using var lab = await StartAsync("one", "two", "three");
        using var one = new FakeNic(lab, "one");
        using var two = new FakeNic(lab, "two");
        using var three = new FakeNic(lab, "three");
        lab["edge"].Break(SegmentFault.Partition(["one"], ["two"]));
        one.Shout();
        (await three.HearsAsync(one)).Should().BeTrue();
        two.HasHeardOf(one).Should().BeFalse();
        lab["edge"].Heal().Should().ContainSingle().Which.Name.Should().Be("partition one | two");
    }

    [Test]
    public async Task Loss_takes_the_share_it_says()
    {
        await using var lab = await StartAsync("one", "two");
        using var one = new FakeNic(lab, "one");
        using var two = new FakeNic(lab, "two");
        lab["edge"].Break(SegmentFault.Lossy(["two"], 0.5, [.. lab["edge"].Plan.Ports]));
        const int frames = 400;
        for (var frame = 1; frame <= frames; frame++)
        {
            one.Shout();
            while (lab["edge"].Traffic["one"].Sent < frame)
            {
                await Task.Yield();
            }
        }

        lab["edge"].Traffic["two"].Lost.Should().BeInRange(frames / 3, frames * 2 / 3);
    }

    [Test]
    public async Task A_capture_holds_what_was_sent()
    {
        await using var lab = await StartAsync("one", "two");
        using var one = new FakeNic(lab, "one");
        using var two = new FakeNic(lab, "two");
        var file = new MemoryStream();
        await using (lab["edge"].Capture(file))
        {
            one.Shout();
            (await two.HearsAsync(one)).Should().BeTrue();
        }

        var bytes = file.ToArray();
        BinaryPrimitives.ReadUInt32LittleEndian(bytes).Should().Be(0xa1b2c3d4, "pcap-savefile(5)");
        BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20)).Should().Be(1, "that is Ethernet");
        Frames(bytes).Where(frame => frame.AsSpan(12, 2).SequenceEqual(FakeNic.Experimental)).Should().ContainSingle().Which.Should().HaveCount(FakeNic.FrameLength);
    }

    [Test]
    public async Task A_reader_that_is_slow_or_gone_stops_its_capture_and_nothing_else()
    {
        await using var lab = await StartAsync("one", "two");
        using var one = new FakeNic(lab, "one");
        using var two = new FakeNic(lab, "two");
        await using var stuck = lab["edge"].Capture(new StuckStream());
        await using var gone = lab["edge"].Capture(new GoneStream());
        one.Shout();
        (await two.HearsAsync(one)).Should().BeTrue();
    }

    [Test]
    public async Task Delayed_frames_come_late_and_in_their_order()
    {
        await using var lab = await StartAsync("one", "two");
        using var one = new FakeNic(lab, "one");
        using var two = new FakeNic(lab, "two");
        lab["edge"].Break(SegmentFault.Parse(["delay", "50ms", "two"], [.. lab["edge"].Plan.Ports]));
        for (byte number = 0; number < 50; number++)
        {
            one.Shout(number);
        }

        (await two.NumbersFromAsync(one, 50)).Should().BeInAscendingOrder();
    }

    [Test]
    public async Task Another_process_asks_breaks_and_heals()
    {
        await using var lab = await StartAsync("one", "two");
        var folder = Path.Combine(_folder, "one");
        await SegmentControl.BreakAsync(folder, "edge", ["block", "one", "two,host"]);
        (await SegmentControl.StatusAsync(folder)).Should().ContainSingle().Which.Faults.Should().Equal("block one > two host");
        await FluentActions.Awaiting(() => SegmentControl.BreakAsync(folder, "edge", ["partition", "one", "one"])).Should().ThrowAsync<HostException>().WithMessage("*is no fault*");
        await FluentActions.Awaiting(() => SegmentControl.BreakAsync(folder, "nowhere", ["block", "one", "two"])).Should().ThrowAsync<HostException>().WithMessage("There is no segment nowhere*");
        (await SegmentControl.HealAsync(folder)).Should().Equal("block one > two host");
    }

    [Test]
    public async Task A_fault_that_names_nobody_is_refused()
    {
        await using var lab = await StartAsync("one");
        lab["edge"].Invoking(segment => segment.Break(SegmentFault.Block(["one"], ["nobody"]))).Should().Throw<HostException>().WithMessage("*nobody*");
    }

    [Test]
    public async Task Nothing_of_a_segment_is_left()
    {
        string before;
        await using (var lab = await StartAsync("one"))
        {
            before = File.ReadAllText("/proc/net/dev");
            (await (await SegmentHost.ReachAsync(Path.Combine(_folder, "one"), ["true"])).RunAsync()).ExitCode.Should().Be(0);
        }

        File.ReadAllText("/proc/net/dev").Split('\n').Length.Should().Be(before.Split('\n').Length, "the host's own network has no part in it");
        await FluentActions.Awaiting(() => SegmentHost.ReachAsync(Path.Combine(_folder, "one"), ["true"])).Should().ThrowAsync<HostException>();
        Directory.Exists(Path.Combine(_folder, "one")).Should().BeFalse();
    }

    [Test]
    public async Task A_registry_has_its_port_whatever_listens_there_on_this_host()
    {
        using var everywhere = new TcpListener(IPAddress.Any, 0);
        everywhere.Start();
        var address = $"192.168.100.1:{((IPEndPoint)everywhere.LocalEndpoint).Port}";

        await using var lab = await StartAsync(new RegistryPlan("docker-registry", address, Path.Combine(_folder, "registry")), "one");

        (await lab.Host!.Run("curl", "--silent", "--fail", $"http://{address}/v2/").RunAsync()).ExitCode.Should().Be(0);
    }

    [Test]
    public async Task A_registry_that_can_not_listen_is_told_and_nothing_is_left() =>
        (await FluentActions.Awaiting(() => StartAsync(new RegistryPlan("docker-registry", "192.168.100.77:5000", Path.Combine(_folder, "registry")), "one")).Should().ThrowAsync<HostException>())
            .Which.Message.Should().Contain("192.168.100.77:5000").And.Contain("cannot assign requested address");

    private Task<LabSegments> StartAsync(params IReadOnlyList<string> guests) => StartAsync(registry: null, guests);

    private Task<LabSegments> StartAsync(RegistryPlan? registry, params IReadOnlyList<string> guests)
    {
        var at = FreePort();
        return LabSegments.StartAsync(
            Path.Combine(_folder, guests[0]),
            new LabNetwork([new SegmentPlan("edge", "192.168.100.1/24", at, [.. guests.Select((guest, index) => new SegmentNic(guest, "edge", $"192.168.100.{index + 11}/24", $"52:54:00:00:{at & 0xff:x2}:{index + 1:x2}", FreePort(), at))])], "127.0.0.1 localhost\n", registry),
            TimeProvider.System);
    }

    private sealed class GoneStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("The reader is gone.");
    }

    private sealed class StuckStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => new(Task.Delay(Timeout.Infinite, cancellationToken));
    }

    private static IEnumerable<byte[]> Frames(byte[] capture)
    {
        for (var at = 24; at < capture.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(capture.AsSpan(at + 8));
            yield return capture[(at + 16)..(at + 16 + length)];
            at += 16 + length;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    // The end of a segment's cable, where a guest's QEMU would be.
    private sealed class FakeNic : IDisposable
    {
        public const int FrameLength = 60;
        public static readonly byte[] Experimental = [0x88, 0xb5];
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly SegmentNic _nic;
        private readonly IPEndPoint _switch;
        private readonly byte[] _mac;

        public FakeNic(LabSegments lab, string guest)
        {
            _nic = lab["edge"].Plan.Nics.First(nic => nic.Guest == guest);
            _mac = [.. _nic.Mac.Split(':').Select(part => Convert.ToByte(part, 16))];
            _switch = new IPEndPoint(IPAddress.Loopback, _nic.SwitchPort);
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, _nic.Port));
        }

        /// <summary>Sends a frame for all, of a kind for local experiments (IEEE 802).</summary>
        public void Shout(byte number = 0)
        {
            var frame = Frame(BinaryPrimitives.ReadUInt16BigEndian(Experimental));
            frame[14] = number;
            _socket.SendTo(frame, _switch);
        }

        public async Task<IReadOnlyList<byte>> NumbersFromAsync(FakeNic other, int count)
        {
            using var limit = new CancellationTokenSource(Soon);
            var numbers = new List<byte>();
            while (numbers.Count < count)
            {
                var frame = await ReceiveAsync(limit.Token);
                if (frame.AsSpan(6, 6).SequenceEqual(other._mac))
                {
                    numbers.Add(frame[14]);
                }
            }

            return numbers;
        }

        public async Task<bool> HearsAsync(FakeNic other)
        {
            using var limit = new CancellationTokenSource(Soon);
            try
            {
                while (true)
                {
                    var frame = await ReceiveAsync(limit.Token);
                    if (frame.AsSpan(6, 6).SequenceEqual(other._mac))
                    {
                        return true;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        public bool HasHeardOf(FakeNic other)
        {
            var buffer = new byte[2048];
            while (_socket.Available > 0)
            {
                _socket.Receive(buffer);
                if (buffer.AsSpan(6, 6).SequenceEqual(other._mac))
                {
                    return true;
                }
            }

            return false;
        }

        /// <summary>Asks as ARP does (RFC 826), and waits for the answer.</summary>
        public async Task<bool> AskWhoHasAsync(string address)
        {
            var frame = Frame(0x0806);
            byte[] request = [0, 1, 8, 0, 6, 4, 0, 1, .. _mac, .. IPAddress.Parse(_nic.Address.Split('/')[0]).GetAddressBytes(), 0, 0, 0, 0, 0, 0, .. IPAddress.Parse(address).GetAddressBytes()];
            request.CopyTo(frame, 14);
            _socket.SendTo(frame, _switch);
            using var limit = new CancellationTokenSource(Soon);
            try
            {
                while (true)
                {
                    var answer = await ReceiveAsync(limit.Token);
                    if (answer.Length >= 42 && answer[12] == 8 && answer[13] == 6 && answer[21] == 2 && answer.AsSpan(28, 4).SequenceEqual(IPAddress.Parse(address).GetAddressBytes()))
                    {
                        return true;
                    }
                }
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        public void Dispose() => _socket.Dispose();

        private async Task<byte[]> ReceiveAsync(CancellationToken cancellation)
        {
            var buffer = new byte[2048];
            var length = await _socket.ReceiveAsync(buffer, cancellation);
            return buffer[..length];
        }

        private byte[] Frame(ushort kind)
        {
            var frame = new byte[FrameLength];
            frame.AsSpan(0, 6).Fill(0xff);
            _mac.CopyTo(frame, 6);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), kind);
            return frame;
        }
    }
}
