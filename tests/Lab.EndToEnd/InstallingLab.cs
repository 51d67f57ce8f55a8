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

    /// <summary>What <c>lab up --install</c> does.</summary>
    public Task<LabInstance> UpAsync() => LabInstance.UpAsync(
        _definition, Hypervisor, new TreeComposer(Hypervisor.Home, new AptMirrors().FindAsync, _progress, TimeProvider.System), _progress, TimeProvider.System, from: null, install: true);

    /// <summary>Brings it up, and does something when the console says that a phase begins, or something else.</summary>
    /// <returns>What the installation came to.</returns>
    public async Task<Exception?> UpAsync(string sign, Action disturb)
    {
        await using var console = new ConsoleLog(Plan.ConsoleFile, TimeProvider.System, fromStart: false);
        var up = UpAsync();
        using var limit = new CancellationTokenSource(Hypervisor.Scale(PhaseDeadline));
        var seen = console.WaitForAsync(new Regex(sign, RegexOptions.ExplicitCapture), 0, limit.Token);
        if (await Task.WhenAny(up, seen) == seen)
        {
            await seen;
            disturb();
        }

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
    public async Task<Exception?> CutAtAsync(InstallPhase phase)
    {
        var cut = Task.CompletedTask;
        var failure = await UpAsync($"{new InstallPhaseBegun(phase)}", () => cut = CutAsync());
        await cut;
        return failure;
    }

    private async Task CutAsync()
    {
        using var domain = await Hypervisor.Connection.FindDomainAsync(Plan.DomainName);
        await GuestDomain.DestroyAsync(domain!);
    }

    public async ValueTask DisposeAsync()
    {
        await LabInstance.DownAsync(_definition.Name, Hypervisor, SilentProgress.Instance);
        await _content.DisposeAsync();
        await Hypervisor.DisposeAsync();
        _progress.Dispose();
    }
}
