using System.Globalization;
using Lab.Definitions;
using Lab.Hosting;

namespace Lab.Containers;

/// <summary>A lab's registry, as its machines know it: <c>host:5000</c>.</summary>
/// <param name="folder">The lab's folder of sockets on segments.</param>
/// <param name="port">The registry's port.</param>
public sealed class Registry(string folder, int port)
{
    private string At(string name, string tag) => string.Create(CultureInfo.InvariantCulture, $"docker://{SegmentPlan.HostPort}:{port}/{name}:{tag}");

    /// <summary>Pushes an image under all of its tags.</summary>
    /// <param name="container">What it is called.</param>
    /// <param name="archive">What <see cref="ContainerBuilder"/> made.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">Nobody connects the lab's segments, or the registry refused.</exception>
    public async Task PushAsync(ContainerDefinition container, string archive, CancellationToken cancellation = default)
    {
        foreach (var tag in container.Tags)
        {
            await CopyAsync($"oci-archive:{archive}", At(container.Name, tag), cancellation);
        }
    }

    /// <summary>Gives an image that is there another tag.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="from">A tag that it has.</param>
    /// <param name="to">The tag that it gets, whichever had it before.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task RetagAsync(string name, string from, string to, CancellationToken cancellation = default) => CopyAsync(At(name, from), At(name, to), cancellation);

    private async Task CopyAsync(string from, string to, CancellationToken cancellation) =>
        await (await SegmentHost.ReachAsync(folder, ["skopeo", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", from, to], cancellation)).SucceedAsync(cancellation);
}
