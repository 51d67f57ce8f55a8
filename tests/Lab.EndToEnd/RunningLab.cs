using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>A lab that this process brought up and serves, and takes down when it is disposed.</summary>
internal sealed class RunningLab : IAsyncDisposable
{
    private readonly LabContent _content;

    private RunningLab(Hypervisor hypervisor, LabContent content, TreeComposer composer, LabInstance instance) =>
        (Hypervisor, _content, Composer, Instance) = (hypervisor, content, composer, instance);

    public Hypervisor Hypervisor { get; }

    public TreeComposer Composer { get; }

    public LabInstance Instance { get; }

    /// <summary>The repository that its guests update from.</summary>
    public OstreeRepository Repository => LabInstance.Repository(Hypervisor.Home, Instance.Name);

    /// <summary>Brings it up, after whatever an earlier run left of it was taken down.</summary>
    public static async Task<RunningLab> StartAsync(LabDefinition definition)
    {
        var progress = new ConsoleProgress(TestContext.Progress, interactive: false, TimeProvider.System);
        var home = LabHome.Default();
        var hypervisor = await Hypervisor.OpenAsync(home, progress);
        await LabInstance.DownAsync(definition.Name, hypervisor, progress);
        var content = await LabContent.TryStartAsync(home, definition.Name, LabInstance.RepositoryFolder(home, definition.Name), LabInstance.ContentPort(home, definition.Name));
        var composer = new TreeComposer(home, new AptMirrors().FindAsync, progress, TimeProvider.System);
        var instance = await LabInstance.UpAsync(definition, hypervisor, composer, progress, TimeProvider.System);
        return new RunningLab(hypervisor, content!, composer, instance);
    }

    /// <summary>Whether a guest runs, whoever brought it up.</summary>
    public static async Task<bool> IsActiveAsync(GuestPlan plan, Hypervisor hypervisor)
    {
        using var domain = await hypervisor.Connection.FindDomainAsync(plan.DomainName);
        return domain is not null && await domain.IsActiveAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Instance.DisposeAsync();
        await LabInstance.DownAsync(Instance.Name, Hypervisor, SilentProgress.Instance);
        await _content.DisposeAsync();
        await Hypervisor.DisposeAsync();
    }
}
