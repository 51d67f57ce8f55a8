using System.Diagnostics;
using System.Net.Sockets;
using Lab.Hosting;

namespace Lab.Remote;

/// <summary>A web service did not do in time what it was watched for.</summary>
/// <param name="url">What was asked for.</param>
/// <param name="what">What it was to do, in words.</param>
/// <param name="within">In what time.</param>
/// <param name="availability">How it went instead.</param>
public sealed class ProbeException(Uri url, string what, TimeSpan within, Availability availability)
    : LabException(FailureKind.Product, FormattableString.Invariant($"{url} was not {what} within {within.TotalSeconds:0} s: {availability}."))
{
    /// <summary>How it went.</summary>
    public Availability Availability { get; } = availability;
}

/// <summary>
/// Asks a web service on a segment again and again, each time over a connection of its own, and notes who answers. A request does not wait for the one before
/// it, so that an outage is measured as finely as requests are sent.
/// </summary>
public sealed class HttpProber : IAsyncDisposable
{
    private static readonly TimeSpan DefaultEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(1);

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly List<Probe> _probes = [];
    private readonly List<(Func<Probe, bool> Fits, TaskCompletionSource<Probe> Waiting)> _waits = [];
    private readonly CancellationTokenSource _end = new();
    private readonly SegmentWay _way;
    private readonly HttpClient _client;
    private readonly Uri _url;
    private readonly Task _work;

    private HttpProber(SegmentWay way, HttpClient client, Uri url, TimeSpan every)
    {
        (_way, _client, _url) = (way, client, url);
        _work = SendAsync(every);
    }

    /// <summary>Begins to ask.</summary>
    /// <param name="host">Whose place on the segments it asks from.</param>
    /// <param name="url">What it asks for: an address of a segment, or a name that the lab gives to one.</param>
    /// <param name="every">How often; ten times a second unless set.</param>
    /// <param name="patience">How long a request may take; a second unless set.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public static async Task<HttpProber> StartAsync(SegmentHost host, Uri url, TimeSpan? every = null, TimeSpan? patience = null, CancellationToken cancellation = default)
    {
        var way = await host.LeadAsync(url.Host, url.Port, cancellation);
        var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(way.Socket), token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        { Timeout = patience ?? DefaultPatience };
        return new HttpProber(way, client, url, every ?? DefaultEvery);
    }

    /// <summary>What came of it so far.</summary>
    public Availability Availability
    {
        get
        {
            lock (_gate)
            {
                return new Availability([.. _probes]);
            }
        }
    }

    /// <summary>How it went since a moment of this prober's clock.</summary>
    public Availability Since(TimeSpan moment) => new([.. Availability.Probes.Where(probe => probe.Ended >= moment)]);

    /// <summary>When it began, on a clock that all probers of this process share.</summary>
    public TimeSpan Began => Stopwatch.GetElapsedTime(0, _began);

    /// <summary>The time since it began.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_began);

    /// <summary>Waits for the next request that goes a certain way.</summary>
    /// <param name="fits">Which way.</param>
    /// <param name="what">That way in words, for the failure.</param>
    /// <param name="within">How long, as it is; <see cref="Hypervisor.Scale"/> makes it fit the host.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ProbeException">None did; with how all went.</exception>
    public async Task<Probe> WaitForAsync(Func<Probe, bool> fits, string what, TimeSpan within, CancellationToken cancellation = default)
    {
        var waiting = new TaskCompletionSource<Probe>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waits.Add((fits, waiting));
        }

        try
        {
            return await waiting.Task.WaitAsync(within, cancellation);
        }
        catch (TimeoutException)
        {
            throw new ProbeException(_url, what, within, Availability);
        }
    }

    /// <summary>Waits for the next request that somebody answers.</summary>
    /// <param name="answer">Who: the answer's first line.</param>
    /// <param name="within">How long, as it is; <see cref="Hypervisor.Scale"/> makes it fit the host.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="ProbeException">They answered none; with how all went.</exception>
    public Task<Probe> WaitForAnswerAsync(string answer, TimeSpan within, CancellationToken cancellation = default) =>
        WaitForAsync(probe => probe.Answer == answer, $"answered by {answer}", within, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        lock (_gate)
        {
            _waits.ForEach(wait => wait.Waiting.TrySetCanceled());
        }

        _client.Dispose();
        await _way.DisposeAsync();
        _end.Dispose();
    }

    private async Task SendAsync(TimeSpan every)
    {
        using var clock = new PeriodicTimer(every);
        var sent = new List<Task>();
        try
        {
            while (await clock.WaitForNextTickAsync(_end.Token))
            {
                sent.RemoveAll(task => task.IsCompleted);
                sent.Add(AskAsync());
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sent);
        }
    }

    private async Task AskAsync()
    {
        var began = Now;
        Probe probe;
        try
        {
            var answer = await _client.GetStringAsync(_url, _end.Token);
            probe = new Probe(began, Now, answer.Split('\n')[0].TrimEnd(), null);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            if (_end.IsCancellationRequested)
            {
                return;
            }

            probe = new Probe(began, Now, null, failure is OperationCanceledException ? "no answer in time" : failure.Message);
        }

        lock (_gate)
        {
            _probes.Add(probe);
            foreach (var wait in _waits.Where(wait => wait.Fits(probe)).ToList())
            {
                _waits.Remove(wait);
                wait.Waiting.TrySetResult(probe);
            }
        }
    }
}
