using System.Net;
using System.Net.Sockets;
using FluentAssertions;
using Lab.Definitions;
using Lab.Guests;
using Lab.Remote;
using NUnit.Framework;

namespace Lab.Tests.Guests;

internal sealed class GuestHealthTests
{
    private static readonly SourceLocation Here = SourceLocation.Whole("lab.yaml");

    [Test]
    public async Task Units_are_asked_for_at_once_and_judged_each()
    {
        var shell = new AnsweringShell("active\nfailed\n", exitCode: 3);

        var results = await CheckAsync(shell, port: 0, new UnitCheck("lab-web.service", Here), new UnitCheck("odd name.service", Here));

        results.Should().Equal(new HealthResult("lab-web.service", Healthy: true, "active"), new HealthResult("odd name.service", Healthy: false, "failed"));
        shell.Asked.Should().Equal("systemctl is-active -- lab-web.service 'odd name.service'");
    }

    [Test]
    public async Task A_unit_about_which_nothing_is_said_is_not_healthy()
    {
        var results = await CheckAsync(new AnsweringShell(string.Empty, exitCode: 1, error: "Failed to connect to bus\n"), port: 0, new UnitCheck("lab-web.service", Here));

        results.Should().Equal(new HealthResult("lab-web.service", Healthy: false, "Failed to connect to bus"));
    }

    [TestCase("200 OK", true)]
    [TestCase("302 Found", true)]
    [TestCase("404 Not Found", false)]
    [TestCase("503 Service Unavailable", false)]
    public async Task A_page_is_judged_by_its_status(string status, bool healthy)
    {
        using var server = new Answerer($"HTTP/1.1 {status}\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

        var results = await CheckAsync(new AnsweringShell(string.Empty), server.Port, new HttpCheck(80, "/health?full", Here));

        results.Should().Equal(new HealthResult("GET :80/health?full", healthy, status));
        server.FirstRequest.Should().StartWith("GET /health?full HTTP/1.1\r\n");
    }

    [Test]
    public async Task A_forward_that_leads_nowhere_is_not_healthy()
    {
        using var server = new Answerer(string.Empty);

        (await CheckAsync(new AnsweringShell(string.Empty), server.Port, new HttpCheck(80, "/", Here)))
            .Should().Equal(new HealthResult("GET :80/", Healthy: false, "no answer: the connection was closed"));
    }

    [Test]
    public async Task A_port_that_nobody_forwards_is_not_healthy()
    {
        int port;
        using (var server = new Answerer(string.Empty))
        {
            port = server.Port;
        }

        (await CheckAsync(new AnsweringShell(string.Empty), port, new HttpCheck(80, "/", Here)))
            .Should().Equal(new HealthResult("GET :80/", Healthy: false, "Connection refused"));
    }

    [Test]
    public async Task A_server_that_says_nothing_is_given_up_on()
    {
        using var server = new Answerer(answer: null);

        var results = await GuestHealth.CheckAsync([new HttpCheck(80, "/", Here)], new AnsweringShell(string.Empty), _ => server.Port, TimeSpan.FromMilliseconds(1));

        results.Should().Equal(new HealthResult("GET :80/", Healthy: false, "no answer within 0 s"));
    }

    [Test]
    public async Task Without_units_the_guest_is_not_asked()
    {
        var shell = new AnsweringShell(string.Empty);

        (await CheckAsync(shell, port: 0)).Should().BeEmpty();
        shell.Asked.Should().BeEmpty();
    }

    private static Task<IReadOnlyList<HealthResult>> CheckAsync(AnsweringShell shell, int port, params HealthCheck[] checks) =>
        GuestHealth.CheckAsync(checks, shell, _ => port, TimeSpan.FromSeconds(30));

    private sealed class AnsweringShell(string output, int exitCode = 0, string error = "") : IRemoteShell
    {
        public List<string> Asked { get; } = [];

        public string Guest => "node1";

        public Task<RemoteResult> RunAsync(string command, TimeSpan? timeout = null, CancellationToken cancellation = default)
        {
            Asked.Add(command);
            return Task.FromResult(new RemoteResult(Guest, command, exitCode, output, error, TimeSpan.Zero));
        }
    }

    /// <summary>Answers every connection with the same text and closes it; with no text at all it holds it and says nothing.</summary>
    private sealed class Answerer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();

        public Answerer(string? answer)
        {
            _listener.Start();
            _ = ServeAsync(answer);
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public string FirstRequest { get; private set; } = string.Empty;

        public void Dispose()
        {
            _end.Cancel();
            _listener.Dispose();
            _end.Dispose();
        }

        private async Task ServeAsync(string? answer)
        {
            var buffer = new byte[4096];
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_end.Token);
                await using var stream = client.GetStream();
                var request = System.Text.Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, _end.Token));
                FirstRequest = FirstRequest.Length == 0 ? request : FirstRequest;
                await (answer is null ? Task.Delay(Timeout.Infinite, _end.Token) : stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), _end.Token).AsTask());
            }
        }
    }
}
