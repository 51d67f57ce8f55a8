using System.Text.Json.Serialization;

namespace Lab.Hosting;

/// <summary>What executes a guest's instructions.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AcceleratorKind>))]
public enum AcceleratorKind
{
    /// <summary>QEMU's own translator: works everywhere, several times slower.</summary>
    Tcg,

    /// <summary>The processor itself, through the Linux kernel.</summary>
    Kvm,
}

/// <summary>Which accelerator this host's guests use, and how fast it is.</summary>
/// <param name="Kind">The accelerator.</param>
/// <param name="Reason">Why that one, as a sentence.</param>
/// <param name="TcgBoot">How long the probe kernel took from QEMU's start to its end under emulation.</param>
/// <param name="KvmBoot">The same under KVM; null where KVM did not boot it.</param>
/// <param name="QemuVersion">QEMU as it names itself: <c>QEMU emulator version 10.0.2 (Debian …)</c>.</param>
/// <param name="TimeFactor">
/// What every deadline is multiplied by on this host: the chosen accelerator's boot of the probe over
/// <see cref="ReferenceBoot"/>, and never less than 1, so that a fast host's deadlines still cover its busy moments.
/// </param>
public sealed record AcceleratorVerdict(
    AcceleratorKind Kind,
    string Reason,
    TimeSpan TcgBoot,
    TimeSpan? KvmBoot,
    string QemuVersion,
    double TimeFactor)
{
    /// <summary>How long the probe takes on the machine that deadlines are written for, an ordinary workstation with KVM: 0.6 s.</summary>
    public static TimeSpan ReferenceBoot { get; } = TimeSpan.FromSeconds(0.6);
}
