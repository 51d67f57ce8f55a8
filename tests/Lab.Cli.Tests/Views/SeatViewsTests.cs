using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Tests.Definitions;

namespace Lab.Cli.Tests.Views;

internal sealed class SeatViewsTests
{
    private static readonly IReadOnlyList<SeatStatus> Class =
    [
        new SeatStatus(1, "Ada", "web-1",
        [
            new GuestStatus("node1", "running", [new GuestAddress(22, "127.0.0.1:20023"), new GuestAddress(80, "127.0.0.1:20081")])
            {
                Cost = new GuestCost(412_000_000, TimeSpan.FromSeconds(4)),
                Health = [new HealthResult("lab-web.service", Healthy: true, "active")],
            },
            new GuestStatus("node2", "off", [new GuestAddress(22, "127.0.0.1:20123")]),
        ]) { Disk = 14_000_000 },
        new SeatStatus(2, "Hopper, Grace", "web-2", [new GuestStatus("node1", "running", [new GuestAddress(22, "127.0.0.1:20024")]) { Silence = "no answer within 5 s" }]) { Disk = 9_000_000 },
        SeatStatus.Failed(new Seat("web", 3, string.Empty), new HostException("Port 20025 is taken.")),
    ];

    [Test]
    public void Seats_in_a_log() => Shown(screen => SeatViews.Status(Class, screen), terminal: false).ShouldMatchSnapshot("seats");

    [Test]
    public void Seats_on_a_terminal() => Shown(screen => SeatViews.Status(Class, screen), terminal: true).ShouldMatchSnapshot("seats-terminal");

    [Test]
    public void No_seats() => Shown(screen => SeatViews.Status([], screen), terminal: true).Should().Be("No seat is up.\n");

    [Test]
    public void A_plan_that_fits_and_one_that_does_not()
    {
        var host = new HostRoom(ByteSize.FromGiB(64), ByteSize.FromGiB(32), ByteSize.FromGiB(100), Processors: 8);
        Shown(screen =>
        {
            SeatViews.Plan(SeatPlan.Of(Lab(), 10, up: 0, checkpoint: null, host), screen);
            SeatViews.Plan(SeatPlan.Of(Lab(), 60, up: 4, checkpoint: null, host), screen);
        }, terminal: false).ShouldMatchSnapshot("seat-plan");
    }

    [Test]
    public void The_list_of_labs_says_whose_a_seat_is() =>
        Shown(screen => LabViews.List([new UpLab("web-1", "/labs/web/lab.yaml", [new UpGuest("node1", "running", "labtree-1", "aaaa")]) { Seat = new Seat("web", 1, "Ada") }], screen), terminal: false)
            .Should().Contain("web-1 (Ada)");

    [Test]
    public async Task A_table_that_is_watched_is_drawn_in_place_until_somebody_has_seen_enough()
    {
        using var enough = new CancellationTokenSource();
        var text = new StringWriter();
        var asked = 0;
        await new Screen(text) { IsTerminal = true }.WatchAsync(
            _ =>
            {
                if (++asked == 3)
                {
                    enough.Cancel();
                }

                return Task.FromResult(asked);
            },
            (number, screen) => screen.Line($"{number}"), TimeSpan.Zero, TimeProvider.System, enough.Token);

        text.ToString().Should().Be("\e[H\e[2J1\n\e[H\e[2J2\n\e[H\e[2J3\n");
    }

    private static LabDefinition Lab()
    {
        var place = SourceLocation.Whole("/labs/web/lab.yaml");
        return new LabDefinition { Name = "web", File = place.File, Trees = [], Guests = [new GuestDefinition { Name = "node1", Location = place }], Location = place };
    }

    private static string Shown(Action<Screen> show, bool terminal)
    {
        var text = new StringWriter();
        show(new Screen(text) { IsTerminal = terminal, Width = 120 });
        return text.ToString();
    }
}
