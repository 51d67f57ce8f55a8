using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lab.Updates;

// Since 2015: `rpm-ostree status --json`, the daemon's own dictionaries. Of its many members those of the model are read.
public static partial class RpmOstreeStatusParser
{
    private static HostStatus ParseJson(string text)
    {
        var lines = ToolLine.Of(text);
        try
        {
            // From bytes, because half a surrogate pair in a string would fail as something else than JSON.
            var status = JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(text), RpmOstreeJson.Default.JsonStatus)!;
            return HostStatus.Of([.. status.Deployments.Select(deployment => (lines[0], (deployment ?? throw new JsonException("A deployment is null.")).ToDeployment()))]);
        }
        catch (JsonException failure)
        {
            throw lines[(int)Math.Min(failure.LineNumber ?? 0, lines.Count - 1)].Unexpected($"the JSON of rpm-ostree status ({failure.Message})", failure);
        }
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(UnixSecondsConverter)])]
    [JsonSerializable(typeof(JsonStatus))]
    private sealed partial class RpmOstreeJson : JsonSerializerContext;

    private sealed record JsonStatus(IReadOnlyList<JsonDeployment?> Deployments);

    private sealed record JsonDeployment(
        string Osname,
        string Checksum,
        int Serial,
        bool Booted,
        DateTimeOffset? Timestamp = null,
        bool Staged = false,
        bool Pinned = false,
        string? Unlocked = null,
        string? Version = null,
        string? Origin = null,
        string? ContainerImageReference = null)
    {
        public Deployment ToDeployment() => new()
        {
            StateRoot = Osname,
            Commit = Checksum,
            Serial = Serial,
            Booted = Booted,
            Timestamp = Timestamp,
            Staged = Staged,
            Pinned = Pinned,
            Unlocked = Unlocked == "none" ? null : Unlocked,
            Version = Version,
            Refspec = ContainerImageReference ?? WithoutScheme(Origin),
        };
    }

    private sealed class UnixSecondsConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var seconds) && seconds is >= 0 and <= 253402300799
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : throw new JsonException("A timestamp is seconds since 1970.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.ToUnixTimeSeconds());
    }
}
