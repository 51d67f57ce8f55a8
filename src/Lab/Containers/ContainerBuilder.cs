using System.Text.Json.Nodes;
using Lab.Definitions;
using Lab.Execution;
using Lab.State;
using Lab.Trees;

namespace Lab.Containers;

/// <summary>Builds container images from nothing but packages and files, with buildah(1); no registry of others is asked. Kept by digest.</summary>
/// <param name="home">Where they are kept.</param>
/// <param name="composer">What unpacks packages.</param>
/// <param name="progress">Told of every image.</param>
public sealed class ContainerBuilder(LabHome home, TreeComposer composer, IProgressSink progress)
{
    // Counts up when the way images are made changes, so that old ones are not taken for new.
    private const int Recipe = 2;

    // Between the name of a definition's file and a digest.
    internal const char Mark = '@';

    // In a storage of its own, so that nothing of the user's is touched; without layers to share, the driver that works everywhere will do.
    private const string Script = """
        buildah() { command buildah --root "$1/storage" --runroot "$1/run" --storage-driver vfs "${@:2}"; }
        work=$1 root=$2 image=$3 entrypoint=$4; shift 4
        container=$(buildah "$work" from scratch)
        buildah "$work" add --quiet "$container" "$root" / > /dev/null
        buildah "$work" config --entrypoint "$entrypoint" --cmd '' "$@" "$container"
        buildah "$work" commit --quiet --timestamp 0 "$container" "oci-archive:$image" > /dev/null
        buildah "$work" rm --all > /dev/null
        """;

    /// <summary>The image, made if it is not there.</summary>
    /// <param name="container">What it holds.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <returns>An OCI archive.</returns>
    /// <exception cref="HostException">A tool failed; its last output is in the message.</exception>
    public async Task<string> BuildAsync(ContainerDefinition container, CancellationToken cancellation = default)
    {
        // The name of the definition's file is in it, so that of each only the newest is kept.
        var file = Path.Combine(home.Containers, $"{Path.GetFileNameWithoutExtension(container.Content.File)}{Mark}{container.Digest[..16]}.{Recipe}.oci");
        using var guard = await FileLock.TakeAsync(home.ContainerLock, () => progress.Begin("wait for another lab process to build its container images").Done(), cancellation);
        if (File.Exists(file))
        {
            return file;
        }

        using var activity = progress.Begin($"build container {container.Name}:{container.Tags[0]}");
        Workshop.Sweep(home.Containers);
        using var workshop = new Workshop(home.Containers);
        var root = workshop.File("root.tar");
        await composer.UnpackAsync(container.Content, root, activity, cancellation);
        activity.Report("packing");
        var entrypoint = new JsonArray([.. container.Command]).ToJsonString();
        var ports = container.Ports.SelectMany(port => new[] { "--port", $"{port}/tcp" });
        await WholeFile.MakeAsync(file, partial => new Command("bash", ["-euc", Script, "bash", workshop.File("buildah"), root, partial, entrypoint, .. ports]).SucceedAsync(cancellation));
        activity.Done($"{new FileInfo(file).Length / 1_000_000.0:0.0} MB");
        return file;
    }
}
