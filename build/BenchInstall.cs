using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Media;
using Lab.Media.Installer;
using Lab.Media.Kickstart;
using Lab.Trees;

namespace Lab.Building;

/// <summary>A host that installs itself: its image, against xorriso alone, and where the time of an installation goes.</summary>
/// <param name="lab">The lab, under the bench's name.</param>
/// <param name="hypervisor">Where it runs.</param>
/// <param name="composer">Where its trees are composed already.</param>
/// <param name="scratch">Where images are made.</param>
/// <param name="turns">The rounds.</param>
internal sealed class BenchInstall(LabDefinition lab, Hypervisor hypervisor, TreeComposer composer, BenchScratch scratch, BenchTurns turns)
{
    /// <summary>The image that installs a guest. The plain way puts the same file on a copy of the same installer, and leaves its menus as they are.</summary>
    public async Task<IReadOnlyList<BenchLine>> ImageAsync(Seed seed, CancellationToken cancellation)
    {
        var guest = lab.Guests[0];
        var installer = await new InstallerImage(hypervisor.Home, composer, SilentProgress.Instance).BuildAsync(guest.Tree!.AllSources, cancellation);
        var kickstart = KickstartTemplate.Render(lab.Name, guest, KickstartTemplate.Of(guest).Variant, null, seed.AuthorizedKey, seed.Content).ToString();
        var (text, iso) = (scratch.PathOf("ks.cfg"), scratch.PathOf("install.iso"));
        await File.WriteAllTextAsync(text, kickstart, cancellation);
        var (ours, plain) = await turns.Quick.TakeAsync(
            () => turns.TimeAsync(() => InstallerIso.EmbedAsync(installer, iso, kickstart, [], cancellation)),
            () => turns.TimeAsync(() => ByXorrisoAsync(installer, text, iso, cancellation)));
        return
        [
            new BenchLine("kickstart ISO", new BenchSide("InstallerIso.EmbedAsync", ours), new BenchSide("xorriso -boot_image any replay, one file more", plain))
            {
                Note = $"{new FileInfo(installer).Length / 1_000_000} MB",
            },
        ];
    }

    /// <summary>Installations on an empty disk, by phases.</summary>
    public async Task<IReadOnlyList<BenchLine>> InstallAsync(CancellationToken cancellation)
    {
        var (installs, _) = await turns.Long.TakeAsync(() => OnceAsync(cancellation), () => Task.FromResult(0));
        return
        [
            new BenchLine("install", new BenchSide("power-on until the host is installed", [.. installs.Select(install => install.Duration)]), BenchSide.None)
            {
                Note = installs[0].Fetched is { } fetched ? $"{fetched.Requests} requests, {fetched.Bytes / 1_000_000} MB" : string.Empty,
            },
            new BenchLine("install: boot", new BenchSide("power-on until the installer begins", [.. installs.Select(install => install.Boot)]), BenchSide.None),
            .. Enum.GetValues<InstallPhase>().Select(phase => new BenchLine(
                $"install: {phase}", new BenchSide($"phase {phase}", [.. installs.Select(install => install.Phases.First(timing => timing.Phase == phase).Duration)]), BenchSide.None)),
        ];
    }

    private async Task<InstallRecord> OnceAsync(CancellationToken cancellation)
    {
        var home = hypervisor.Home;
        await using var content = await LabContent.TryStartAsync(home, lab.Name, LabInstance.RepositoryFolder(home, lab.Name), LabInstance.ContentPort(home, lab.Name), cancellation: cancellation);
        try
        {
            await using var up = await LabInstance.UpAsync(lab, hypervisor, composer, SilentProgress.Instance, turns.Clock, from: null, install: true, cancellation: cancellation);
            return up.Guests[0].Installations.Single();
        }
        finally
        {
            await LabInstance.DownAsync(lab.Name, hypervisor, SilentProgress.Instance, CancellationToken.None);
        }
    }

    private static Task<string> ByXorrisoAsync(string installer, string kickstart, string iso, CancellationToken cancellation)
    {
        File.Delete(iso);
        return new Command(
            "xorriso", "-report_about", "WARNING", "-abort_on", "FAILURE", "-indev", $"stdio:{installer}", "-outdev", $"stdio:{iso}",
            "-boot_image", "any", "replay", "-map", kickstart, InstallerIso.KickstartPath, "-commit").SucceedAsync(cancellation);
    }
}
