using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Execution;
using Lab.Hosting;

namespace Lab.Containers;

/// <summary>An image of a registry under one of its tags.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Digest">What the tag stands for: the digest of a manifest, <c>sha256:…</c>. Tags of one image share it.</param>
public sealed record RegistryImage(string Name, string Tag, string Digest)
{
    /// <summary>Whether a text is a name and a tag, <c>httpd:prod</c>, as they are in definitions.</summary>
    public static bool IsNameAndTag(string text) => text.Split(':') is [var name, var tag] && Grammar.Name.IsMatch(name) && Grammar.ImageTag.IsMatch(tag);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}:{Tag}";
}

/// <summary>A lab's registry, which guests know as <c>host:5000</c>.</summary>
/// <param name="folder">The lab's folder of sockets on segments.</param>
/// <param name="plan">Where it is.</param>
/// <param name="progress">Told of what is pushed.</param>
public sealed class Registry(string folder, RegistryPlan plan, IProgressSink progress)
{
    /// <summary>What is there, by name and tag.</summary>
    /// <remarks>Read from where the registry keeps it: <c>NAME/_manifests/tags/TAG/current/link</c>, by the storage layout of the distribution project (registry/storage/paths.go).</remarks>
    public IReadOnlyList<RegistryImage> List()
    {
        var repositories = Path.Combine(plan.Folder, "docker/registry/v2/repositories");
        return !Directory.Exists(repositories) ? [] :
        [
            .. from links in Directory.EnumerateDirectories(repositories, "tags", SearchOption.AllDirectories)
               where Path.GetFileName(Path.GetDirectoryName(links)) == "_manifests"
               let name = Path.GetRelativePath(repositories, Path.Combine(links, "../.."))
               from tag in Directory.EnumerateDirectories(links)
               let link = Path.Combine(tag, "current/link")
               where File.Exists(link)
               orderby name, Path.GetFileName(tag)
               select new RegistryImage(name, Path.GetFileName(tag), File.ReadAllText(link).Trim()),
        ];
    }

    /// <summary>Pushes images, each under all of its tags, made where they are not there.</summary>
    /// <param name="containers">The images.</param>
    /// <param name="builder">What makes them.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">A tool failed, nobody connects the lab's segments, or the registry refused.</exception>
    public async Task PushAsync(IEnumerable<ContainerDefinition> containers, ContainerBuilder builder, CancellationToken cancellation = default)
    {
        foreach (var container in containers)
        {
            var archive = await builder.BuildAsync(container, cancellation);
            foreach (var tag in container.Tags)
            {
                using var activity = progress.Begin($"push {container.Name}:{tag}");
                await CopyAsync($"oci-archive:{archive}", At($"{container.Name}:{tag}"), cancellation);
                activity.Done();
            }
        }
    }

    /// <summary>Gives an image that is there another tag, whichever image had it before.</summary>
    /// <param name="source">The image: <c>NAME:TAG</c>.</param>
    /// <param name="target">What it is to be called as well: <c>NAME:TAG</c>.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">Nobody connects the lab's segments, or there is no such image.</exception>
    public Task TagAsync(string source, string target, CancellationToken cancellation = default) => CopyAsync(At(source), At(target), cancellation);

    private string At(string image) => $"docker://{plan.Address}/{image}";

    // As podman does it on an insecure registry; --preserve-digests keeps an image the same under all of its tags.
    private async Task CopyAsync(string from, string to, CancellationToken cancellation) =>
        await (await SegmentHost.ReachAsync(folder, ["skopeo", "copy", "--quiet", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", from, to], cancellation)).SucceedAsync(cancellation);
}
