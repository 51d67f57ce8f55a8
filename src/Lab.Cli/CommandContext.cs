using System.Text.Json.Serialization.Metadata;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Execution;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;

namespace Lab.Cli;

/// <summary>What commands share: the home, the screens, how results are shown, and the way to libvirt.</summary>
/// <param name="output">Where results go.</param>
/// <param name="error">Where progress and remarks go.</param>
/// <param name="json">Whether results are JSON.</param>
/// <param name="trailing">The words after <c>--</c>.</param>
internal sealed class CommandContext(Screen output, Screen error, bool json, IReadOnlyList<string> trailing) : IDisposable
{
    private readonly ConsoleProgress _progress = new(error.Writer, error.IsTerminal, TimeProvider.System);
    private readonly Lazy<LabHome> _home = new(LabHome.Default);

    /// <summary>Where results go.</summary>
    public Screen Output => output;

    /// <summary>Whether results are JSON.</summary>
    public bool Json => json;

    /// <summary>The words after <c>--</c>.</summary>
    public IReadOnlyList<string> Trailing => trailing;

    /// <summary>Where long work says how far it is.</summary>
    public IProgressSink Progress => _progress;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = TimeProvider.System;

    /// <summary>Where Lab keeps what it makes.</summary>
    public LabHome Home => _home.Value;

    /// <summary>What makes trees.</summary>
    public TreeComposer Composer => new(Home, new AptMirrors().FindAsync, Progress, Time);

    /// <summary>Shows a command's result.</summary>
    /// <param name="model">The result.</param>
    /// <param name="document">How to write it as JSON: its public properties.</param>
    /// <param name="view">Shows it to people.</param>
    public void Show<T>(T model, JsonTypeInfo<T> document, Action<T, Screen> view)
        where T : notnull
    {
        if (json)
        {
            Documents.Write(output.Writer, model, document);
        }
        else
        {
            view(model, output);
        }
    }

    /// <summary>Says something beside the result.</summary>
    public void Remark(string text) => _progress.WriteLine(text);

    /// <summary>Opens libvirt, starting what it takes.</summary>
    public Task<Hypervisor> OpenHypervisorAsync(CancellationToken cancellation) => Hypervisor.OpenAsync(Home, Progress, cancellation);

    /// <summary>Opens libvirt to look for guests.</summary>
    /// <returns>Null where none can be, so that nothing is started just to find nothing.</returns>
    public async Task<Hypervisor?> FindHypervisorAsync(CancellationToken cancellation) =>
        HasTraces() || (await LibvirtDaemon.FindAsync("/", Environment.IsPrivilegedProcess, cancellation)).Kind != LibvirtDaemonKind.Private
            ? await OpenHypervisorAsync(cancellation)
            : null;

    /// <summary>The labs that are up.</summary>
    public async Task<IReadOnlyList<UpLab>> ListUpAsync(CancellationToken cancellation)
    {
        await using var hypervisor = await FindHypervisorAsync(cancellation);
        return hypervisor is null ? [] : await UpLab.ListAsync(hypervisor, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _progress.Dispose();

    // A private daemon keeps its domains in the home, and those that run in the runtime folder as well.
    private bool HasTraces() => new[] { Home.Host, Home.Labs, Home.Runtime }.Any(folder => Directory.EnumerateFileSystemEntries(folder).Any());
}
