using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Media;
using Lab.Remote;

namespace Lab.Building;

/// <summary>How long a boot took, from nothing running.</summary>
/// <param name="Ssh">Until a command succeeded by SSH.</param>
/// <param name="Ready">Until systemd called the boot over.</param>
internal sealed record BenchBoot(TimeSpan Ssh, TimeSpan Ready);

/// <summary>The plain way to boot a guest: QEMU with user networking, and a loop around ssh.</summary>
/// <param name="plan">The guest; its disk and seed are there.</param>
/// <param name="credentials">What its firmware hands over.</param>
/// <param name="identity">The keys that its seed holds.</param>
/// <param name="hypervisor">Says what executes it, and how long a boot may take.</param>
/// <param name="clock">What measures.</param>
internal sealed class BenchQemu(GuestPlan plan, SeedCredentials credentials, SshIdentity identity, Hypervisor hypervisor, TimeProvider clock)
{
    // As long as Lab gives a boot.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    private const string UntilReady = "systemctl is-system-running --wait";

    private string[] Processor => hypervisor.Verdict.Kind == AcceleratorKind.Kvm ? ["-accel", "kvm", "-cpu", "host"] : ["-accel", "tcg", "-cpu", "max"];

    private string ConsoleFile => Path.Combine(plan.Folder, "plain-console.log");

    /// <summary>Boots it, waits until it is ready and ends it.</summary>
    /// <exception cref="HostException">QEMU ended, or the guest was not there in time.</exception>
    public async Task<BenchBoot> BootAsync(CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(hypervisor.Scale(Deadline));
        var command = Machine();
        var started = clock.GetTimestamp();
        var machine = command.RunAsync(end.Token);
        try
        {
            while ((await Ssh("true").RunAsync(end.Token)).ExitCode != 0)
            {
                if (machine.IsCompleted)
                {
                    throw new HostCommandFailedException(command, await machine);
                }

                await Task.Delay(PollEvery, clock, end.Token);
            }

            var ssh = clock.GetElapsedTime(started);
            await Ssh(UntilReady).RunAsync(end.Token);
            return new BenchBoot(ssh, clock.GetElapsedTime(started));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new HostException($"QEMU alone did not bring guest {plan.Name} up within {hypervisor.Scale(Deadline).TotalSeconds:0} s. Its console ends: {File.ReadLines(ConsoleFile).LastOrDefault()}");
        }
        finally
        {
            await end.CancelAsync();
            await ((Task)machine).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The devices of templates/domain.xml, with QEMU's own network in place of passt. timeout(1) ends it should this process be killed.
    private Command Machine() => new("timeout",
    [
        "--signal=KILL", $"{hypervisor.Scale(Deadline).TotalSeconds:0}",
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-vga", "std",
        "-machine", "q35", .. Processor,
        "-smp", $"{plan.Definition.Cpus}", "-m", $"{plan.Definition.Memory.Bytes >> 20}", "-uuid", $"{plan.Uuid}",
        "-smbios", "type=1,manufacturer=Lab,serial=ds=nocloud",
        .. credentials.VendorStrings.SelectMany(value => (string[])["-smbios", $"type=11,value={value}"]),
        "-fw_cfg", $"name={SeedCredentials.FirmwareFile},file={plan.CredentialFile}",
        "-drive", $"if=virtio,format=qcow2,cache=unsafe,discard=unmap,file={plan.DiskFile}",
        "-drive", $"if=virtio,format=raw,readonly=on,file={plan.SeedFile}",
        "-netdev", $"user,id=net,hostfwd=tcp:127.0.0.1:{plan.SshPort}-:22", "-device", $"virtio-net-pci,netdev=net,mac={plan.Mac},romfile=",
        "-device", "virtio-rng-pci", "-device", "virtio-balloon-pci", "-serial", $"file:{ConsoleFile}",
    ]);

    // A short time-out: a connection begun before the guest's network is up hangs, and a new one is quicker.
    private Command Ssh(string command) => new(
        "ssh", "-F", "none", "-p", $"{plan.SshPort}", "-l", "root", "-i", identity.KeyFile, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
        "-o", $"UserKnownHostsFile={identity.KnownHostsFile}", "-o", "StrictHostKeyChecking=yes", "-o", $"HostKeyAlias={plan.Name}",
        "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=3", "127.0.0.1", command);
}
