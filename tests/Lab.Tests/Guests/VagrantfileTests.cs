using System.Net;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Guests;

public sealed class VagrantfileTests
{
    private static readonly SourceLocation _place = SourceLocation.Whole("/labs/web/lab.yaml");
    private static readonly TreeDefinition _tree = new() { Name = "labtree-1", File = "/labs/web/trees/labtree-1.yaml", Location = _place };

    [TestCase(AcceleratorKind.Kvm)]
    [TestCase(AcceleratorKind.Tcg)]
    public void A_Vagrantfile_is_what_is_checked_in(AcceleratorKind accelerator)
    {
        var lab = Lab(new GuestDefinition { Name = "node1", Tree = _tree, Forward = [80, 8443], Location = _place }, new GuestDefinition { Name = "node2", Image = new BoxImage("debian", _place), Cpus = 4, Location = _place });

        Box.Vagrantfile(lab, accelerator).ShouldMatchSnapshot($"Vagrantfile-{accelerator}".ToLowerInvariant());
    }

    [Test]
    public void Guests_that_forward_the_same_port_get_different_ones_of_the_host_and_segments_are_said_to_be_missing()
    {
        var lab = Lab([.. new[] { "node1", "node2", "node3" }.Select(name => new GuestDefinition { Name = name, Tree = _tree, Forward = [80, 8081], Location = _place })]) with
        {
            Segments = [new SegmentDefinition { Name = "edge", Subnet = IPNetwork.Parse("192.168.100.0/24"), Host = IPAddress.Parse("192.168.100.1"), Location = _place }],
        };

        Box.Vagrantfile(lab, AcceleratorKind.Kvm).ShouldMatchSnapshot("vagrantfile-segments");
    }

    private static LabDefinition Lab(params GuestDefinition[] guests) => new() { Name = "web", File = _place.File, Trees = [_tree], Guests = guests, Location = _place };
}
