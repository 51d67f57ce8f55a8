using System.Text.Json;
using Lab.Execution;
using Lab.State;

namespace Lab.Hosting;

/// <summary>What a measurement is true of: another boot, kernel or QEMU may behave differently.</summary>
/// <param name="BootId">The host's boot id (random(4)).</param>
/// <param name="Kernel">The host's kernel release.</param>
/// <param name="Qemu">The first line that QEMU says about its version, the distribution's revision included.</param>
internal sealed record AcceleratorHost(string BootId, string Kernel, string Qemu)
{
    /// <summary>Reads it from this host.</summary>
    /// <exception cref="HostException">QEMU is missing or does not run.</exception>
    public static async Task<AcceleratorHost> ReadAsync(string qemu, CancellationToken cancellation)
    {
        var version = await new Command(qemu, "--version").SucceedAsync(cancellation);
        return new AcceleratorHost(
            (await File.ReadAllTextAsync("/proc/sys/kernel/random/boot_id", cancellation)).Trim(),
            (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellation)).Trim(),
            version.Split('\n')[0].Trim());
    }
}

/// <summary>What the probe's boots took on a host.</summary>
/// <param name="Host">What it is true of.</param>
/// <param name="Files">What was booted.</param>
/// <param name="Tcg">The boot under emulation.</param>
/// <param name="Kvm">The boot under KVM.</param>
internal sealed record AcceleratorMeasurement(AcceleratorHost Host, AcceleratorProbeFiles Files, AcceleratorBoot Tcg, AcceleratorBoot Kvm)
{
    // A file of another shape is no measurement: better to measure again than to decide by a null.
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The measurement kept in a file, or null where there is none for this host, or the file is damaged.</summary>
    public static async Task<AcceleratorMeasurement?> RecallAsync(string path, AcceleratorHost host, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize<AcceleratorMeasurement>(await File.ReadAllTextAsync(path, cancellation), Json);
            return kept is { Tcg.Took: not null } && kept.Host == host ? kept : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps it in a file, which appears whole.</summary>
    public Task KeepAsync(string path, CancellationToken cancellation) =>
        WholeFile.WriteAsync(path, JsonSerializer.Serialize(this, Json), cancellation: cancellation);
}
