using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Lab.Cli.Commands;
using Lab.Cli.Labs;
using Lab.Containers;
using Lab.Definitions;
using Lab.Guests;
using Lab.Hosting;
using Lab.Images;

namespace Lab.Cli.Views;

/// <summary>The JSON of every command: one indented document, names in camel case, sizes in bytes. How to write each is compiled.</summary>
[JsonSerializable(typeof(ConsoleText))]
[JsonSerializable(typeof(CheckedKickstart))]
[JsonSerializable(typeof(Diagnosis))]
[JsonSerializable(typeof(EmbeddedKickstart))]
[JsonSerializable(typeof(FailedCommand))]
[JsonSerializable(typeof(GarbageReport))]
[JsonSerializable(typeof(IReadOnlyList<ExecResult>))]
[JsonSerializable(typeof(IReadOnlyList<ImportedBox>))]
[JsonSerializable(typeof(IReadOnlyList<RegistryImage>))]
[JsonSerializable(typeof(IReadOnlyList<SavedCheckpoint>))]
[JsonSerializable(typeof(IReadOnlyList<SeatStatus>))]
[JsonSerializable(typeof(IReadOnlyList<SegmentStatus>))]
[JsonSerializable(typeof(IReadOnlyList<StoredTree>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyList<TakenDown>))]
[JsonSerializable(typeof(IReadOnlyList<TreeSummary>))]
[JsonSerializable(typeof(IReadOnlyList<UpLab>))]
[JsonSerializable(typeof(Inspection))]
[JsonSerializable(typeof(JournalEntries))]
[JsonSerializable(typeof(LabStatus))]
[JsonSerializable(typeof(MediaContents))]
[JsonSerializable(typeof(PowerChange))]
[JsonSerializable(typeof(PrintedVagrantfile))]
[JsonSerializable(typeof(ScenarioRun))]
[JsonSerializable(typeof(SeatPlan))]
[JsonSerializable(typeof(Served))]
[JsonSerializable(typeof(SshResult))]
[JsonSerializable(typeof(TreeDifference))]
[JsonSerializable(typeof(WrittenBox))]
[JsonSerializable(typeof(WrittenKickstart))]
[JsonSerializable(typeof(WrittenSeed))]
internal sealed partial class Documents : JsonSerializerContext
{
    /// <summary>All of them.</summary>
    public static Documents All { get; } = new(new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { Named<AcceleratorKind>(), Named<CheckStatus>(), Named<GarbageKind>(), Named<LibvirtDaemonKind>(), Named<SegmentCarrierKind>() },
    });

    /// <summary>Writes a document.</summary>
    public static void Write<T>(TextWriter output, T document, JsonTypeInfo<T> how) => output.WriteLine(JsonSerializer.Serialize(document, how));

    /// <summary>An enumeration's value as the documents name it.</summary>
    public static string NameOf(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static JsonStringEnumConverter<T> Named<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase);
}
