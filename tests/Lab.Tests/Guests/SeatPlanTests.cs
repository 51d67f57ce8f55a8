using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Guests;

public sealed class SeatPlanTests
{
    private static readonly HostRoom Workstation = new(ByteSize.FromGiB(64), ByteSize.FromGiB(48), ByteSize.FromGiB(200), Processors: 16);

    [Test]
    public void Seats_cost_their_guests_and_what_runs_them()
    {
        var plan = SeatPlan.Of(Lab(guests: 2), 20, up: 0, checkpoint: null, Workstation);

        plan.SeatMemory.Should().BeGreaterThan(ByteSize.FromGiB(2), "QEMU and the content server take some too");
        plan.Memory.Bytes.Should().Be(20 * plan.SeatMemory.Bytes, "no memory is shared");
        plan.Processors.Should().Be(80);
        plan.SharedDisk.Should().BeGreaterThan(ByteSize.FromGiB(2), "the checkpoint is still to be made, and holds all memory at worst");
    }

    [Test]
    public void Seats_that_are_up_cost_nothing_more()
    {
        var plan = SeatPlan.Of(Lab(), 20, up: 20, checkpoint: null, Workstation with { FreeMemory = default, FreeDisk = default });

        (plan.Memory.Bytes, plan.Disk.Bytes, plan.Fits).Should().Be((0, 0, true));
    }

    [Test]
    public void What_does_not_fit_says_of_what_there_is_too_little_and_how_many_would_fit()
    {
        var plan = SeatPlan.Of(Lab(), 20, up: 2, checkpoint: null, Workstation with { FreeMemory = ByteSize.FromGiB(8), Processors = 1 });

        plan.Lacks.Should().SatisfyRespectively(
            lack => lack.Should().MatchRegex(@"^They need \d+ MiB of memory, and 8192 MiB are free\.$"),
            lack => lack.Should().Be("They have 40 virtual processors, and 10 for each of this host's 1 is the most that works."));
        var failure = FluentActions.Invoking(plan.Check).Should().Throw<HostException>().Which;
        failure.Message.Should().StartWith("20 seats of lab web don't fit on this host, 2 of which are up. They need ");
        failure.Remedy.Should().StartWith("5 would fit.");
    }

    [Property]
    public Property What_is_said_to_fit_fits_and_one_more_does_not() => Prop.ForAll(Plans(), plan =>
    {
        var fitting = plan.Fitting;
        return fitting <= plan.Seats
            && (fitting == 0 || fitting == plan.Up || (plan with { Seats = fitting }).Fits)
            && (fitting == plan.Seats || !(plan with { Seats = Math.Max(fitting, plan.Up) + 1 }).Fits)
            && plan.Fits == (fitting == plan.Seats);
    });

    [Property]
    public Property A_host_that_has_more_holds_as_many_seats_at_least() => Prop.ForAll(Plans(), plan =>
        (plan with { Host = plan.Host with { FreeMemory = new ByteSize(2 * plan.Host.FreeMemory.Bytes), FreeDisk = new ByteSize(2 * plan.Host.FreeDisk.Bytes), Processors = 2 * plan.Host.Processors } }).Fitting >= plan.Fitting);

    [Property]
    public Property As_many_start_at_once_as_there_are_processors_and_memory_for_and_one_at_least() => Prop.ForAll(Hosts(), Gen.Choose(1, 5).ToArbitrary(), (host, guests) =>
    {
        var memory = ByteSize.FromGiB(guests);
        var limit = StartLimit.Of(host, memory, guests).AtOnce;
        return limit >= 1 && (limit == 1 || (limit * guests <= host.Processors && limit * memory.Bytes <= host.FreeMemory.Bytes));
    });

    [Property(MaxTest = 30)]
    public Property All_are_started_in_order_and_never_more_at_once(PositiveInt processors) => Prop.ForAll(Gen.Choose(0, 30).ToArbitrary(), count =>
    {
        var limit = StartLimit.Of(Workstation with { Processors = processors.Get % 12 }, ByteSize.FromGiB(1), guests: 1);
        var (running, most, begun, gate) = (0, 0, new List<int>(), new Lock());
        var results = limit.StartAsync([.. Enumerable.Range(0, count)], async (seat, _) =>
        {
            lock (gate)
            {
                begun.Add(seat);
                most = Math.Max(most, ++running);
            }

            await Task.Yield();
            lock (gate)
            {
                running--;
            }

            return seat * seat;
        }).GetAwaiter().GetResult();
        return most <= limit.AtOnce && begun.Order().SequenceEqual(Enumerable.Range(0, count)) && results.SequenceEqual(Enumerable.Range(0, count).Select(seat => seat * seat));
    });

    private static Arbitrary<HostRoom> Hosts() => Arb.From(
        from memory in Gen.Choose(0, 200)
        from disk in Gen.Choose(0, 500)
        from processors in Gen.Choose(1, 64)
        select new HostRoom(ByteSize.FromGiB(200), ByteSize.FromGiB(memory), ByteSize.FromGiB(disk), processors));

    private static Arbitrary<SeatPlan> Plans() => Arb.From(
        from host in Hosts().Generator
        from guests in Gen.Choose(1, 4)
        from seats in Gen.Choose(1, 60)
        from up in Gen.Choose(0, seats)
        select SeatPlan.Of(Lab(guests), seats, up, checkpoint: null, host));

    private static LabDefinition Lab(int guests = 1)
    {
        var place = SourceLocation.Whole("/labs/web/lab.yaml");
        return new LabDefinition
        {
            Name = "web",
            File = place.File,
            Trees = [],
            Guests = [.. Enumerable.Range(1, guests).Select(number => new GuestDefinition { Name = $"node{number}", Location = place })],
            Location = place,
        };
    }
}
