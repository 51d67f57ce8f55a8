using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Cli.Views;

/// <summary>The JSON of every command: one indented document, names in camel case, sizes in bytes.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Writes a document.</summary>
    public static void Write(TextWriter output, object model) => output.WriteLine(JsonSerializer.Serialize(model, _options));

    /// <summary>An enumeration's value as the documents name it.</summary>
    public static string NameOf(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
