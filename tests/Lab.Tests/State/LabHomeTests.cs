using FluentAssertions;
using Lab.State;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.State;

public sealed class LabHomeTests
{
    [Test]
    public void All_of_its_folders_are_there_from_the_start()
    {
        using var temporary = new TemporaryHome();
        var home = temporary.Home;

        new[] { home.Trees, home.Images, home.Labs, home.Host, home.Locks, home.Runtime }.Should().OnlyContain(folder => Directory.Exists(folder));
    }

    [Test]
    public void The_same_folder_is_the_same_home_however_it_is_spelled()
    {
        using var temporary = new TemporaryHome();

        var again = new LabHome(Path.Combine(temporary.Home.Root, "trees", ".."));

        again.Root.Should().Be(temporary.Home.Root);
        again.Key.Should().Be(temporary.Home.Key).And.MatchRegex("^[0-9a-f]{8}$");
    }

    [Test]
    public void Two_homes_do_not_meet()
    {
        using var one = new TemporaryHome();
        using var other = new TemporaryHome();

        one.Home.Key.Should().NotBe(other.Home.Key);
        one.Home.Runtime.Should().NotBe(other.Home.Runtime);
    }

    [Test]
    public void A_socket_fits_below_the_runtime_folder()
    {
        using var temporary = new TemporaryHome();

        // unix(7): 107 bytes, and names of guests and users may have 31 characters each.
        Path.Combine(temporary.Home.Runtime, new string('l', 8), new string('g', 31) + "." + new string('u', 31)).Length.Should().BeLessThan(107);
    }

    [Test]
    public void A_folder_that_can_not_be_made_is_the_hosts_failure_and_the_way_out_is_said()
    {
        using var folder = new HostFolder();
        var file = folder.Write("file", string.Empty);

        var failure = FluentActions.Invoking(() => new LabHome(Path.Combine(file, "home"))).Should().Throw<HostException>().Which;

        failure.Kind.Should().Be(FailureKind.Infrastructure);
        failure.Message.Should().Contain(Path.Combine(file, "home"));
        failure.Remedy.Should().Contain("LAB_HOME");
    }
}
