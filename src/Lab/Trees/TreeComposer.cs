using System.Globalization;
using Lab.Definitions;
using Lab.Execution;
using Lab.State;

namespace Lab.Trees;

/// <summary>
/// Makes OSTree commits from tree definitions: packages with mmdebstrap, files and units laid over them, signed, kept in one
/// repository under the definition's digest, so that what has not changed is not made again.
/// </summary>
public sealed class TreeComposer
{
    private const string RefPrefix = "lab";

    // Counts up when the way commits are made changes, so that old ones are not taken for new.
    private const int Recipe = 5;
    private readonly LabHome _home;
    private readonly Func<CancellationToken, Task<AptMirror>> _mirror;
    private readonly IProgressSink _progress;
    private readonly TimeProvider _time;

    /// <param name="home">Where the repository and the signing key are.</param>
    /// <param name="mirror">Finds the package mirror; asked only when packages are needed.</param>
    /// <param name="progress">Told of every tree.</param>
    /// <param name="time">The clock of commits.</param>
    public TreeComposer(LabHome home, Func<CancellationToken, Task<AptMirror>> mirror, IProgressSink progress, TimeProvider time)
    {
        (_home, _mirror, _progress, _time) = (home, mirror, progress, time);
        Repository = Store(home);
    }

    /// <summary>The repository that holds the commits.</summary>
    public OstreeRepository Repository { get; }

    /// <summary>The key that signs them, made the first time.</summary>
    public Task<SigningKey> KeyAsync(CancellationToken cancellation = default) =>
        SigningKey.LoadOrCreateAsync(KeyFolder(_home), cancellation);

    /// <summary>Keeps the repository to this process until it is given back.</summary>
    internal Task<FileLock> LockAsync(CancellationToken cancellation) =>
        FileLock.TakeAsync(_home.TreeLock, () => _progress.Begin("wait for another composition to end").Done(), cancellation);

    /// <summary>The repository of a home's composed trees.</summary>
    public static OstreeRepository Store(LabHome home) => new(Path.Combine(home.Trees, "repo"));

    /// <summary>GnuPG's folder in a home.</summary>
    internal static string KeyFolder(LabHome home) => Path.Combine(home.Trees, "gnupg");

