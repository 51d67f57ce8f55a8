using System.Diagnostics;
using FluentAssertions;
using Lab.Execution;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

/// <summary>
/// Boots the real probe under real emulation. KVM is whatever a test says it is, by a script in QEMU's place that passes
/// emulation on, so that these tests mean the same on every host.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AcceleratorTests : IDisposable
{
    private const string Emulate = "exec qemu-system-x86_64 \"$@\"";
    private const string Refuse = "echo 'qemu-system-x86_64: failed to initialize kvm: Permission denied' >&2; exit 1";

    // The probe's own boot, under the only accelerator that is sure to be here.
    private const string WorkAsEmulation = "for word; do case $word in kvm) word=tcg;; host) word=max;; esac; set -- \"$@\" \"$word\"; shift; done; exec qemu-system-x86_64 \"$@\"";

    private static readonly AcceleratorBoot Refused = new(null, Refused: true, "refused");
    private static HostFolder _fetched = null!;
    private static AcceleratorProbeFiles _files = null!;
    private readonly HostFolder _host = new();

    [OneTimeSetUp]
    public static async Task FetchTheProbeOnce()
    {
        _fetched = new HostFolder();
        _files = await AcceleratorProbeFiles.PrepareAsync(_fetched["probe"], SilentProgress.Instance, CancellationToken.None);
    }

    [OneTimeTearDown]
    public static void RemoveTheProbe() => _fetched.Dispose();

    public void Dispose() => _host.Dispose();

    [Test]
    public async Task This_host_gets_a_verdict_and_a_factor_for_its_deadlines()
    {
        var verdict = await new Accelerator(_host["state"], SilentProgress.Instance) { Setting = null }.DecideAsync();

        var boot = verdict.Kind == AcceleratorKind.Kvm ? verdict.KvmBoot!.Value : verdict.TcgBoot;
        verdict.TimeFactor.Should().Be(Math.Max(1, boot / AcceleratorVerdict.ReferenceBoot));
        verdict.TcgBoot.Should().BePositive();
        verdict.QemuVersion.Should().StartWith("QEMU emulator version");
        verdict.Reason.Should().Contain("KVM");
        Directory.EnumerateFiles(_host["state"], "*", SearchOption.AllDirectories).Select(Path.GetFileName)
            .Should().BeEquivalentTo("accelerator.json", "accelerator.lock", "vmlinuz", "initramfs.cpio");
    }

    [Test]
    public async Task A_KVM_that_boots_the_probe_is_used()
    {
        var qemu = Qemu(kvm: WorkAsEmulation);
        await Measured(qemu, tcg: 60, Refused);

        var verdict = await Decide(qemu);

        verdict.Kind.Should().Be(AcceleratorKind.Kvm);
        verdict.KvmBoot.Should().BePositive().And.BeLessThan(TimeSpan.FromSeconds(120));
        verdict.TimeFactor.Should().Be(Math.Max(1, verdict.KvmBoot!.Value / AcceleratorVerdict.ReferenceBoot));
    }

    [Test]
    public async Task A_KVM_that_opens_and_never_boots_is_given_up_and_leaves_no_process()
    {
        var qemu = Qemu(kvm: "echo $$ > \"$0.pid\"; echo SeaBIOS; exec sleep 1000");
        await Measured(qemu, tcg: 0.6, Refused);

        var verdict = await Decide(qemu);

        verdict.Kind.Should().Be(AcceleratorKind.Tcg);
        verdict.Reason.Should().Be("KVM did not boot the probe kernel in 1.2 s, twice what emulation takes. Last seen: SeaBIOS");
        await AssertGone(_host["qemu.pid"]);
    }

    [Test]
    public async Task A_KVM_that_runs_to_an_end_without_reaching_user_space_is_not_believed()
    {
        // Its command line, nonce included, is what a kernel prints before it fails.
        var qemu = Qemu(kvm: "echo \"$@\"; exit 0");
        await Measured(qemu, tcg: 60, Refused);

        (await Decide(qemu)).Kind.Should().Be(AcceleratorKind.Tcg);
    }

    [Test]
    public async Task A_measured_host_is_not_measured_again()
    {
        var qemu = Qemu(kvm: WorkAsEmulation);
        await Measured(qemu, tcg: 3, new AcceleratorBoot(TimeSpan.FromSeconds(0.9), Refused: false, null));

        var verdict = await Decide(qemu);

        verdict.Should().BeEquivalentTo(new
        {
            Kind = AcceleratorKind.Kvm,
            Reason = "KVM booted the probe kernel in 0.9 s, emulation in 3.0 s.",
            TcgBoot = TimeSpan.FromSeconds(3),
            KvmBoot = TimeSpan.FromSeconds(0.9),
            TimeFactor = 1.5,
        });
        Boots().Should().BeEmpty();
    }

    [Test]
    public async Task A_KVM_that_hung_is_not_tried_again()
    {
        var qemu = Qemu(kvm: WorkAsEmulation);
        await Measured(qemu, tcg: 3, new AcceleratorBoot(null, Refused: false, "SeaBIOS"));

        (await Decide(qemu)).Should().BeEquivalentTo(new { Kind = AcceleratorKind.Tcg, TimeFactor = 5.0 });

        Boots().Should().BeEmpty();
    }

    [Test]
    public async Task A_KVM_that_was_refused_is_not_asked_again_while_its_device_says_the_same()
    {
        var qemu = Qemu(kvm: WorkAsEmulation);
        await Measured(qemu, tcg: 3, Refused with { Access = AcceleratorProbe.KvmAccess() });

        (await Decide(qemu)).Kind.Should().Be(AcceleratorKind.Tcg);

        Boots().Should().BeEmpty();
    }

    [Test]
    public async Task A_KVM_that_was_refused_is_asked_once_more_and_emulation_is_not()
    {
        var qemu = Qemu(kvm: Refuse);
        await Measured(qemu, tcg: 3, Refused);

        var verdict = await Decide(qemu);

        verdict.Reason.Should().Be("QEMU can't use KVM: qemu-system-x86_64: failed to initialize kvm: Permission denied");
        await Decide(qemu);
        Boots().Should().Equal("kvm");
    }

    [Test]
    public async Task Another_QEMU_is_measured_afresh()
    {
        await Measured(Qemu(kvm: Refuse), tcg: 3000, Refused);

        var qemu = Qemu(kvm: Refuse, version: "QEMU emulator version 99.0.0");
        var verdict = await Decide(qemu);

        verdict.QemuVersion.Should().Be("QEMU emulator version 99.0.0");
        verdict.TcgBoot.Should().BeLessThan(TimeSpan.FromSeconds(3000));
        Boots().Should().Equal("tcg", "kvm");
        (await Decide(qemu)).Should().Be(verdict);
    }

    [Test]
    public async Task Another_boot_and_another_kernel_are_measured_afresh([Values] bool boot)
    {
        var qemu = Qemu(kvm: Refuse);
        await Measured(qemu, tcg: 3000, Refused, host => boot ? host with { BootId = "another" } : host with { Kernel = "6.1" });

        (await Decide(qemu)).TcgBoot.Should().BeLessThan(TimeSpan.FromSeconds(3000));

        Boots().Should().Equal("tcg", "kvm");
    }

    [Test]
    public async Task The_same_file_is_not_asked_again_for_its_version()
    {
        var qemu = Qemu(kvm: Refuse);
        await Measured(qemu, tcg: 3, Refused with { Access = AcceleratorProbe.KvmAccess() });

        (await Decide(qemu)).QemuVersion.Should().Be("QEMU emulator version 10.0.0 (of this test)");

        File.ReadAllLines(_host["qemu.asked"]).Should().ContainSingle("it was asked when the host was measured");
    }

    [Test]
    public async Task A_setting_overrules_what_was_measured()
    {
        var qemu = Qemu(kvm: Refuse);
        await Measured(qemu, tcg: 3, new AcceleratorBoot(TimeSpan.FromSeconds(0.5), Refused: false, null));

        var verdict = await Decide(qemu, setting: "tcg");

        verdict.Should().BeEquivalentTo(new { Kind = AcceleratorKind.Tcg, TimeFactor = 5.0 });
        verdict.Reason.Should().StartWith("LAB_ACCEL asks for it.");
    }

    [Test]
    public async Task A_setting_that_asks_for_a_KVM_that_does_not_work_is_an_error_that_says_why()
    {
        var qemu = Qemu(kvm: Refuse);
        await Measured(qemu, tcg: 3, Refused);

        var decide = () => Decide(qemu, setting: "kvm");

        (await decide.Should().ThrowAsync<HostException>().WithMessage("*LAB_ACCEL asks for KVM*Permission denied*"))
            .Which.Remedy.Should().Contain("Unset LAB_ACCEL");
    }

    [Test]
    public async Task A_setting_that_is_no_accelerator_is_refused_before_anything_boots()
    {
        var decide = () => Decide(Qemu(kvm: Refuse), setting: "hvf");

        await decide.Should().ThrowAsync<HostException>().WithMessage("LAB_ACCEL is 'hvf'*");
        Boots().Should().BeEmpty();
    }

    [Test]
    public async Task A_QEMU_that_can_not_even_emulate_is_an_error_with_its_last_words()
    {
        var decide = () => Decide(Qemu(kvm: Refuse, tcg: "echo 'qemu-system-x86_64: cannot set up guest memory' >&2; exit 1"));

        await decide.Should().ThrowAsync<HostException>().WithMessage("*not even under emulation*cannot set up guest memory*");
        File.Exists(_host["state/accelerator.json"]).Should().BeFalse();
    }

    [Test]
    public async Task Cancelling_kills_the_boot_and_keeps_nothing()
    {
        using var cancel = new CancellationTokenSource();
        var qemu = Qemu(kvm: Refuse, tcg: "echo $$ > \"$0.pid.partial\"; mv \"$0.pid.partial\" \"$0.pid\"; exec sleep 1000");
        using var watcher = new FileSystemWatcher(_host.Path, "qemu.pid") { EnableRaisingEvents = true };
        watcher.Renamed += (_, _) => cancel.Cancel();

        var decide = () => Decide(qemu, cancellation: cancel.Token);

        await decide.Should().ThrowAsync<OperationCanceledException>();
        await AssertGone(_host["qemu.pid"]);
        File.Exists(_host["state/accelerator.json"]).Should().BeFalse();
    }

    private string Qemu(string kvm, string tcg = Emulate, string version = "QEMU emulator version 10.0.0 (of this test)") =>
        _host.Program(
            "qemu",
            $"""
            case "$*" in
            --version) echo asked >> "$0.asked"; echo '{version}'; exit;;
            *'-accel kvm'*) echo kvm >> "$0.boots"; {kvm};;
            *) echo tcg >> "$0.boots"; {tcg};;
            esac
            """);

    /// <summary>Lets the host have been measured before.</summary>
    private async Task Measured(string qemu, double tcg, AcceleratorBoot kvm, Func<AcceleratorHost, AcceleratorHost>? on = null)
    {
        Directory.CreateDirectory(_host["state"]);
        var host = await AcceleratorHost.ReadAsync(qemu, earlier: null, CancellationToken.None);
        await new AcceleratorMeasurement(on?.Invoke(host) ?? host, _files, new AcceleratorBoot(TimeSpan.FromSeconds(tcg), Refused: false, null), kvm)
            .KeepAsync(_host["state/accelerator.json"], CancellationToken.None);
    }

    private async Task<AcceleratorVerdict> Decide(string qemu, string? setting = null, CancellationToken cancellation = default)
    {
        if (!Directory.Exists(_host["state/probe"]))
        {
            Directory.CreateDirectory(_host["state"]);
            Directory.CreateSymbolicLink(_host["state/probe"], _fetched["probe"]);
        }

        return await new Accelerator(_host["state"], SilentProgress.Instance) { Qemu = qemu, Setting = setting }.DecideAsync(cancellation);
    }

    private string[] Boots() => File.Exists(_host["qemu.boots"]) ? File.ReadAllLines(_host["qemu.boots"]) : [];

    private static async Task AssertGone(string pidFile)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            using var process = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(pidFile)));
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (ArgumentException)
        {
            // Gone already.
        }
    }
}
