using System.Net;
using FluentAssertions;
using FluentAssertions.Equivalency;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Definitions;

public sealed class RoundTripTests
{
    [Property]
    public Property A_lab_that_is_written_in_any_style_is_read_back() => Prop.ForAll(GeneratedLab.Any(), Arb.From(Gen.Choose(0, int.MaxValue)), (lab, seed) =>
    {
        using var folder = lab.WriteTo(new DefinitionFolder(), seed);

        folder.Lab().Should().BeEquivalentTo(lab.Definition, Meaning);
    });

    // What a file says, not where it says it, and the order only where it means something.
    private static EquivalencyAssertionOptions<LabDefinition> Meaning(EquivalencyAssertionOptions<LabDefinition> options) => options
        .RespectingRuntimeTypes()
        .ComparingByMembers<LabDefinition>()
        .ComparingByValue<IPAddress>()
        .ComparingByValue<IPNetwork>()
        .Excluding((IMemberInfo member) => member.Type == typeof(SourceLocation))
        .Excluding((IMemberInfo member) => member.Name == nameof(LabDefinition.File) || member.Name == nameof(LabDefinition.Folder) || member.Name == nameof(CopiedFile.Source)
            || (member.DeclaringType == typeof(ImageFile) && member.Name == nameof(ImageFile.Path)))
        .WithStrictOrderingFor(member => member.Path.EndsWith(nameof(TreeDefinition.KernelArguments), StringComparison.Ordinal)
            || member.Path.EndsWith(nameof(TreeDefinition.Sources), StringComparison.Ordinal)
            || member.Path.EndsWith(nameof(LabDefinition.Trees), StringComparison.Ordinal)
            || member.Path.EndsWith(nameof(GuestDefinition.Forward), StringComparison.Ordinal));
}
