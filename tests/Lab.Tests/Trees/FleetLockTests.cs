using System.Net;
using System.Text.Json;
using FluentAssertions;
using FsCheck;
using FsCheck.NUnit;
using Lab.Tests.Hosting;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class FleetLockTests : IAsyncDisposable
{
    private readonly HostFolder _folder = new();
    private readonly HttpClient _client = new();
    private FleetLock _lock = null!;
    private ContentServer _server = null!;

    [SetUp]
    public async Task Serve()
    {
        _folder.Write("repo/summary", "summary");
        _lock = new FleetLock(_folder.Path);
        _server = await ContentServer.StartAsync(_folder["repo"], FreePort.Find(), reboots: _lock);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _lock.Dispose();
        _client.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task One_host_reboots_and_the_next_when_it_is_back()
    {
        (await AskAsync("pre-reboot", "one")).Status.Should().Be(HttpStatusCode.OK);
        (await AskAsync("pre-reboot", "two")).Should().Be((HttpStatusCode.Conflict, "failed_lock_semaphore_full", "all 1 slots of group default are taken, by one"));
        (await AskAsync("pre-reboot", "one")).Status.Should().Be(HttpStatusCode.OK, "it has one already");
        (await AskAsync("steady-state", "one")).Status.Should().Be(HttpStatusCode.OK);
        (await AskAsync("pre-reboot", "two")).Status.Should().Be(HttpStatusCode.OK);

        FleetLock.HoldersIn(_folder.Path).Should().Equal("two");
    }

    [Test]
    public async Task Nobody_gives_back_what_another_has()
    {
        await AskAsync("pre-reboot", "one");

        (await AskAsync("steady-state", "two")).Status.Should().Be(HttpStatusCode.OK, "a host that has just started has nothing to give back");

        _lock.Holders["default"].Should().Equal("one");
    }

    [Test]
    public async Task Groups_have_slots_of_their_own()
    {
        (await AskAsync("pre-reboot", "one", "control.plane-1")).Status.Should().Be(HttpStatusCode.OK);
        (await AskAsync("pre-reboot", "two", "workers")).Status.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task Whoever_serves_the_lab_next_knows_who_is_away()
    {
        await AskAsync("pre-reboot", "one");

        using var next = new FleetLock(_folder.Path, slots: 2);

        (await next.TryLockAsync("default", "two")).Should().BeTrue();
        (await next.TryLockAsync("default", "three")).Should().BeFalse();
        next.Holders["default"].Should().Equal("one", "two");
    }

    [Test]
    public async Task Taking_turns_is_no_fetch()
    {
        await AskAsync("pre-reboot", "one");

        _server.Counts.Should().BeEmpty();
        (await _client.GetAsync(new Uri($"http://127.0.0.1:{_server.Port}/one/v1/pre-reboot"))).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [TestCase("""{ "client_params": { "id": "one", "group": "default" } }""", "false", "the header")]
    [TestCase("""{ "client_params": { "id": "", "group": "default" } }""", "true", "needs an `id`")]
    [TestCase("""{ "client_params": { "group": "default" } }""", "true", "needs an `id`")]
    [TestCase("""{ "client_params": { "id": "one", "group": "a b" } }""", "true", "needs an `id`")]
    [TestCase("""{ "client_params": { "id": "one", "group": "default\n" } }""", "true", "needs an `id`")]
    [TestCase("{}", "true", "needs an `id`")]
    [TestCase("null", "true", "needs an `id`")]
    [TestCase("{", "true", "is no JSON")]
    [TestCase("", "true", "is no JSON")]
    public async Task What_the_protocol_does_not_have_is_refused(string body, string header, string message)
    {
        var (status, kind, value) = await SendAsync("pre-reboot", body, header);

        (status, kind).Should().Be((HttpStatusCode.BadRequest, "invalid_client_params"));
        value.Should().Contain(message);
        _lock.Holders.Should().BeEmpty();
    }

    [FsCheck.NUnit.Property(MaxTest = 30)]
    public void However_hosts_ask_no_more_go_than_there_are_slots(PositiveInt slots, (byte Host, bool Lock)[] steps)
    {
        using var folder = new HostFolder();
        using var reboots = new FleetLock(folder.Path, slots.Get);
        var away = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (host, isLock) in steps)
        {
            var id = $"{host % 4}";
            if (isLock)
            {
                var mayGo = away.Contains(id) || away.Count < slots.Get;
                reboots.TryLockAsync("default", id).GetAwaiter().GetResult().Should().Be(mayGo);
                _ = mayGo && away.Add(id);
            }
            else
            {
                reboots.UnlockAsync("default", id).GetAwaiter().GetResult();
                away.Remove(id);
            }

            FleetLock.HoldersIn(folder.Path).Should().BeEquivalentTo(away);
        }
    }

    private Task<(HttpStatusCode Status, string Kind, string Value)> AskAsync(string what, string id, string group = "default") =>
        SendAsync(what, JsonSerializer.Serialize(new { client_params = new { id, group } }), "true");

    // As curl's `-d` sends it.
    private async Task<(HttpStatusCode Status, string Kind, string Value)> SendAsync(string what, string body, string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://127.0.0.1:{_server.Port}/guest/v1/{what}"))
        {
            Content = new StringContent(body, mediaType: new("application/x-www-form-urlencoded")),
        };
        request.Headers.Add("fleet-lock-protocol", header);
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (text.Length == 0)
        {
            return (response.StatusCode, string.Empty, string.Empty);
        }

        using var error = JsonDocument.Parse(text);
        return (response.StatusCode, error.RootElement.GetProperty("kind").GetString()!, error.RootElement.GetProperty("value").GetString()!);
    }
}
