using System.Globalization;
using FluentAssertions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Remote;
using Lab.Testing;
using NUnit.Framework;

namespace Labs.EdgeFailover;

/// <summary>
/// Two hosts share an address. Whatever happens to the one that has it, the other answers, from a container that its first request started. Each test begins with
/// both up, their containers running and the first answering, unless it says otherwise.
/// </summary>
/// <remarks><c>LAB_FAILOVERS</c> says how many power cuts are measured, and that nothing else keeps the machine busy (default: three, beside other tests), <c>LAB_RESTORES</c> how often the pair is restored (default: once).</remarks>
[TestFixture]
[Category("edge-failover")]
public sealed partial class Failover() : LabFixture(LabFolder.Of())
{
    private const string HasVip = "ip -brief address show dev edge | grep -qF 192.168.100.100/";
    private static readonly Uri Vip = new("http://vip:8080/");

    // keepalived's master is dead to its backup after three adverts and a bit (RFC 9568, Master_Down_Interval), an advert being a second.
    private static readonly TimeSpan Worst = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private Checkpoint _idle = null!;
    private Checkpoint _start = null!;

    private static int PowerCuts => Setting.Number("LAB_FAILOVERS") ?? 3;

    private static int Restores => Setting.Number("LAB_RESTORES") ?? 1;

    // Beside other guests an emulated one is late with its adverts: Soak measures on a machine that does nothing else.
    private TimeSpan Limit => Setting.Number("LAB_FAILOVERS") is null ? Hypervisor.Scale(Worst) : Worst;

    private Guest Primary => Lab["primary"];

    private Guest Backup => Lab["backup"];

    private SegmentSwitch Edge => Segments["edge"];

    protected override bool StartsWarm => true;

    [OneTimeSetUp]
    public async Task PrepareAsync()
    {
        _idle = await CheckpointAsync("idle");
        await AnsweredAsync(Vip, "primary");
        await AnsweredAsync(new Uri("http://backup:8080/"), "backup");
        _start = await CheckpointAsync("start");
    }

    [OneTimeTearDown]
    public Task EndWithBothUpAsync() => _start is { } start ? RestoreAsync(start) : Task.CompletedTask;

    [TearDown]
    public async Task TakeBackAsync()
    {
        Edge.Heal();
        var tags = Registry.List().ToDictionary(image => image.Tag, image => image.Digest, StringComparer.Ordinal);
        if (tags["prod"] != tags["v1"])
        {
            await Registry.TagAsync("httpd:v1", "httpd:prod");
        }
    }

    [Test]
    public async Task Every_power_cut_moves_the_address_to_the_other()
    {
        var gaps = new List<TimeSpan>();
        for (var round = 1; round <= PowerCuts; round++)
        {
            gaps.Add(await FailoverAsync($"power cut {round}", () => Primary.CrashAsync(), _ => Task.CompletedTask, "primary", "backup"));
        }

        var table = string.Create(CultureInfo.InvariantCulture, $"{gaps.Count} power cuts: median gap {gaps.Order().ElementAt(gaps.Count / 2).TotalSeconds:0.0} s, worst {gaps.Max().TotalSeconds:0.0} s");
        Recorder.Attach("power cuts", table);
        await TestContext.Progress.WriteLineAsync(table);
    }

    [Test]
    public async Task A_pair_that_is_restored_has_the_time_and_one_master()
    {
        for (var round = 1; round <= Restores; round++)
        {
            await Step($"Restore {round}", async () =>
            {
                await RestoreAsync(_start);
                foreach (var guest in Lab.Guests)
                {
                    await guest.Should().HaveTheTimeWithin(TimeSpan.FromSeconds(1));
                }

                (await MastersAsync()).Should().Equal("primary");
            });
        }
    }

    [Test]
    public Task A_pulled_cable_moves_the_address_to_the_other_and_back() => FailoverAsync(
        "pulled cable",
        () => Primary.SetLinkAsync("edge", up: false),
        async prober =>
        {
            await Primary.SetLinkAsync("edge", up: true);
            await AnsweredByAsync(prober, Primary);
        },
        "primary", "backup", "primary");

