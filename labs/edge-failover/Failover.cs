using System.Globalization;
using FluentAssertions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Remote;
using Lab.Testing;
using NUnit.Framework;

namespace Labs.EdgeFailover;

/// <summary>Two hosts share an address. Whatever happens to the one that has it, the other answers.</summary>
[TestFixture]
[Category("edge-failover")]
public sealed class Failover() : LabFixture(LabFolder.Of())
{
    private static readonly Uri Vip = new("http://vip:8080/");
    private static readonly TimeSpan Worst = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private HttpProber _prober = null!;

    private Guest Primary => Lab["primary"];

    private Guest Backup => Lab["backup"];

    protected override bool StartsWarm => true;

    [OneTimeSetUp]
    public async Task ProbeAsync()
    {
        _prober = await HttpProber.StartAsync(Segments.Host!, Vip);
        await AnsweredByAsync(Primary);
    }

    [OneTimeTearDown]
    public async Task StopProbingAsync() => await _prober.DisposeAsync();

    [Test]
    public Task The_other_answers_when_the_power_of_the_first_is_cut() => Step("Cut the power of primary", async () =>
    {
        var cut = _prober.Now;
        await Primary.CrashAsync();
        await AnsweredByAsync(Backup);
        Judge("power cut", cut, "primary", "backup");
        await Primary.PowerOnAsync();
        await Primary.WaitUntilReadyAsync();
        await AnsweredByAsync(Primary);
        Segments["edge"].Faults.Should().BeEmpty();
    });

    [Test]
    public Task A_partition_makes_both_masters_until_it_heals() => Step("Part primary and backup", async () =>
    {
        using (Segments["edge"].Break(SegmentFault.Partition(["primary"], ["backup"])))
        {
            await Backup.WaitUntilSucceedsAsync("ip -brief address show dev edge | grep -F 192.168.100.100", TimeSpan.FromSeconds(20));
            (await MastersAsync()).Should().Be(2, "neither hears the other");
        }

        await Backup.WaitUntilSucceedsAsync("! ip -brief address show dev edge | grep -F 192.168.100.100", TimeSpan.FromSeconds(20));
        (await MastersAsync()).Should().Be(1);
        await AnsweredByAsync(Primary);
    });

    private async Task AnsweredByAsync(Guest guest)
    {
        using var limit = new CancellationTokenSource(Patience);
        await _prober.WaitForAsync(probe => probe.Answer == guest.Name, limit.Token);
    }

    private void Judge(string what, TimeSpan since, params IReadOnlyList<string> turns)
    {
        var availability = _prober.Since(since - TimeSpan.FromSeconds(1));
        Recorder.Measure($"{what}: longest gap", availability.LongestGap.TotalMilliseconds, "ms");
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {availability}"));
        availability.Turns.Should().Equal(turns);
        availability.LongestGap.Should().BeLessThan(Worst);
    }

    private async Task<int> MastersAsync()
    {
        var masters = 0;
        foreach (var guest in Lab.Guests)
        {
            masters += (await guest.Shell.RunAsync("ip -brief address show dev edge | grep -F 192.168.100.100")).ExitCode == 0 ? 1 : 0;
        }

        return masters;
    }
}
