using System.Globalization;
using Lab.Execution;
using Lab.Hosting;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>An installer's image with a kickstart put into it by <c>lab media embed</c>, started by each firmware from each medium.</summary>
[TestFixture]
public sealed class EmbeddedKickstart
{
    private const string Kickstart = "text\nreboot\n";

    // Firmware, a boot loader and a kernel, on an ordinary workstation.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly string[] Stick = ["-drive", "if=none,id=stick,format=raw,readonly=on,file=", "-device", "virtio-blk-pci,drive=stick"];
    private readonly LabHome _home = LabHome.Default();
    private AcceleratorVerdict _host = null!;
    private string _folder = null!;
    private string _iso = null!;

    [OneTimeSetUp]
    public async Task EmbedAsync()
    {
        _host = await new Accelerator(_home.Host, SilentProgress.Instance).DecideAsync();
        _folder = Directory.CreateTempSubdirectory("lab-embedded-").FullName;
        AcceleratorProbeFiles probe;
        using (await FileLock.TakeAsync(Path.Combine(_home.Host, "accelerator.lock")))
        {
            probe = await AcceleratorProbeFiles.PrepareAsync(Path.Combine(_home.Host, "probe"), SilentProgress.Instance, CancellationToken.None);
        }

        var installer = await HybridInstaller.MakeAsync(_folder, probe.Kernel, probe.Initramfs);
        await new Command("implantisomd5", installer).SucceedAsync();
        var kickstart = Path.Combine(_folder, "ks.cfg");
        await File.WriteAllTextAsync(kickstart, Kickstart);
        _iso = Path.Combine(_folder, "edge.iso");
        await new LabCli(_home).SucceedAsync("media", "embed", installer, kickstart, "-o", _iso, "--append", "console=ttyS0 lab.embedded=1");
    }

    [OneTimeTearDown]
    public void RemoveIt() => Directory.Delete(_folder, recursive: true);

    [Test]
    public Task A_disc_boots_with_its_arguments_by_bios() => Boots("isolinux", "-cdrom", _iso);

    [Test]
    public Task A_stick_boots_with_its_arguments_by_bios() => Boots("isolinux", Stick[0], Stick[1] + _iso, Stick[2], Stick[3]);

    [Test]
    public Task A_disc_boots_with_its_arguments_by_uefi() => Boots("volume", [.. Ovmf(), "-cdrom", _iso]);

    [Test]
    public Task A_stick_boots_with_its_arguments_by_uefi() => Boots("efi", [.. Ovmf(), Stick[0], Stick[1] + _iso, Stick[2], Stick[3]]);

    [Test]
    public async Task The_media_check_finds_its_checksum()
    {
        var check = await new Command("checkisomd5", _iso).RunAsync();
        (check.Output + check.Error).Should().Contain("PASS");
    }

    // Debian's package ovmf; its variables are the machine's own to write.
    private IReadOnlyList<string> Ovmf()
    {
        const string firmware = "/usr/share/OVMF/OVMF_CODE_4M.fd";
        var variables = Path.Combine(_folder, "variables.fd");
        File.Copy("/usr/share/OVMF/OVMF_VARS_4M.fd", variables, overwrite: true);
        return ["-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={firmware}", "-drive", $"if=pflash,unit=1,format=raw,file={variables}"];
    }

    private async Task Boots(string menu, params IReadOnlyList<string> machine)
    {
        var kvm = _host.Kind == AcceleratorKind.Kvm;
        var limit = (Deadline * _host.TimeFactor).TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        var result = await new Command(
            "timeout",
            [
                "--signal=KILL", limit, "qemu-system-x86_64", "-no-user-config", "-nodefaults", "-machine", "q35", "-accel", kvm ? "kvm" : "tcg", "-cpu", kvm ? "host" : "max", "-m", "512",
                "-display", "none", "-serial", "stdio", "-no-reboot", .. machine,
            ]).RunAsync();

        var console = result.Output;
        console.Should().MatchRegex($"Command line: .*inst\\.stage2=hd:LABEL={HybridInstaller.VolumeId} lab\\.menu={menu} inst\\.ks=hd:LABEL={HybridInstaller.VolumeId}:/ks\\.cfg console=ttyS0 lab\\.embedded=1", "that is what was embedded; QEMU ended with {0}: {1}", result.ExitCode, result.Error);
    }
}
