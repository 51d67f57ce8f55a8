using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Lab.Execution;
using Lab.State;

namespace Lab.Hosting;

/// <summary>What a measurement is true of: another boot, kernel or QEMU may behave differently.</summary>
/// <param name="BootId">The host's boot id (random(4)).</param>
/// <param name="Kernel">The host's kernel release.</param>
/// <param name="Qemu">The first line that QEMU says about its version, the distribution's revision included.</param>
/// <param name="QemuFile">QEMU's program: where it is, its bytes, and when they were written. Of the same file the version is not asked again: QEMU takes its time to load.</param>
internal sealed record AcceleratorHost(string BootId, string Kernel, string Qemu, string QemuFile)
{
    /// <summary>Reads it from this host.</summary>
    /// <param name="qemu">QEMU's program.</param>
    /// <param name="earlier">What was read earlier.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">QEMU is missing or does not run.</exception>
    public static async Task<AcceleratorHost> ReadAsync(string qemu, AcceleratorHost? earlier, CancellationToken cancellation)
    {
        var file = Describe(new Command(qemu).File);
        return new AcceleratorHost(
            (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", cancellation)).Trim(),
            (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellation)).Trim(),
            earlier?.QemuFile == file ? earlier.Qemu : (await new Command(qemu, "--version").SucceedAsync(cancellation)).Split('\n')[0].Trim(),
            file);
    }

    private static string Describe(string? program)
    {
        if (program is null)
        {
            return string.Empty;
        }

        var file = new FileInfo(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program);
        return string.Create(CultureInfo.InvariantCulture, $"{file.FullName}, {file.Length} bytes of {file.LastWriteTimeUtc:O}");
    }
}

/// <summary>What the probe's boots took on a host.</summary>
/// <param name="Host">What it is true of.</param>
/// <param name="Files">What was booted.</param>
/// <param name="Tcg">The boot under emulation.</param>
/// <param name="Kvm">The boot under KVM.</param>
internal sealed partial record AcceleratorMeasurement(AcceleratorHost Host, AcceleratorProbeFiles Files, AcceleratorBoot Tcg, AcceleratorBoot Kvm)
{
    /// <summary>The measurement kept in a file, or null where there is none, or the file is damaged.</summary>
    public static async Task<AcceleratorMeasurement?> RecallAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize(await File.ReadAllTextAsync(path, cancellation), MeasurementJson.Default.AcceleratorMeasurement);
            return kept is { Tcg.Took: not null } ? kept : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps it in a file, which appears whole.</summary>
    public Task KeepAsync(string path, CancellationToken cancellation) =>
        WholeFile.WriteAsync(path, JsonSerializer.Serialize(this, MeasurementJson.Default.AcceleratorMeasurement), cancellation: cancellation);

    // A file of another shape is no measurement: better to measure again than to decide by a null.
    [JsonSourceGenerationOptions(WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(AcceleratorMeasurement))]
    private sealed partial class MeasurementJson : JsonSerializerContext;
}
