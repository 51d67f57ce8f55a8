using System.Globalization;
using FluentAssertions;
using Lab.Remote;
using Lab.Testing;
using NUnit.Framework;

namespace Labs.EdgeFailover;

// The operating system of the host that answers is replaced while the other one serves.
public sealed partial class Failover
{
    [Test]
    [Category("Long")]
    public async Task An_upgrade_of_the_host_that_answers_loses_no_request_but_those_of_the_failover()
    {
        await RestoreAsync(_start);
        var two = Lab.Trees["edge-host-2"].Commit;

        // A host that is busy is not one that is away: requests have time. A connection whose first packets are dropped is asked for again after 1, 3 and
        // 7 s (tcp(7), tcp_syn_retries).
        await using var prober = await HttpProber.StartAsync(Segments.Host!, Vip, patience: Hypervisor.Scale(TimeSpan.FromSeconds(2)));
        await AnsweredByAsync(prober, Primary);
        await Step("Fetch the update", () => Primary.Updater.UpgradeAsync());
        await Step("Reboot into it", () => Primary.RebootAsync(two));
        await Step("It answers again", () => AnsweredByAsync(prober, Primary));

        var availability = prober.Availability;
        Recorder.Measure("upgrade: longest gap", availability.LongestGap.TotalMilliseconds, "ms");
        await TestContext.Progress.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"upgrade: {availability}"));
        availability.Turns.Should().Equal("primary", "backup", "primary");
        availability.LongestGap.Should().BeLessThan(Limit);
        Lost(availability).Should().BeEmpty("requests are lost at a failover and at no other time");
        (await MastersAsync()).Should().Equal("primary");
        (await Primary.Shell.SucceedAsync("cat /usr/share/edge-host/version")).Should().Be("2");
        await Primary.Should().BeBootedInto(two);
    }

    // Failed requests that were sent at another time than when the answers changed hands.
    private static IEnumerable<Probe> Lost(Availability availability)
    {
        var answers = availability.Answers.ToList();
        var turns = answers.Zip(answers.Skip(1)).Where(pair => pair.First.Answer != pair.Second.Answer).ToList();
        return availability.Probes.Where(probe => probe.Answer is null && !turns.Exists(turn => probe.Ended >= turn.First.Sent && probe.Sent <= turn.Second.Ended));
    }
}
