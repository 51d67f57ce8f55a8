using Lab.Execution;
using Lab.State;
using Lab.Trees;

namespace Lab.Building;

/// <summary>
/// A home of its own inside another, for what must be made anew each round: the same trees, as links, and no images. Gone with this
/// object, or with the next one where this one's process was killed.
/// </summary>
internal sealed class BenchScratch : IAsyncDisposable
{
    private BenchScratch(LabHome home) => Home = home;

    /// <summary>The scratch home.</summary>
    public LabHome Home { get; }

    /// <summary>Makes one.</summary>
    /// <param name="source">The home whose trees it gets.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<BenchScratch> MakeAsync(LabHome source, CancellationToken cancellation)
    {
        var root = Path.Combine(source.Root, Bench.Name);
        await RemoveAsync(root);
        var scratch = new BenchScratch(new LabHome(root));
        try
        {
            using var still = await FileLock.TakeAsync(Path.Combine(source.Locks, "trees"), cancellation: cancellation);
            await new Command("cp", "-al", TreeComposer.Store(source).Path, scratch.Home.Trees).SucceedAsync(cancellation);

            // Not linked: GnuPG writes into its files.
            await new Command("cp", "-a", Path.Combine(source.Trees, "gnupg"), scratch.Home.Trees).SucceedAsync(cancellation);
            return scratch;
        }
        catch
        {
            await scratch.DisposeAsync();
            throw;
        }
    }

    /// <summary>A path for a file or folder of this run.</summary>
    public string PathOf(string name) => Path.Combine(Home.Root, name);

    /// <summary>A command as root, or as the root of a user namespace: deployments hold files of many owners.</summary>
    public static Command AsRoot(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? new Command(program, arguments)
            : new Command("unshare", ["--user", "--map-auto", "--map-root-user", program, .. arguments]);

    /// <summary>Removes a folder and all that is in it, whoever owns it.</summary>
    public static Task RemoveAsync(string folder) => AsRoot("rm", "-rf", "--one-file-system", folder).SucceedAsync(CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RemoveAsync(Home.Root);
        Directory.Delete(Home.Runtime, recursive: true);
    }
}
