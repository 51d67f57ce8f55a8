using Lab.Execution;
using Lab.Hosting;

namespace Lab.Building;

/// <summary>What the figures hold for.</summary>
/// <param name="Processors">Processors that this process may use.</param>
/// <param name="Kernel">The host's kernel release.</param>
/// <param name="Accelerator">What executes guests.</param>
/// <param name="Qemu">QEMU as it names itself.</param>
/// <param name="Ostree">ostree's version.</param>
/// <param name="LoadAtStart">The load of the minute before.</param>
internal sealed record BenchHost(int Processors, string Kernel, AcceleratorKind Accelerator, string Qemu, string Ostree, double LoadAtStart)
{
    /// <summary>Whether something else kept a quarter of the processors or more.</summary>
    public bool WasBusy => LoadAtStart >= 0.25 * Processors;

    /// <summary>Reads it from this host.</summary>
    public static async Task<BenchHost> ReadAsync(AcceleratorVerdict verdict, double loadAtStart, CancellationToken cancellation)
    {
        var ostree = await new Command("ostree", "--version").SucceedAsync(cancellation);
        return new BenchHost(
            Environment.ProcessorCount,
            (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellation)).Trim(),
            verdict.Kind,
            verdict.QemuVersion,
            ostree.Split('\n').First(text => text.Contains("Version:", StringComparison.Ordinal)).Split('\'')[1],
            loadAtStart);
    }
}
