using FluentAssertions;
using Lab.Definitions;
using Lab.Guests;
using Lab.State;
using NUnit.Framework;

namespace Lab.Tests.Guests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GuestPlanTests : IDisposable
{
    private readonly Hosting.HostFolder _folder = new();
    private readonly LabHome _home;

    public GuestPlanTests() => _home = new LabHome(_folder["home"]);

    public void Dispose()
    {
        Directory.Delete(_home.Runtime, recursive: true);
        _folder.Dispose();
    }

    [Test]
    public void The_same_guest_gets_the_same_things_every_time()
    {
        var (plan, again) = (Plan("node1"), new GuestPlan(new LabHome(_home.Root), "web", Definition("node1")));

        Identity(again).Should().Be(Identity(plan));
    }

    [Test]
    public void Guests_and_labs_and_homes_of_other_names_get_others()
    {
        var other = new LabHome(_folder["other"]);
        try
        {
            GuestPlan[] plans = [Plan("node1"), Plan("node2"), new GuestPlan(_home, "db", Definition("node1")), new GuestPlan(other, "web", Definition("node1"))];

            plans.Select(plan => plan.Uuid).Should().OnlyHaveUniqueItems();
            plans.Select(plan => plan.Mac).Should().OnlyHaveUniqueItems();
            plans.Select(plan => plan.DiskFile).Should().OnlyHaveUniqueItems();
        }
        finally
        {
            Directory.Delete(other.Runtime, recursive: true);
        }
    }

    [Test]
    public void Its_hardware_address_is_one_that_QEMU_may_give() => Plan("node1").Mac.Should().MatchRegex("^52:54:00(:[0-9a-f]{2}){3}$");

    [Test]
    public void Its_ports_lie_below_those_that_Linux_hands_out_by_itself()
    {
        var ports = Enumerable.Range(0, 500).SelectMany(number => Plan($"node{number}").Forwards).Select(forward => forward.Host).ToList();

        ports.Should().OnlyContain(port => port >= 20_000 && port < 32_000);
        ports.Distinct().Count().Should().BeGreaterThan(ports.Count * 9 / 10, "they are spread over all of the range");
    }

    [Test]
    public void A_lab_whose_ports_would_meet_is_refused_at_the_guest()
    {
        // Of enough guests two meet, the same two every time.
        var lab = Lab([.. Enumerable.Range(0, 1000).Select(number => Definition($"node{number}"))]);
        var meet = FluentActions.Invoking(() => LabInstance.RefuseSharedPorts(_home, lab)).Should().Throw<DefinitionException>().Which.Message;
        FluentActions.Invoking(() => LabInstance.RefuseSharedPorts(_home, lab)).Should().Throw<DefinitionException>().WithMessage(meet);

        meet.Should().MatchRegex(@"^lab\.yaml.*: Port 22 of guest (node\d+) falls on port (\d+) of this host, as (port 22 of guest node\d+|the lab's content server) does\. Give the guest another name");

        // Two by chance may meet too: the home's path is part of every port, and this home is new each time.
        var apart = Enumerable.Range(0, 20).Select(number => Lab(Definition($"a{number}", 80), Definition($"b{number}", 80)))
            .First(pair => pair.Guests.SelectMany(guest => new GuestPlan(_home, "web", guest).Forwards).Select(forward => forward.Host).Append(LabInstance.ContentPort(_home, "web")).Distinct().Count() == 5);
        LabInstance.RefuseSharedPorts(_home, apart);
    }

    [Test]
    public void SSH_is_forwarded_before_what_its_definition_asks_for()
    {
        var plan = Plan("node1", 80, 443);

        plan.Forwards.Select(forward => forward.Guest).Should().Equal(22, 80, 443);
        plan.Forwards.First().Host.Should().Be(plan.SshPort);
    }

    [Test]
    public void Its_files_lie_in_a_folder_of_its_own_below_the_labs()
    {
        var plan = Plan("node1");

        plan.Folder.Should().Be(Path.Combine(_home.Labs, "web", "node1"));
        new[] { plan.DiskFile, plan.SeedFile, plan.ConsoleFile }.Should().OnlyHaveUniqueItems().And.OnlyContain(file => Path.GetDirectoryName(file) == plan.Folder);
        plan.DomainName.Should().Be("web-node1");
    }

    [Test]
    public void A_seat_has_its_labs_hardware_addresses_and_all_else_of_its_own()
    {
        var (lab, seat) = (Plan("node1"), new GuestPlan(_home, "web-7", Definition("node1"), new Seat("web", 7, string.Empty)));

        seat.Mac.Should().Be(lab.Mac, "its guest's network is set up for that");
        (seat.Uuid, seat.DomainName, seat.Folder, seat.SshPort).Should().NotBe((lab.Uuid, lab.DomainName, lab.Folder, lab.SshPort));
    }

    [Test]
    public void Two_hundred_seats_have_ports_of_their_own()
    {
        // Were each seat's port hashed by itself, two of them would meet as good as always.
        var lab = Lab(Definition("node1"));
        var ports = Seat.Row(lab, Seat.Last).Select(seat => new GuestPlan(_home, seat.Name, lab.Guests[0], seat).SshPort).Append(Plan("node1").SshPort);

        ports.Should().OnlyHaveUniqueItems().And.OnlyContain(port => port >= 20_000 && port < 32_000);
    }

    [Test]
    public void Seats_whose_ports_would_meet_are_refused_at_the_guest()
    {
        // Two guests whose own ports are close enough for seats' to meet, and apart.
        var near = Enumerable.Range(0, 1000).Select(number => Plan($"node{number}").SshPort).ToList();
        var second = Enumerable.Range(1, 999).First(number => Math.Abs(near[number] - near[0]) is > 0 and < 100);
        var lab = Lab(Definition("node0"), Definition($"node{second}"));

        FluentActions.Invoking(() => LabInstance.CheckSeats(lab, Seat.Row(lab, Seat.Last), _home)).Should().Throw<DefinitionException>().WithMessage("*at seat * falls on port * of this host, as *");
    }

    private static (string, string, Guid, string, int, string) Identity(GuestPlan plan) =>
        (plan.DomainName, plan.Folder, plan.Uuid, plan.Mac, plan.SshPort, string.Join(' ', plan.Forwards));

    private static LabDefinition Lab(params GuestDefinition[] guests) => new() { Name = "web", File = "lab.yaml", Trees = [], Guests = guests, Location = SourceLocation.Whole("lab.yaml") };

    private GuestPlan Plan(string name, params int[] forward) => new(_home, "web", Definition(name, forward));

    private static GuestDefinition Definition(string name, params int[] forward) => new()
    {
        Name = name,
        Tree = new TreeDefinition { Name = "labtree-1", File = "labtree-1.yaml", Location = SourceLocation.Whole("labtree-1.yaml") },
        Forward = forward,
        Location = SourceLocation.Whole("lab.yaml"),
    };
}
