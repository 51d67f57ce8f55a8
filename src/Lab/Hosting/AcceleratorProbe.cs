using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Lab.Execution;

namespace Lab.Hosting;

/// <summary>How a boot of the probe kernel went.</summary>
/// <param name="Took">From QEMU's start to its end; null where the kernel did not boot to power-off.</param>
/// <param name="Refused">QEMU itself gave up, which it does at once, before any deadline.</param>
/// <param name="Evidence">What was seen last: QEMU's error, or the console's last line; null where the boot went well.</param>
/// <param name="Access">What opening the device said just before; null where it was not asked.</param>
internal sealed record AcceleratorBoot(TimeSpan? Took, bool Refused, string? Evidence, string? Access = null);

/// <summary>Boots the probe kernel in QEMU, and leaves nothing behind: no process, no file, no core dump.</summary>
/// <param name="qemu">The QEMU program.</param>
/// <param name="files">What it boots.</param>
internal sealed class AcceleratorProbe(string qemu, AcceleratorProbeFiles files)
{
    /// <summary>KVM's device.</summary>
    public const string KvmDevice = "/dev/kvm";

    // 128 + SIGKILL: what timeout(1) returns when it had to kill, for it kills itself the same way.
    private const int Killed = 137;

    /// <summary>What opening KVM's device says to this user now.</summary>
    public static string KvmAccess()
    {
        try
        {
            using var device = File.Open(KvmDevice, FileMode.Open, FileAccess.ReadWrite);
            return "opens";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    /// <summary>Boots once.</summary>
    /// <param name="kind">The accelerator to boot with.</param>
    /// <param name="deadline">QEMU is killed when it runs longer.</param>
    /// <param name="cancellation">Kills QEMU.</param>
    public async Task<AcceleratorBoot> BootAsync(AcceleratorKind kind, TimeSpan deadline, CancellationToken cancellation)
    {
        // The kernel prints its command line, nonce included, so only what user space makes of the nonce proves that it ran.
        var nonce = Guid.NewGuid().ToString("N");
        var marker = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(nonce)));
        var (name, processor) = kind == AcceleratorKind.Kvm ? ("kvm", "host") : ("tcg", "max");

        // timeout(1) keeps the deadline even when Lab is killed meanwhile; a guest that spins under a broken KVM never ends by itself.
        // prlimit(1), because QEMU aborts where KVM refuses a register, and a core dump would be left in the caller's folder.
        var command = new Command(
            "prlimit",
            "--core=0",
            "timeout", "--signal=KILL", deadline.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture),
            qemu, "-no-user-config", "-nodefaults", "-machine", "q35", "-accel", name, "-cpu", processor, "-m", "256",
            "-display", "none", "-serial", "stdio", "-no-reboot",
            "-kernel", files.Kernel, "-initrd", files.Initramfs, "-append", $"console=ttyS0 panic=-1 {AcceleratorProbeFiles.NonceVariable}={nonce}");
        var result = await command.RunAsync(cancellation);
        return result switch
        {
            { ExitCode: 0 } when result.Output.Contains(marker, StringComparison.Ordinal) => new AcceleratorBoot(result.Duration, Refused: false, null),
            { ExitCode: 0 or Killed } => new AcceleratorBoot(null, Refused: false, LastWords.Line(result.Output) ?? "nothing on its console"),
            _ => new AcceleratorBoot(null, Refused: true, LastWords.Line(result.Error) ?? $"exit code {result.ExitCode}"),
        };
    }
}
