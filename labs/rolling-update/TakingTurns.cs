using FluentAssertions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Remote;
using Lab.Testing;
using Lab.Updates;
using NUnit.Framework;

namespace Labs.RollingUpdate;

/// <summary>Three hosts get an update at once and take turns at rebooting into it. One of them takes it back, and the next has its turn after that.</summary>
[TestFixture]
[Category("rolling-update")]
[Category("Long")]
public sealed class TakingTurns() : LabFixture(LabFolder.Of())
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    protected override bool StartsWarm => true;

    [Test]
    public async Task Hosts_update_one_at_a_time_and_the_next_goes_after_one_that_fell_back()
    {
        var (one, two) = (Lab.Trees["rolling-host-1"].Commit, Lab.Trees["rolling-host-2"].Commit);
        var (refusing, others) = (Lab["host2"], new[] { Lab["host1"], Lab["host3"] });
        await refusing.Shell.SucceedAsync("""
            sed -i 's/^GREENBOOT_MAX_BOOT_ATTEMPTS=.*/GREENBOOT_MAX_BOOT_ATTEMPTS=1/' /etc/greenboot/greenboot.conf
            mkdir -p /etc/greenboot/check/required.d
            echo 'grep -qx 1 /usr/share/host/version' > /etc/greenboot/check/required.d/10_refuse.sh
            """);
        var policy = await RollbackPolicy.ReadAsync(refusing.Shell);
        var probers = new Dictionary<string, HttpProber>(StringComparer.Ordinal);
        try
        {
            foreach (var guest in Lab.Guests)
            {
                probers[guest.Name] = await ProbeAsync(guest);
            }

            await Task.WhenAll(Lab.Guests.Select(guest => AnsweredAsync(probers[guest.Name], $"{guest.Name} 1")));
            var before = new Dictionary<string, string>(StringComparer.Ordinal);
            await Step("The first host goes", async () =>
            {
                before[refusing.Name] = await StageAsync(refusing);
                await refusing.WaitForConsoleTextAsync("reboot: Restarting system", Patience);
            });
            await Step("The others wait", async () =>
            {
                var boots = await Task.WhenAll(others.Select(StageAsync));
                foreach (var (guest, boot) in others.Zip(boots))
                {
                    before[guest.Name] = boot;
                    await guest.WaitUntilSucceedsAsync("journalctl --unit fleet-lock-pre-reboot | grep failed_lock_semaphore_full", Patience);
                }

                Reboots.Holders["default"].Should().Equal(refusing.Name);
            });
            await Step("The first host takes its update back", async () =>
            {
                (await refusing.FollowAsync(policy.Predict(one, two, UpdateFate.Unhealthy), before[refusing.Name])).Should().BeBoots("new ✗, old ✓");
            });
            await Step("The others take their turns", async () =>
            {
                await Task.WhenAll(others.Select(guest => AnsweredAsync(probers[guest.Name], $"{guest.Name} 2")));
                foreach (var guest in others)
                {
                    await guest.WaitUntilReadyAsync(two, before[guest.Name]);
                }

                await refusing.Should().BeBootedInto(one);
                Reboots.Holders.Should().BeEmpty("all are well");
            });
        }
        finally
        {
            foreach (var prober in probers.Values)
            {
                await prober.DisposeAsync();
            }
        }

        var away = probers.Select(probed => Away(probed.Key, probed.Value)).OrderBy(host => host.From).ToList();
        Recorder.Attach("away", string.Join('\n', away));
        await TestContext.Progress.WriteLineAsync(string.Join('\n', away));
        away[0].Host.Should().Be(refusing.Name);
        away.Zip(away.Skip(1)).Should().OnlyContain(turns => turns.First.To < turns.Second.From, "at most one host is away");
    }

    /// <summary>When a host did not answer, from its first failed request to its last, on a clock that all hosts share.</summary>
    private sealed record Absence(string Host, TimeSpan From, TimeSpan To)
    {
        public override string ToString() => FormattableString.Invariant($"{Host} is away from {From.TotalSeconds:0.0} s to {To.TotalSeconds:0.0} s");
    }

    private static Absence Away(string host, HttpProber prober)
    {
        var failed = prober.Availability.Probes.Where(probe => probe.Answer is null).Select(probe => prober.Began + probe.Sent).ToList();
        failed.Should().NotBeEmpty("a host that reboots does not answer");
        return new Absence(host, failed.Min(), failed.Max());
    }

    // A slow host is not one that is away: requests have time.
    private Task<HttpProber> ProbeAsync(Guest guest) => HttpProber.StartAsync(Segments.Host!, new Uri($"http://{guest.Name}/"), TimeSpan.FromSeconds(1), Hypervisor.Scale(TimeSpan.FromSeconds(5)));

    private Task<Probe> AnsweredAsync(HttpProber prober, string answer) => prober.WaitForAnswerAsync(answer, Hypervisor.Scale(Patience));

    // As its timer would: the host fetches the update, and asks for its turn once that is staged.
    private static Task<string> StageAsync(Guest guest) => guest.RestartAsync("systemctl start --no-block ostree-stage-update");
}
