using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Guests;

public sealed class VagrantfileTests
{
    [TestCase(AcceleratorKind.Kvm)]
    [TestCase(AcceleratorKind.Tcg)]
    public void A_Vagrantfile_is_what_is_checked_in(AcceleratorKind accelerator)
    {
        var place = SourceLocation.Whole("/labs/web/lab.yaml");
        var tree = new TreeDefinition { Name = "labtree-1", File = "/labs/web/trees/labtree-1.yaml", Location = place };
        var lab = new LabDefinition
        {
            Name = "web",
            File = place.File,
            Trees = [tree],
            Guests = [new GuestDefinition { Name = "node1", Tree = tree, Forward = [80, 8443], Location = place }, new GuestDefinition { Name = "node2", Image = new BoxImage("debian", place), Cpus = 4, Location = place }],
            Location = place,
        };

        Box.Vagrantfile(lab, accelerator).ShouldMatchSnapshot($"Vagrantfile-{accelerator}".ToLowerInvariant());
    }
}
