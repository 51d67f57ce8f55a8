using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FluentAssertions;
using Lab.Cli.Views;
using NUnit.Framework;

namespace Lab.Cli.Tests.Views;

internal sealed class DocumentsTests
{
    [Test]
    public void Every_enumeration_is_written_by_name_in_camel_case()
    {
        var enumerations = typeof(Documents).GetProperties().Where(property => property.PropertyType.IsAssignableTo(typeof(JsonTypeInfo)))
            .Select(property => (JsonTypeInfo)property.GetValue(Documents.All)!).Where(written => written.Type.IsEnum).ToList();

        enumerations.Should().NotBeEmpty();
        foreach (var written in enumerations)
        {
            foreach (var value in Enum.GetValues(written.Type))
            {
                JsonSerializer.Serialize(value, written).Should().Be($"\"{Documents.NameOf((Enum)value)}\"", $"{written.Type.Name} needs its converter in {nameof(Documents)}");
            }
        }
    }
}
