using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Images;
using Lab.Media;
using Lab.Remote;
using Lab.State;
using Lab.Trees;

namespace Lab.Building;

/// <summary>What a checkpoint of a booted guest's memory took.</summary>
/// <param name="Save">Until the file was written.</param>
/// <param name="Resume">From then on nothing running until a command had answered.</param>
/// <param name="Bytes">The file's size.</param>
internal sealed record BenchCheckpoint(TimeSpan Save, TimeSpan Resume, long Bytes);

/// <summary>A guest booted by Lab, and by QEMU alone from the same image with the same seed, processors and memory.</summary>
internal sealed class BenchGuest
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);
    private readonly Hypervisor _hypervisor;
    private readonly GuestPlan _plan;
    private readonly GuestMetadata _metadata;
    private readonly SshEndpoint _endpoint;
    private readonly SeedCredentials _credentials;
    private readonly BenchTurns _turns;

    private BenchGuest(Hypervisor hypervisor, GuestPlan plan, GuestMetadata metadata, SshEndpoint endpoint, Seed seed, SeedCredentials credentials, BenchTurns turns) =>
        (_hypervisor, _plan, _metadata, _endpoint, Seed, _credentials, _turns) = (hypervisor, plan, metadata, endpoint, seed, credentials, turns);

    /// <summary>What the guest is told at its first boot.</summary>
    public Seed Seed { get; }

    /// <summary>Makes the files that every boot shares, in the lab's own folder.</summary>
    public static async Task<BenchGuest> PrepareAsync(Hypervisor hypervisor, LabDefinition lab, ComposedTree tree, SigningKey key, BenchTurns turns, CancellationToken cancellation)
    {
        var home = hypervisor.Home;
        var plan = new GuestPlan(home, lab.Name, lab.Guests[0]);
        Directory.CreateDirectory(plan.Folder);
        var identity = await SshIdentity.LoadOrCreateAsync(LabInstance.KeyFolder(home, lab.Name), [plan.Name], cancellation);
        var seed = await GuestSeed.MakeAsync(plan, home, identity, hosts: string.Empty, await key.ExportAsync(cancellation), cancellation);
        await SeedIso.WriteAsync(seed, plan.SeedFile, cancellation);
        var credentials = GuestSeed.Credentials(plan, seed)!;
        await WholeFile.WriteAsync(plan.CredentialFile, credentials.Files, cancellation: cancellation);
        var metadata = new GuestMetadata(plan.Lab, plan.Name, home.Key, lab.File, Bench.Name, tree.Definition.Name, tree.Commit, plan.Definition.User, plan.SshPort);
        return new BenchGuest(hypervisor, plan, metadata, new SshEndpoint(plan.Name, plan.SshPort, identity, plan.Folder), seed, credentials, turns);
    }

    /// <summary>Boots it both ways, and saves and resumes what Lab booted.</summary>
    public async Task<IReadOnlyList<BenchLine>> BootAsync(BaseImage image, CancellationToken cancellation)
    {
        var qemu = new BenchQemu(_plan, _credentials, _endpoint.Identity, _hypervisor, _turns.Clock);
        var (ours, plain) = await _turns.TakeAsync(() => ByLabAsync(image, cancellation), () => ByQemuAsync(qemu, image, cancellation));
        var coldBoots = new BenchSide("qemu-system-x86_64 from cold, until `ssh true` succeeds", [.. plain.Select(boot => boot.Ssh)]);
        return
        [
            new BenchLine(
                "boot to ready",
                new BenchSide("define, start, Guest.WaitUntilReadyAsync", [.. ours.Select(round => round.Ready)]),
                new BenchSide("qemu-system-x86_64, until systemd is done", [.. plain.Select(boot => boot.Ready)])),
            new BenchLine("save a checkpoint", new BenchSide("Hypervisor.SaveMemoryAsync", [.. ours.Select(round => round.Checkpoint.Save)]), BenchSide.None)
            {
                Note = $"{BenchSpread.Of(ours.Select(round => (double)round.Checkpoint.Bytes)).Median / (1 << 20):0} MiB of a {_plan.Definition.Memory} guest",
            },
            new BenchLine("resume a checkpoint", new BenchSide("Hypervisor.RestoreMemoryAsync, until a command has answered", [.. ours.Select(round => round.Checkpoint.Resume)]), coldBoots),
        ];
    }

    private async Task<(TimeSpan Ready, BenchCheckpoint Checkpoint)> ByLabAsync(BaseImage image, CancellationToken cancellation)
    {
        await LayOverlayAsync(image, cancellation);
        File.Delete(_plan.ConsoleFile);
        var clock = _turns.Clock;
        var started = clock.GetTimestamp();
        var domain = await _hypervisor.Connection.DefineDomainAsync(
            GuestDomain.Xml(_plan, _metadata, _hypervisor.Verdict.Kind, _hypervisor.HasSecurityDriver, credentials: _credentials), cancellation: cancellation);
        await using var guest = new Guest(_hypervisor, domain, _metadata, _endpoint, _plan.Folder, clock);
        try
        {
            await guest.PowerOnAsync(cancellation);
            await guest.WaitUntilReadyAsync(_metadata.Commit, cancellation: cancellation);
            var ready = clock.GetElapsedTime(started);
            return (ready, await CheckpointAsync(guest, cancellation));
        }
        finally
        {
            await GuestDomain.RemoveAsync(domain, CancellationToken.None);
        }
    }

    private async Task<BenchBoot> ByQemuAsync(BenchQemu qemu, BaseImage image, CancellationToken cancellation)
    {
        await LayOverlayAsync(image, cancellation);
        return await qemu.BootAsync(cancellation);
    }

    private async Task<BenchCheckpoint> CheckpointAsync(Guest guest, CancellationToken cancellation)
    {
        var file = Path.Combine(_plan.Folder, "memory.save");
        await guest.Shell.CloseAsync(cancellation);
        var save = await _turns.TimeAsync(async () =>
        {
            await guest.Domain.SuspendAsync(cancellation);
            await _hypervisor.SaveMemoryAsync(guest.Domain, file);
        });
        var bytes = await DiskUse.OfAsync(file, cancellation);
        await guest.CrashAsync(cancellation);
        var resume = await _turns.TimeAsync(async () =>
        {
            await _hypervisor.RestoreMemoryAsync(file, cancellation);
            await guest.Domain.ResumeAsync(cancellation);
            while (await guest.Shell.ProbeAsync(cancellation: cancellation) is not null)
            {
                await Task.Delay(PollEvery, _turns.Clock, cancellation);
            }
        });
        File.Delete(file);
        return new BenchCheckpoint(save, resume, bytes);
    }

    private Task LayOverlayAsync(BaseImage image, CancellationToken cancellation) => DiskImage.OverlayAsync(image.File, _plan.DiskFile, cancellation: cancellation);
}