    /// <summary>Composes trees and what they rest on, in order; those that are there already cost nothing.</summary>
    /// <param name="trees">The trees; of one ref, the later are the newer.</param>
    /// <param name="cancellation">Gives up; what was finished stays, nothing half-made does.</param>
    /// <exception cref="HostException">A tool failed; its last output is in the message.</exception>
    /// <exception cref="DefinitionException">A definition asks for what can't be made.</exception>
    public async Task<IReadOnlyList<ComposedTree>> ComposeAsync(IReadOnlyList<TreeDefinition> trees, CancellationToken cancellation = default)
    {
        using var guard = await LockAsync(cancellation);
        await Repository.EnsureAsync(cancellation);
        Workshop.Sweep(_home.Trees);
        SigningKey? key = null;
        async Task<SigningKey> Key() => key ??= await KeyAsync(cancellation);
        try
        {
            // Mostly all are there, and asking is all that there is to wait for.
            var present = await Task.WhenAll(trees.Select(tree => FindAsync(tree, cancellation)));
            var composed = new List<ComposedTree>();
            foreach (var (tree, found) in trees.Zip(present))
            {
                var newest = composed.Where(other => other.Definition.Ref == tree.Ref).Select(other => other.Timestamp).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
                composed.Add(await ComposeAsync(tree, found, Key, newest, cancellation));
            }

            return composed;
        }
        finally
        {
            if (key is not null)
            {
                await key.StopAgentAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>Every composed tree in the repository: name and commit.</summary>
    public async Task<IReadOnlyList<(string Tree, string Digest, string Commit)>> ListAsync(CancellationToken cancellation = default)
    {
        await Repository.EnsureAsync(cancellation);
        var refs = await Repository.ListRefsAsync(RefPrefix, cancellation);
        return [.. refs.Select(pair => (pair.Key.Split('/'), pair.Value)).Where(pair => pair.Item1.Length >= 2)
            .Select(pair => (pair.Item1[^2], pair.Item1[^1], pair.Value)).OrderBy(tree => tree.Item1, StringComparer.Ordinal)];
    }

    /// <summary>Installs a definition's packages into a plain root, not laid out for OSTree: for what runs from memory.</summary>
    /// <param name="root">The definition; without a base.</param>
    /// <param name="hooks">Shell lines that mmdebstrap runs at the end, with the root's folder as <c>$1</c>.</param>
    /// <param name="archive">The tar file to write.</param>
    /// <param name="activity">Told how far it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">A tool failed; its last output is in the message.</exception>
    internal Task ComposeRootAsync(TreeDefinition root, IReadOnlyList<string> hooks, string archive, IActivity activity, CancellationToken cancellation) =>
        MakeRootAsync(root, hooks, archive, activity, configured: true, cancellation);

    /// <summary>Unpacks a definition's packages into a plain root without configuring any, and lays its files over: for container images.</summary>
    /// <param name="content">The definition; without a base.</param>
    /// <param name="archive">The tar file to write.</param>
    /// <param name="activity">Told how far it is.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostException">A tool failed; its last output is in the message.</exception>
    internal Task UnpackAsync(TreeDefinition content, string archive, IActivity activity, CancellationToken cancellation) =>
        MakeRootAsync(content, [], archive, activity, configured: false, cancellation);

    private async Task MakeRootAsync(TreeDefinition root, IReadOnlyList<string> hooks, string archive, IActivity activity, bool configured, CancellationToken cancellation)
    {
        using var guard = await LockAsync(cancellation);
        Workshop.Sweep(_home.Trees);
        using var workshop = new Workshop(_home.Trees);
        await MmdebstrapAsync(root, null, hooks, archive, workshop, activity, cancellation, configured);
    }

    private static string RefOf(TreeDefinition tree) => $"{RefPrefix}/{tree.Name}/{tree.Digest}.{Recipe}";

    private async Task<ComposedTree?> FindAsync(TreeDefinition tree, CancellationToken cancellation) =>
        await Repository.ResolveAsync(RefOf(tree), cancellation) is { } commit
            ? new ComposedTree(tree, commit, await Repository.TimestampAsync(commit, cancellation), Fresh: false)
            : null;

    private async Task<ComposedTree> ComposeAsync(TreeDefinition tree, ComposedTree? found, Func<Task<SigningKey>> key, DateTimeOffset after, CancellationToken cancellation)
    {
        // Another of those asked for may rest on it, and then it is there by now.
        found ??= await FindAsync(tree, cancellation);
        if (found?.Timestamp > after)
        {
            return found;
        }

        var below = tree.Base is null || found is not null ? null : await ComposeAsync(tree.Base, found: null, key, DateTimeOffset.MinValue, cancellation);
        using var activity = _progress.Begin($"compose tree {tree.Name}");
        using var workshop = new Workshop(_home.Trees);
        var now = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
        var recipe = new TreeCommit(tree.Version ?? tree.Name, now > after ? now : after.AddSeconds(1)) { Ref = tree.Ref, Key = await key() };
        recipe = found is not null ? recipe with { Base = found.Commit }
            : tree.IsOverlay ? recipe with { Base = below!.Commit, Archives = [await LayerAsync(tree, workshop, name => UnitOfCommitAsync(below.Commit, name, cancellation))] }
            : recipe with { Archives = await PackagesAsync(tree, below, workshop, activity, cancellation) };
        activity.Report("writing the commit");
        var commit = await Repository.CommitAsync(recipe, cancellation);
        await Repository.SetRefAsync(RefOf(tree), commit, cancellation);
        activity.Done($"commit {commit[..10]}");
        return new ComposedTree(tree, commit, recipe.Timestamp, Fresh: true);
    }

    private static async Task<string> LayerAsync(TreeDefinition tree, Workshop workshop, Func<string, Task<string?>> readUnit)
    {
        var archive = workshop.File("layer.tar");
        await TreeLayer.WriteAsync(tree, archive, readUnit, OstreeLayout.Place);
        return archive;
    }

    private async Task<IReadOnlyList<string>> PackagesAsync(TreeDefinition tree, ComposedTree? below, Workshop workshop, IActivity activity, CancellationToken cancellation)
    {
        var root = workshop.File("root.tar");
        await MmdebstrapAsync(tree, below, ComposeHooks.Bootloader, root, workshop, activity, cancellation);
        activity.Report("rewriting for OSTree");
        var layout = workshop.File("tree.tar");
        await using (var source = File.OpenRead(root))
        await using (var target = File.Create(layout))
        {
            await OstreeLayout.RewriteAsync(source, target, cancellation);
        }

        return [layout, await LayerAsync(tree, workshop, name => UnitOfArchiveAsync(root, name, cancellation))];
    }

    private async Task MmdebstrapAsync(TreeDefinition tree, ComposedTree? below, IReadOnlyList<string> hooks, string root, Workshop workshop, IActivity activity, CancellationToken cancellation, bool configured = true)
    {
        var mirror = await _mirror(cancellation);
        var sources = tree.AllSources;
        var early = workshop.File("early.tar");
        await TreeLayer.WriteAsync(tree with { Units = [] }, early, _ => Task.FromResult<string?>(null), path => path);
        var pins = workshop.File("pins");
        await File.WriteAllTextAsync(pins, Pins(sources), cancellation);
        var local = await LocalPackagesAsync(tree, workshop, cancellation);
        var named = tree.Packages.OfType<NamedPackage>().Select(package => package.Name).ToList();

        List<string> arguments =
        [
            $"--mode={(Environment.IsPrivilegedProcess ? "root" : "unshare")}",
            $"--variant={(below is not null ? "custom" : configured ? "minbase" : "extract")}",
            "--format=tar",
            "--aptopt=APT::Install-Recommends \"false\"",
            "--dpkgopt=path-exclude=/usr/share/man/*",
            "--dpkgopt=path-exclude=/usr/share/info/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*",
            "--dpkgopt=path-exclude=/usr/share/doc/*",
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            // A tree's own files are there before the packages, and dpkg would ask which of two to keep.
            "--dpkgopt=force-confold",
            .. below is null ? Array.Empty<string>() : [$"--setup-hook={ComposeHooks.Unpack(Repository, below.Commit)}"],
            $"--setup-hook=tar -C \"$1\" -xf {Command.Quote(early)}",
            $"--setup-hook=mkdir -p \"$1/etc/apt/preferences.d\" && cp {Command.Quote(pins)} \"$1/etc/apt/preferences.d/lab\"",
            .. named.Count == 0 ? Array.Empty<string>() : [$"--include={string.Join(',', named)}"],
            .. configured ? Array.Empty<string>() : ["--skip=output/dev,cleanup/apt,cleanup/mmdebstrap", $"--setup-hook={ComposeHooks.MergeUsr}"],
            .. (configured ? ComposeHooks.After(tree, local) : ComposeHooks.AfterUnpacking(local)).Concat(hooks).Select(hook => $"--{(configured ? "customize" : "extract")}-hook={hook}"),
            sources[0].Suite, root, "-",
        ];
        var compose = new Command("mmdebstrap", arguments)
            .WithInput(SourceLines(sources, mirror))
            .WithEnvironment("SOURCE_DATE_EPOCH", "0")
            .WithLines(line => Tell(activity, line));
        await compose.SucceedAsync(cancellation);
    }

    // mmdebstrap marks its own lines; those about hooks repeat our scripts.
    private static void Tell(IActivity activity, string line)
    {
        var said = line.StartsWith("I: ", StringComparison.Ordinal) ? line[3..] : line;
        if (!said.StartsWith("running --", StringComparison.Ordinal))
        {
            activity.Report(said);
        }
    }

    // sources.list(5). A testing suite's release says it expires within days; its signature is checked all the same, and a
    // mirror that lags must not stop a composition that pins a handful of packages.
    private static string SourceLines(IReadOnlyList<TreeSource> sources, AptMirror mirror) =>
        string.Concat(sources.Select(source => $"deb [signed-by={mirror.Keyring}{(source.Only.Count > 0 ? " check-valid-until=no" : string.Empty)}] {mirror.BaseUri} {source.Suite} main\n"));

    // apt_preferences(5): a suite with `only` gives just those packages, whatever versions the others have.
    private static string Pins(IReadOnlyList<TreeSource> sources) =>
        string.Concat(sources.Where(source => source.Only.Count > 0).Select(source =>
            $"Package: *\nPin: release n={source.Suite}\nPin-Priority: -1\n\nPackage: {string.Join(' ', source.Only)}\nPin: release n={source.Suite}\nPin-Priority: 990\n\n"));

    private static async Task<IReadOnlyList<string>> LocalPackagesAsync(TreeDefinition tree, Workshop workshop, CancellationToken cancellation)
    {
        var files = new List<string>();
        foreach (var package in tree.Packages)
        {
            var file = workshop.File(string.Create(CultureInfo.InvariantCulture, $"local-{files.Count}.deb"));
            switch (package)
            {
                case PackageFolder folder:
                    await BuildPackageAsync(folder, file, workshop, cancellation);
                    files.Add(file);
                    break;
                case PackageFile archive:
                    File.Copy(archive.File, file);
                    files.Add(file);
                    break;
            }
        }

        return files;
    }

    private static async Task BuildPackageAsync(PackageFolder package, string file, Workshop workshop, CancellationToken cancellation)
    {
        // A checkout's modes depend on the user's umask, and dpkg-deb refuses some: pack a copy with the usual ones.
        var copy = workshop.File(Path.GetFileNameWithoutExtension(file));
        await new Command("cp", "-r", "--no-preserve=mode,ownership", package.Folder, copy).SucceedAsync(cancellation);
        await new Command("chmod", "-R", "u=rwX,go=rX", copy).SucceedAsync(cancellation);
        await new Command("find", Path.Combine(copy, "DEBIAN"), "-type", "f", "-not", "-name", "control", "-not", "-name", "conffiles", "-exec", "chmod", "0755", "{}", "+").SucceedAsync(cancellation);
        var build = await new Command("dpkg-deb", "--root-owner-group", "--build", copy, file).RunAsync(cancellation);
        if (build.ExitCode != 0)
        {
            throw new DefinitionException([new Diagnostic(package.Location, $"dpkg-deb can't build {package.Folder}: {build.Error.Trim()}", "Mend its DEBIAN/control (deb-control(5)).")]);
        }
    }

    private async Task<string?> UnitOfCommitAsync(string commit, string unit, CancellationToken cancellation)
    {
        var path = $"/usr/lib/systemd/system/{unit}";
        return await Repository.ContainsAsync(commit, path, cancellation) ? await Repository.ReadAsync(commit, path, cancellation) : null;
    }

    private static async Task<string?> UnitOfArchiveAsync(string archive, string unit, CancellationToken cancellation)
    {
        var result = await new Command("tar", "-xOf", archive, $"./usr/lib/systemd/system/{unit}").RunAsync(cancellation);
        return result.ExitCode == 0 ? result.Output : null;
    }
}
