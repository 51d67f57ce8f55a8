using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Media.Installer;
using Lab.State;
using Lab.Trees;

namespace Lab.Guests;

/// <summary>A step of an installation, and how long it took.</summary>
/// <param name="Phase">Which.</param>
/// <param name="Duration">From its beginning to the next one's.</param>
public sealed record InstallTiming(InstallPhase Phase, TimeSpan Duration);

/// <summary>An installation as the console told it.</summary>
/// <param name="Commit">What was installed.</param>
/// <param name="Boot">From power-on until the installer began.</param>
/// <param name="Phases">Its steps, in order.</param>
public sealed partial record InstallRecord(string Commit, TimeSpan Boot, IReadOnlyList<InstallTiming> Phases)
{
    private const string FileName = "installed.json";

    /// <summary>From power-on until the host was installed.</summary>
    public TimeSpan Duration => Boot + Phases.Aggregate(TimeSpan.Zero, (sum, phase) => sum + phase.Duration);

    /// <summary>What it fetched from the lab's content server, tries that failed before included; null where that did not answer.</summary>
    public ContentCount? Fetched { get; init; }

    /// <summary>Reads what <see cref="WriteAsync"/> has left in a guest's folder; null where it did not install itself.</summary>
    public static async Task<InstallRecord?> ReadAsync(string folder, CancellationToken cancellation = default)
    {
        var file = Path.Combine(folder, FileName);
        return File.Exists(file) ? JsonSerializer.Deserialize(await File.ReadAllTextAsync(file, cancellation), InstallJson.Default.InstallRecord) : null;
    }

    /// <summary>Keeps it in a guest's folder, for whoever asks after the guest later.</summary>
    internal Task WriteAsync(string folder, CancellationToken cancellation) =>
        WholeFile.WriteAsync(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, InstallJson.Default.InstallRecord), cancellation: cancellation);

    [JsonSerializable(typeof(InstallRecord))]
    private sealed partial class InstallJson : JsonSerializerContext;
}

/// <summary>A guest did not install itself. Its disk boots nothing: the next power-on starts the installer again.</summary>
public sealed class InstallFailedException(string guest, string message, FailureKind kind)
    : LabException(kind, $"Guest {guest} was not installed: {message}", $"`lab console {guest}` shows all that the installer said. Once it is mended, `lab up --install` starts the installation over.");
