namespace Lab.Hosting;

/// <summary>
/// The segments of a lab, alive as long as this is: a switch each, and this host's place on them. At most one process of a lab has them: the one that serves it.
/// Guests that run meanwhile keep their interfaces, and hear each other again from the next one.
/// </summary>
public sealed class LabSegments : IAsyncDisposable
{
    private readonly List<SegmentSwitch> _switches = [];
    private SegmentHost? _host;
    private SegmentControl? _control;
    private string? _folder;

    private LabSegments()
    {
    }

    /// <summary>The segments' switches, in the lab file's order.</summary>
    public IReadOnlyList<SegmentSwitch> Switches => _switches;

    /// <summary>This host's place on them; null where there is no segment to be on.</summary>
    public SegmentHost? Host => _host;

    /// <summary>Ends when what connects this host has ended by itself, with what that said last.</summary>
    public Task<string> Ended => _host?.Ended ?? new TaskCompletionSource<string>().Task;

    /// <summary>A segment by name.</summary>
    /// <exception cref="HostException">The lab has none of that name.</exception>
    public SegmentSwitch this[string segment] => _switches.FirstOrDefault(candidate => candidate.Plan.Name == segment)
        ?? throw new HostException($"There is no segment {segment}.", $"There are: {string.Join(", ", _switches.Select(candidate => candidate.Plan.Name))}.");

    /// <summary>Begins to switch, and takes this host's place.</summary>
    /// <param name="folder">A folder for sockets that only its owner can enter; made where it is not there.</param>
    /// <param name="network">The lab's segments.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Gives up; nothing is left.</param>
    /// <exception cref="HostException">A port is taken, or the host lacks something.</exception>
    public static async Task<LabSegments> StartAsync(string folder, LabNetwork network, TimeProvider time, CancellationToken cancellation = default)
    {
        var segments = new LabSegments();
        try
        {
            if (network.Switched.Any())
            {
                // One by one: parents that are made on the way have other permissions.
                const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
                Directory.CreateDirectory(Path.GetDirectoryName(folder)!, ownerOnly);
                Directory.CreateDirectory(folder, ownerOnly);
                segments._folder = folder;
                segments._switches.AddRange(network.Switched.Select((plan, index) => new SegmentSwitch(plan, Path.Combine(folder, $"seg{index}"), time)));
                segments._host = await SegmentHost.StartAsync(folder, network, segments._switches, cancellation);
                segments._control = new SegmentControl(folder, segments);
            }

            return segments;
        }
        catch
        {
            await segments.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_control is not null)
        {
            await _control.DisposeAsync();
        }

        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        foreach (var segment in _switches)
        {
            await segment.DisposeAsync();
        }

        if (_folder is not null && Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
