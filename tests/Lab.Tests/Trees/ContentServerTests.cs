using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using FluentAssertions;
using Lab.Tests.Hosting;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ContentServerTests : IAsyncDisposable
{
    private readonly HostFolder _folder = new();
    private readonly HttpClient _client = new();
    private ContentServer _server = null!;

    [SetUp]
    public async Task Serve_a_folder()
    {
        _folder.Write("repo/objects/ab/cd.filez", new string('x', 100_000));
        _folder.Write("repo/summary", "summary");
        _folder.Write("secret", "nobody's business");
        _server = await ContentServer.StartAsync(_folder["repo"], FreePort.Find());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _client.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task What_each_guest_fetches_is_counted_apart()
    {
        (await GetAsync("/a/summary")).Body.Should().Be("summary");
        (await GetAsync("/a/objects/ab/cd.filez")).Body.Should().HaveLength(100_000);
        (await GetAsync("/b/summary")).Status.Should().Be(HttpStatusCode.OK);

        _server.CountOf("a").Should().Be(new ContentCount(2, 100_007));
        _server.CountOf("b").Should().Be(new ContentCount(1, 7));
        _server.CountOf("c").Should().Be(new ContentCount(0, 0));
        _server.Counts.Keys.Should().BeEquivalentTo("a", "b");
    }

    [Test]
    public async Task What_is_not_there_is_a_request_and_no_bytes()
    {
        (await GetAsync("/a/objects/none")).Status.Should().Be(HttpStatusCode.NotFound);
        (await GetAsync("/a/objects/")).Status.Should().Be(HttpStatusCode.NotFound);

        _server.CountOf("a").Should().Be(new ContentCount(2, 0));
    }

    [Test]
    public async Task Asking_for_headers_is_a_request_and_no_bytes()
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri($"http://127.0.0.1:{_server.Port}/a/summary"));

        (await _client.SendAsync(head)).Content.Headers.ContentLength.Should().Be(7);

        _server.CountOf("a").Should().Be(new ContentCount(1, 0));
    }

    [Test]
    public async Task What_was_fetched_since_is_a_difference()
    {
        await GetAsync("/a/summary");
        var before = _server.CountOf("a");
        await GetAsync("/a/summary");

        (_server.CountOf("a") - before).Should().Be(new ContentCount(1, 7));
    }

    [Test]
    public async Task What_changed_within_a_second_is_sent_anew()
    {
        var first = await _client.GetAsync(new Uri($"http://127.0.0.1:{_server.Port}/a/summary"));
        var written = File.GetLastWriteTimeUtc(_folder["repo/summary"]);
        _folder.Write("repo/summary", "SUMMARY");
        File.SetLastWriteTimeUtc(_folder["repo/summary"], written);
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{_server.Port}/a/summary"));
        again.Headers.IfModifiedSince = first.Content.Headers.LastModified;
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        var second = await _client.SendAsync(again);

        (await second.Content.ReadAsStringAsync()).Should().Be("SUMMARY");
    }

    [Test]
    public async Task The_counts_are_there_as_json_and_asking_for_them_does_not_count()
    {
        await GetAsync("/a/summary");

        for (var ask = 0; ask < 2; ask++)
        {
            (await _client.GetFromJsonAsync<Dictionary<string, ContentCount>>($"http://127.0.0.1:{_server.Port}/counts"))
                .Should().BeEquivalentTo(new Dictionary<string, ContentCount> { ["a"] = new(1, 7) });
        }
    }

    [Test]
    public async Task Without_a_guests_name_there_is_nothing()
    {
        (await GetAsync("/")).Status.Should().Be(HttpStatusCode.NotFound);
        (await GetAsync("/summary")).Status.Should().Be(HttpStatusCode.NotFound);

        _server.Counts.Should().BeEmpty();
    }

    // Sent as they stand: a client library would tidy them up first.
    [TestCase("/a/../secret")]
    [TestCase("/a/../../secret")]
    [TestCase("/a/objects/../../secret")]
    [TestCase("/a/%2e%2e/secret")]
    [TestCase("/a/..%2fsecret")]
    [TestCase("/a/..%5csecret")]
    [TestCase("/a//../secret")]
    public async Task A_path_out_of_the_repository_leads_nowhere(string path)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _server.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream);

        (await reader.ReadToEndAsync()).Should().MatchRegex("^HTTP/1.1 40[04] ").And.NotContain("nobody's business");
    }

    [Test]
    public async Task An_absolute_path_behind_a_guests_name_leads_nowhere() => (await GetAsync("/a/" + _folder["secret"])).Status.Should().Be(HttpStatusCode.NotFound);

    [Test]
    public async Task A_port_that_is_taken_is_named_and_so_is_the_way_to_who_has_it()
    {
        var failure = (await FluentActions.Awaiting(() => ContentServer.StartAsync(_folder["repo"], _server.Port)).Should().ThrowAsync<HostException>()).Which;

        failure.Message.Should().Contain($"port {_server.Port} ");
        failure.Remedy.Should().Contain("ss -ltnp");
    }

    [Test]
    public async Task A_server_that_ended_has_given_its_port_back()
    {
        await _server.DisposeAsync();

        _server = await ContentServer.StartAsync(_folder["repo"], _server.Port);

        (await GetAsync("/a/summary")).Body.Should().Be("summary");
    }

    [Test]
    public async Task Only_this_host_can_ask()
    {
        using var everywhere = new TcpListener(IPAddress.Parse("127.0.0.2"), _server.Port);

        everywhere.Invoking(listener => listener.Start()).Should().NotThrow("the server has the port on 127.0.0.1 alone");
        (await GetAsync("/a/summary")).Status.Should().Be(HttpStatusCode.OK);
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path)
    {
        using var response = await _client.GetAsync($"http://127.0.0.1:{_server.Port}{path}");
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
