using Lab.Cli.Commands;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;
using Lab.Trees;
using Lab.Tests.Definitions;

namespace Lab.Cli.Tests.Views;

internal sealed class LabViewsTests
{
    private static readonly string One = new('a', 64);
    private static readonly string Two = new('b', 64);

    private static readonly LabStatus Three = new("web", "/labs/web/lab.yaml", Note: null,
    [
        new GuestStatus("node1", "running", [new GuestAddress(22, "127.0.0.1:20022"), new GuestAddress(80, "127.0.0.1:20080")])
        {
            Segments = [new SegmentPlace("edge", "192.168.100.11/24")],
            Cost = new GuestCost(812_000_000, TimeSpan.FromSeconds(41)),
            Fetched = GuestFetch.Of(new ContentCount(14_044, 227_940_000), new ContentCount(14_000, 226_840_000)),
            BootId = "0f6a3c52-1111-2222-3333-444455556666",
            Booted = new DeploymentSummary("lab:labtree", "1", One, Staged: false),
            Next = new DeploymentSummary("lab:labtree", "2", Two, Staged: true),
            Health = [new HealthResult("lab-web.service", Healthy: true, "active"), new HealthResult("GET :80/", Healthy: true, "200 OK")],
        },
        new GuestStatus("node2", "running", [new GuestAddress(22, "127.0.0.1:20122")])
        {
            BootId = "77ac1d21-1111-2222-3333-444455556666",
            Booted = new DeploymentSummary("lab:badtree", "1-bad", Two, Staged: false),
            Boots =
            [
                new BootSummary(1, "0", Counter: null, One, "5b6a3c52-1111-2222-3333-444455556666", Green: true, [], "asked"),
                new BootSummary(2, "0", "1 to 0", Two, "6c6a3c52-1111-2222-3333-444455556666", Green: false, ["10_web.sh"], "red"),
                new BootSummary(3, "0", "0 to -1", Commit: null, BootId: null, Green: null, [], "panic"),
            ],
            Health = [new HealthResult("lab-web.service", Healthy: false, "failed"), new HealthResult("GET :80/", Healthy: false, "Connection refused")],
        },
        new GuestStatus("node3", "running", [new GuestAddress(22, "127.0.0.1:20222")]) { Silence = "Connection timed out during banner exchange", HoldsRebootSlot = true },
        new GuestStatus("node4", "off", [new GuestAddress(22, "127.0.0.1:20322")]),
        new GuestStatus("node5", "running", [new GuestAddress(22, "127.0.0.1:20422")])
        {
            BootId = "90ac1d21-1111-2222-3333-444455556666",
            Booted = new DeploymentSummary("lab:labtree", "1", One, Staged: false),
            Health = [],
        },
    ]);

    [Test]
    public void Status_in_a_log() => Plain(screen => LabViews.Status(Three, screen)).ShouldMatchSnapshot("status");

    [Test]
    public void Status_on_a_terminal() => OnTerminal(screen => LabViews.Status(Three, screen)).ShouldMatchSnapshot("status-terminal");

    [Test]
    public void Status_says_why_health_is_unknown() =>
        Plain(screen => LabViews.Status(new LabStatus("web", "/labs/web/lab.yaml", "Health is not checked: /labs/web/lab.yaml: there is no such file. Look.", []), screen))
            .Should().EndWith("Health is not checked: /labs/web/lab.yaml: there is no such file. Look.\n");

    [Test]
    public void Colours_say_what_is_good_and_what_is_bad()
    {
        var text = new StringWriter();
        LabViews.Status(Three, new Screen(text) { IsTerminal = true, HasColours = true, Width = 160 });

        text.ToString().Should().Contain("\e[32mhealthy, 2 of 2").And.Contain("\e[31mlab-web.service: failed").And.Contain("\e[33moff");
    }

    [Test]
    public void Labs_in_a_log() => Plain(screen => LabViews.List(
    [
        new UpLab("db", "/labs/db/lab.yaml", [new UpGuest("db1", "paused", "labtree-1", One)]),
        new UpLab("web", "/labs/web/lab.yaml", [new UpGuest("node1", "running", "labtree-1", One), new UpGuest("node2", "off", "labtree-2", Two)]),
    ], screen)).ShouldMatchSnapshot("list");

    [Test]
    public void What_a_guest_has_fetched_is_told_apart_by_when()
    {
        GuestFetch.Of(now: null, install: null).Should().BeNull();
        GuestFetch.Of(new ContentCount(2, 70), install: null).Should().Be(new GuestFetch(null, new ContentCount(2, 70)));
        GuestFetch.Of(new ContentCount(12, 970), new ContentCount(10, 900)).Should().Be(new GuestFetch(new ContentCount(10, 900), new ContentCount(2, 70)));
        GuestFetch.Of(new ContentCount(2, 70), new ContentCount(10, 900)).Should().Be(new GuestFetch(new ContentCount(10, 900), new ContentCount(2, 70)), because: "the server was started again");
        GuestFetch.Of(now: null, new ContentCount(10, 900)).Should().Be(new GuestFetch(new ContentCount(10, 900), new ContentCount(0, 0)), because: "nobody serves");
    }

    [Test]
    public void What_to_do_next() => Plain(screen => LabViews.Next(Three, screen)).ShouldMatchSnapshot("next");

    [Test]
    public void What_went_down() =>
        Plain(screen => LabViews.Down([new TakenDown("web", WasUp: true), new TakenDown("db", WasUp: false)], screen))
            .Should().Be("Lab web is down.\nLab db was not up.\n");

    private static string Plain(Action<Screen> show) => Shown(show, terminal: false);

    private static string OnTerminal(Action<Screen> show) => Shown(show, terminal: true);

    private static string Shown(Action<Screen> show, bool terminal)
    {
        var text = new StringWriter();
        show(new Screen(text) { IsTerminal = terminal, Width = 120 });
        return text.ToString();
    }
}
