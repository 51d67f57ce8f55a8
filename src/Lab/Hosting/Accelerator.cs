using Lab.Execution;
using Lab.State;

namespace Lab.Hosting;

/// <summary>
/// Decides between KVM and emulation by booting a kernel, never by looking at <c>/dev/kvm</c>: that may open, create
/// a machine and run its firmware, and still not run a guest.
/// </summary>
/// <remarks>
/// Emulation boots the probe first, because it always works: its time says how fast this host is, and bounds KVM's. KVM is
/// usable if it boots the same probe within twice that time. Usually it needs a fraction; where it is nested, every character
/// on the console is a costly exit that real work does not pay, hence twice. The measurement is kept for the host's boot
/// id, kernel and QEMU. Only a KVM that QEMU refuses at once is asked again as soon as its device says something else to this user:
/// joining the group kvm should show at once.
/// </remarks>
/// <param name="folder">Where the measurement and the probe's files are kept; made where it is not there.</param>
/// <param name="progress">Where the probe's steps are said.</param>
public sealed class Accelerator(string folder, IProgressSink progress)
{
    /// <summary>The environment variable that overrules the choice: <c>kvm</c> or <c>tcg</c>.</summary>
    public const string Variable = "LAB_ACCEL";

    /// <summary>The reference machine's 0.6 s two hundred times over: what does not boot in it is not slow but broken.</summary>
    private static readonly TimeSpan TcgDeadline = 200 * AcceleratorVerdict.ReferenceBoot;

    /// <summary>The choice made for us, <c>kvm</c> or <c>tcg</c>; <see cref="Variable"/> by default. Empty lets the probe decide.</summary>
    public string? Setting { get; init; } = Environment.GetEnvironmentVariable(Variable);

    /// <summary>The QEMU program that guests will run in.</summary>
    public string Qemu { get; init; } = "qemu-system-x86_64";

    /// <summary>Decides; at once where this host was measured before.</summary>
    /// <param name="cancellation">Stops the probe; nothing of it stays.</param>
    /// <exception cref="HostException">QEMU or the probe's packages are missing, not even emulation boots, or the setting asks for what does not work.</exception>
    public async Task<AcceleratorVerdict> DecideAsync(CancellationToken cancellation = default)
    {
        var forced = ReadSetting();
        Directory.CreateDirectory(folder);

        // Two probes at once would slow each other down and measure it; the second finds the first one's measurement.
        using var one = await FileLock.TakeAsync(Path.Combine(folder, "accelerator.lock"), cancellation: cancellation);
        var path = Path.Combine(folder, "accelerator.json");
        var kept = await AcceleratorMeasurement.RecallAsync(path, cancellation);
        var host = await AcceleratorHost.ReadAsync(Qemu, kept?.Host, cancellation);
        var measured = kept?.Host == host ? kept : null;
        var access = AcceleratorProbe.KvmAccess();
        if (measured is null || (measured.Kvm.Refused && measured.Kvm.Access != access))
        {
            measured = await MeasureAsync(host, measured, access, cancellation);
            await measured.KeepAsync(path, cancellation);
        }

        return Judge(measured, forced);
    }

    private async Task<AcceleratorMeasurement> MeasureAsync(AcceleratorHost host, AcceleratorMeasurement? earlier, string access, CancellationToken cancellation)
    {
        var files = earlier is { Files.Exist: true } ? earlier.Files : await AcceleratorProbeFiles.PrepareAsync(Path.Combine(folder, "probe"), progress, cancellation);
        var probe = new AcceleratorProbe(Qemu, files);

        // Asking again takes no time worth a word.
        using var activity = (earlier is null ? progress : SilentProgress.Instance).Begin("probe for KVM");
        activity.Report("boot under emulation");
        var tcg = earlier?.Tcg ?? await probe.BootAsync(AcceleratorKind.Tcg, TcgDeadline, cancellation);
        if (tcg.Took is not { } boot)
        {
            throw new HostException(
                $"{Qemu} could not boot a small kernel, not even under emulation, in {TcgDeadline.TotalSeconds:0} s. Last seen: {tcg.Evidence}",
                "Guests can't run here. `lab doctor` says whether QEMU is too old.");
        }

        activity.Report("boot with KVM");
        var kvm = await probe.BootAsync(AcceleratorKind.Kvm, KvmDeadline(boot), cancellation);
        activity.Done(kvm.Took is null ? "emulation" : "KVM");
        return new AcceleratorMeasurement(host, files, tcg, kvm with { Access = access });
    }

    private static AcceleratorVerdict Judge(AcceleratorMeasurement measured, AcceleratorKind? forced)
    {
        var kvm = measured.Kvm;
        var emulated = measured.Tcg.Took!.Value;
        var finding = kvm switch
        {
            { Took: { } took } => $"KVM booted the probe kernel in {took.TotalSeconds:0.0} s, emulation in {emulated.TotalSeconds:0.0} s.",
            { Refused: true } => $"QEMU can't use KVM: {kvm.Evidence}",
            _ => $"KVM did not boot the probe kernel in {KvmDeadline(emulated).TotalSeconds:0.0} s, twice what emulation takes. Last seen: {kvm.Evidence}",
        };
        if (forced == AcceleratorKind.Kvm && kvm.Took is null)
        {
            throw new HostException($"{Variable} asks for KVM, which does not work on this host. {finding}", $"Unset {Variable}, or give this host a KVM that works.");
        }

        var kind = forced ?? (kvm.Took is null ? AcceleratorKind.Tcg : AcceleratorKind.Kvm);
        var boot = kind == AcceleratorKind.Kvm ? kvm.Took!.Value : emulated;
        return new AcceleratorVerdict(
            kind,
            forced is null ? finding : $"{Variable} asks for it. {finding}",
            emulated,
            kvm.Took,
            measured.Host.Qemu,
            Math.Max(1, boot / AcceleratorVerdict.ReferenceBoot));
    }

    private static TimeSpan KvmDeadline(TimeSpan tcgBoot) => 2 * tcgBoot;

    private AcceleratorKind? ReadSetting() => Setting?.ToLowerInvariant() switch
    {
        null or "" => null,
        "kvm" => AcceleratorKind.Kvm,
        "tcg" => AcceleratorKind.Tcg,
        _ => throw new HostException($"{Variable} is '{Setting}', which is no accelerator.", "Set it to kvm or tcg, or unset it."),
    };
}
