using Lab.Definitions;
using Lab.Execution;
using Lab.Images;
using Lab.Media.Installer;

namespace Lab.Installer;

/// <summary>One installation, from the kickstart to a disk that boots. The disk is as it was until it is partitioned, and boots nothing from then until the end.</summary>
internal static class Installation
{
    private const string Target = "/mnt/sysroot";
    private const string Repository = $"{Target}/ostree/repo";

    /// <summary>Installs.</summary>
    /// <returns>What was wanted.</returns>
    /// <exception cref="DefinitionException">The kickstart is wrong, or wants what this installer does not do. The disk is as it was.</exception>
    /// <exception cref="LabException">Something failed. Nothing boots from the disk.</exception>
    public static async Task<InstallPlan> RunAsync()
    {
        Begin(InstallPhase.Kickstart);
        var volume = await InstallerVolume.MountAsync();
        var plan = InstallPlan.Read(await File.ReadAllTextAsync(volume.Kickstart), Path.GetFileName(volume.Kickstart));
        var disk = TargetDisk.Choose(plan, volume.Device);
        Begin(InstallPhase.Network);
        var device = await InstallerNetwork.UpAsync(plan.Network);

        Begin(InstallPhase.Pre);
        await Script.RunAllAsync(plan.Before, root: null);

        Begin(InstallPhase.Partition);
        await disk.PartitionAsync(plan.Layout);
        Begin(InstallPhase.FileSystems);
        await disk.FormatAsync(Target);

        Begin(InstallPhase.Pull);
        await PullAsync(plan);
        Begin(InstallPhase.Deploy);
        var (commit, deployment) = await DeployAsync(plan);
        var loaders = await BootLoaders.ReadAsync(deployment);

        Begin(InstallPhase.Configure);
        var system = new InstalledSystem(Target, deployment, plan.StateRoot);
        await system.EnterAsync();
        await system.ConfigureAsync(plan, device, disk.Swap is not null);

        Begin(InstallPhase.Post);
        await Script.RunAllAsync(plan.After, deployment);

        Begin(InstallPhase.BootLoader);
        await FitEntriesAsync();
        await WriteMenuAsync();
        await system.LeaveAsync();
        await disk.MakeBootableAsync(loaders);
        Terminal.Say(new InstallEnded(commit, plan.Reboots));
        return plan;
    }

    private static void Begin(InstallPhase phase) => Terminal.Say(new InstallPhaseBegun(phase));

    private static async Task PullAsync(InstallPlan plan)
    {
        await new Command("ostree", "admin", "init-fs", "--modern", Target).SucceedAsync();
        await new Command("ostree", "admin", "os-init", plan.StateRoot, $"--sysroot={Target}").SucceedAsync();
        await new Command("ostree", $"--repo={Repository}", "config", "set", "sysroot.bootloader", "none").SucceedAsync();
        await new Command("ostree", $"--repo={Repository}", "config", "set", "sysroot.readonly", "true").SucceedAsync();
        await new Command("ostree", $"--repo={Repository}", "remote", "add", $"--set=gpg-verify={(plan.Verifies ? "true" : "false")}", plan.Remote, plan.Url).SucceedAsync();
        await new TreePull(Repository, plan).RunAsync();
    }

    private static async Task<(string Commit, string Deployment)> DeployAsync(InstallPlan plan)
    {
        // systemd-journald(8) looks for its folder before systemd-tmpfiles makes it, and would keep the first boot's journal in memory only.
        Directory.CreateDirectory($"{Target}/ostree/deploy/{plan.StateRoot}/var/log/journal");
        // Appended, because one name may stand for several arguments, as `console` does.
        IReadOnlyList<string> arguments = ["root=LABEL=root", "rw", .. plan.KernelArguments];
        await new Command("ostree", ["admin", "deploy", $"--sysroot={Target}", $"--os={plan.StateRoot}", .. arguments.Select(argument => $"--karg-append={argument}"), $"{plan.Remote}:{plan.Ref}"]).SucceedAsync();
        var commit = (await new Command("ostree", $"--repo={Repository}", "rev-parse", $"{plan.Remote}:{plan.Ref}").SucceedAsync()).Trim();
        return (commit, $"{Target}/ostree/deploy/{plan.StateRoot}/deploy/{commit}.0");
    }

    private static async Task FitEntriesAsync()
    {
        foreach (var entry in Directory.EnumerateFiles($"{Target}/boot/loader/entries", "*.conf"))
        {
            await File.WriteAllTextAsync(entry, GrubMenu.Fit(await File.ReadAllTextAsync(entry)));
        }
    }

    private static async Task WriteMenuAsync()
    {
        Directory.CreateDirectory($"{Target}/boot/grub");
        await File.WriteAllBytesAsync($"{Target}/boot/grub/grub.cfg", await File.ReadAllBytesAsync(InstallerImage.GrubMenuFile));
        await File.WriteAllBytesAsync($"{Target}/boot/grub/grubenv", GrubEnvironment.Format([]));
        foreach (var file in Directory.EnumerateFiles($"{Target}/boot/grub"))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }
}
