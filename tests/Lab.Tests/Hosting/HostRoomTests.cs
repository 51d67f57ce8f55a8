using System.Text.RegularExpressions;
using FluentAssertions;
using Lab.Definitions;
using Lab.Hosting;
using Lab.Tests.State;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HostRoomTests : IDisposable
{
    private static readonly SourceLocation Place = new("/labs/web/lab.yaml", 7, 3);
    private readonly TemporaryHome _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Test]
    public void A_small_lab_fits() => FluentActions.Invoking(() => HostRoom.Check(Lab(guests: 1, ByteSize.FromMiB(1)), _temporary.Home)).Should().NotThrow();

    [Test]
    public void A_guest_larger_than_this_host_is_the_definitions_mistake_at_its_line()
    {
        var failure = FluentActions.Invoking(() => HostRoom.Check(Lab(guests: 1, ByteSize.FromTiB(1)), _temporary.Home)).Should().Throw<DefinitionException>().Which;

        failure.Diagnostics.Should().ContainSingle().Which.Location.Should().Be(Place);
        failure.Message.Should().Contain("Guest node0 asks for 1 TiB of memory, and this host has ");
    }

    [Test]
    public void Guests_that_are_too_many_for_now_are_the_hosts_failure()
    {
        // None of them is large; QEMU's own memory beside theirs counts as well.
        var failure = FluentActions.Invoking(() => HostRoom.Check(Lab(guests: 20_000, ByteSize.FromMiB(1)), _temporary.Home)).Should().Throw<HostException>().Which;

        var wanted = Regex.Match(failure.Message, @"^Lab web needs (\d+) MiB of memory for 20000 guests, and \d+ MiB are free\.$");
        int.Parse(wanted.Groups[1].Value).Should().BeGreaterThan(20_000);
        failure.Remedy.Should().Contain("lab list");
    }

    private static LabDefinition Lab(int guests, ByteSize memory)
    {
        var tree = new TreeDefinition { Name = "base", File = "/labs/web/trees/base.yaml", Location = Place };
        return new LabDefinition
        {
            Name = "web",
            File = Place.File,
            Trees = [tree],
            Guests = [.. Enumerable.Range(0, guests).Select(number => new GuestDefinition { Name = $"node{number}", Tree = tree, Memory = memory, Location = Place })],
            Location = Place,
        };
    }
}
