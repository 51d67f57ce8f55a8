using System.Text.RegularExpressions;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.Media.Installer;
using Lab.State;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>A lab whose one guest installs itself, to be disturbed on its way.</summary>
internal sealed class InstallingLab : IAsyncDisposable
{
    // A pull on an ordinary workstation, and more.
    private static readonly TimeSpan PhaseDeadline = TimeSpan.FromMinutes(2);
    private readonly LabDefinition _definition;
    private readonly LabContent _content;
    private readonly ConsoleProgress _progress;

    private InstallingLab(LabDefinition definition, Hypervisor hypervisor, LabContent content, ConsoleProgress progress) =>
        (_definition, Hypervisor, _content, _progress) = (definition, hypervisor, content, progress);

    public Hypervisor Hypervisor { get; }

    public ContentServer Content => _content.Server;

    public GuestPlan Plan => new(Hypervisor.Home, _definition.Name, _definition.Guests[0]);

    public static async Task<InstallingLab> OpenAsync(LabDefinition definition)
    {
        var home = LabHome.Default();
        var progress = new ConsoleProgress(TestContext.Progress, interactive: false, TimeProvider.System);
        var hypervisor = await Hypervisor.OpenAsync(home, progress);
        await LabInstance.DownAsync(definition.Name, hypervisor, progress);
        var content = await LabContent.TryStartAsync(home, definition.Name, LabInstance.RepositoryFolder(home, definition.Name), LabInstance.ContentPort(home, definition.Name));
        return new InstallingLab(definition, hypervisor, content!, progress);
    }

    /// <summary>The repository that it installs from.</summary>
    public OstreeRepository Repository => LabInstance.Repository(Hypervisor.Home, _definition.Name);

    /// <summary>The ref that it installs.</summary>
    public string Ref => _definition.Guests[0].Tree!.Ref!;

    /// <summary>What <c>lab up</c> does.</summary>
    /// <param name="install">Whether it is told to install; what is on its way already goes on without.</param>
    public Task<LabInstance> UpAsync(bool install = true) => LabInstance.UpAsync(
        _definition, Hypervisor, new TreeComposer(Hypervisor.Home, new AptMirrors().FindAsync, _progress, TimeProvider.System), _progress, TimeProvider.System, from: null, install: install);

    /// <summary>Brings it up, and does something when the console says that a phase begins, or something else.</summary>
    /// <returns>What the installation came to.</returns>
    public async Task<Exception?> UpAsync(string sign, Func<Task> disturb, bool install = true)
    {
        await using var console = Console();
        var up = UpAsync(install);
        await DisturbAsync(console, sign, up, disturb);
        try
        {
            await using var instance = await up;
            return null;
        }
        catch (LabException failure)
        {
            return failure;
        }
    }

    /// <summary>Cuts its power when a phase begins.</summary>
    public Task<Exception?> CutAtAsync(InstallPhase phase, bool install = true) => UpAsync($"{new InstallPhaseBegun(phase)}", CutAsync, install);

    /// <summary>Installs it, and keeps of each of some phases, in their order, the disk that a power cut would leave when it has begun.</summary>
    public async Task<LabInstance> KeepDisksAsync(IReadOnlyList<InstallPhase> phases)
    {
        await using var console = Console();
        var up = UpAsync();
        foreach (var phase in phases)
        {
            await DisturbAsync(console, $"{new InstallPhaseBegun(phase)}", up, () => KeepDiskAsync(phase));
        }

        return await up;
    }

    /// <summary>Gives it the disk that was kept of a phase. It must be off.</summary>
    public void TakeDisk(InstallPhase phase) => File.Copy(DiskOf(phase), Plan.DiskFile, overwrite: true);

    /// <summary>Whether nothing was written to where a disk's partition table and boot loader go.</summary>
    public static async Task<bool> IsEmptyAsync(string disk) =>
        (await new Command("qemu-io", "-r", "-f", "qcow2", "-c", $"read -q -P 0 0 {1 << 20}", disk).RunAsync()).ExitCode == 0;

    private string DiskOf(InstallPhase phase) => $"{Plan.DiskFile}.{phase}";

    private ConsoleLog Console() => new(Plan.ConsoleFile, TimeProvider.System, fromStart: false);

    // Whatever the installation comes to meanwhile, its own failure is what is told.
    private async Task DisturbAsync(ConsoleLog console, string sign, Task up, Func<Task> disturb)
    {
        using var limit = new CancellationTokenSource(Hypervisor.Scale(PhaseDeadline));
        var seen = console.WaitForAsync(new Regex(sign, RegexOptions.ExplicitCapture), 0, limit.Token);
        if (await Task.WhenAny(up, seen) == seen)
        {
            await seen;
            await disturb();
        }
    }

    private async Task CutAsync()
    {
        using var domain = await Hypervisor.Connection.FindDomainAsync(Plan.DomainName);
        await GuestDomain.DestroyAsync(domain!);
    }

    // QEMU has written all that the guest did once it stands still.
    private async Task KeepDiskAsync(InstallPhase phase)
    {
        using var domain = await Hypervisor.Connection.FindDomainAsync(Plan.DomainName);
        await domain!.SuspendAsync();
        await new Command("cp", "--sparse=always", Plan.DiskFile, DiskOf(phase)).SucceedAsync();
        await domain.ResumeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await LabInstance.DownAsync(_definition.Name, Hypervisor, SilentProgress.Instance);
        await _content.DisposeAsync();
        await Hypervisor.DisposeAsync();
        _progress.Dispose();
    }
}