    [Test]
    public Task A_frozen_host_loses_the_address_and_takes_it_back() => FailoverAsync(
        "frozen host",
        () => Primary.PauseAsync(),
        async prober =>
        {
            await Primary.UnpauseAsync();
            await AnsweredByAsync(prober, Primary);
        },
        "primary", "backup", "primary");

    [Test]
    public Task A_host_whose_adverts_are_lost_one_way_is_replaced_while_it_still_believes_in_itself() => Step("Block primary > backup", async () =>
    {
        await RestoreAsync(_start);
        using (Edge.Break(SegmentFault.Block(["primary"], ["backup"])))
        {
            await Backup.WaitUntilSucceedsAsync(HasVip, TimeSpan.FromSeconds(20));
        }

        await Backup.WaitUntilSucceedsAsync($"! {HasVip}", TimeSpan.FromSeconds(20));
        (await MastersAsync()).Should().Equal("primary");
    });

    [Test]
    public Task A_split_brain_is_seen_and_heals() => Step("Part primary and backup", async () =>
    {
        await RestoreAsync(_start);
        await using var prober = await HttpProber.StartAsync(Segments.Host!, Vip);
        using (Edge.Break(SegmentFault.Partition(["primary"], ["backup"])))
        {
            await Backup.WaitUntilSucceedsAsync(HasVip, TimeSpan.FromSeconds(20));
            (await MastersAsync()).Should().Equal("primary", "backup");
        }

        await Backup.WaitUntilSucceedsAsync($"! {HasVip}", TimeSpan.FromSeconds(20));
        (await MastersAsync()).Should().Equal("primary");
        await AnsweredByAsync(prober, Primary);
    });

    [Test]
    public Task A_clean_shutdown_hands_the_address_over() => FailoverAsync("shutdown", () => Primary.ShutdownAsync(), "primary", "backup");

    [Test]
    public Task Guests_know_each_other_and_this_host_by_name() => Step("Ask by name", async () =>
    {
        await RestoreAsync(_start);
        (await Primary.Shell.SucceedAsync("curl --silent --fail http://backup:8080/")).Should().Be("backup");
        (await Backup.Shell.SucceedAsync("getent hosts host primary vip")).Should().MatchRegex("192.168.100.1 +host\n192.168.100.11 +primary\n192.168.100.100 +vip");
        (await Backup.Shell.RunAsync("curl --silent --max-time 2 http://primary:22/")).ExitCode.Should().NotBe(7, "its firewall lets SSH in");
        (await Backup.Shell.RunAsync("curl --silent --max-time 2 http://primary:9999/")).ExitCode.Should().Be(28, "its firewall drops all else");
    });

    private Task<TimeSpan> FailoverAsync(string what, Func<Task> fault, params IReadOnlyList<string> turns) => FailoverAsync(what, fault, _ => Task.CompletedTask, turns);

    private async Task<TimeSpan> FailoverAsync(string what, Func<Task> fault, Func<HttpProber, Task> mend, params IReadOnlyList<string> turns)
    {
        Availability availability = null!;
        await RestoreAsync(_start);
        await Step($"Failover: {what}", async () => availability = await MeasureAsync(fault, mend));
        Recorder.Measure($"{what}: longest gap", availability.LongestGap.TotalMilliseconds, "ms");
        await TestContext.Progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{what}: {availability}"));
        availability.Turns.Should().Equal(turns);
        availability.LongestGap.Should().BeLessThan(Limit);
        return availability.LongestGap;
    }

    private async Task<Availability> MeasureAsync(Func<Task> fault, Func<HttpProber, Task> mend)
    {
        await using var prober = await HttpProber.StartAsync(Segments.Host!, Vip);
        await AnsweredByAsync(prober, Primary);
        await fault();
        await AnsweredByAsync(prober, Backup);
        await mend(prober);
        return prober.Availability;
    }

    private Task<Probe> AnsweredByAsync(HttpProber prober, Guest guest) => prober.WaitForAnswerAsync(guest.Name, Hypervisor.Scale(Patience));

    private async Task<IReadOnlyList<string>> MastersAsync()
    {
        var masters = new List<string>();
        foreach (var guest in Lab.Guests)
        {
            if ((await guest.Shell.RunAsync(HasVip)).ExitCode == 0)
            {
                masters.Add(guest.Name);
            }
        }

        return masters;
    }
}
