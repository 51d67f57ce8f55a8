using System.Formats.Tar;
using System.Text;
using Lab.Definitions;
using Lab.Execution;
using Lab.Hosting;
using Lab.Trees;

namespace Lab.Building;

/// <summary>Trees and commits, against <c>ostree commit</c> and mmdebstrap.</summary>
/// <param name="composer">Composes in the scratch home.</param>
/// <param name="key">What commits are signed with.</param>
/// <param name="scratch">Where archives go.</param>
/// <param name="turns">The rounds.</param>
internal sealed class BenchTrees(TreeComposer composer, SigningKey key, BenchScratch scratch, BenchTurns turns)
{
    /// <summary>An overlay tree from nothing, and all trees with nothing to do.</summary>
    public async Task<IReadOnlyList<BenchLine>> ComposeAsync(LabDefinition lab, CancellationToken cancellation)
    {
        var tree = lab.Trees.First(tree => tree.IsOverlay);
        var below = (await composer.ComposeAsync([tree.Base!], cancellation))[0];
        var layer = scratch.PathOf("layer.tar");
        await WriteLayerAsync(tree, layer, cancellation);
        var (ours, plain) = await turns.Quick.TakeAsync(
            async () =>
            {
                await ForgetAsync(tree, cancellation);
                await key.StopAgentAsync(cancellation);
                return await turns.TimeAsync(() => composer.ComposeAsync([tree], cancellation));
            },
            async () =>
            {
                // Lab ends the agent that signing starts; both start one, then.
                await key.StopAgentAsync(cancellation);
                return await turns.TimeAsync(() => new Command(
                    "ostree", "commit", $"--repo={composer.Repository.Path}", "--orphan", $"--tree=ref={below.Commit}", $"--tree=tar={layer}",
                    "--tar-autocreate-parents", $"--bind-ref={tree.Ref}", $"--gpg-sign={key.Fingerprint}", $"--gpg-homedir={key.Folder}").SucceedAsync(cancellation));
            });
        await key.StopAgentAsync(cancellation);
        var unchanged = await turns.Quick.TakeAsync(() => turns.TimeAsync(() => composer.ComposeAsync(lab.Trees, cancellation)));
        return
        [
            new BenchLine(
                "compose an overlay tree",
                new BenchSide($"TreeComposer.ComposeAsync({tree.Name}), its base composed", ours),
                new BenchSide("ostree commit of the same layer over the same base, signed", plain)),
            new BenchLine(
                "compose, nothing changed",
                new BenchSide($"TreeComposer.ComposeAsync({string.Join(", ", lab.Trees.Select(other => other.Name))})", unchanged),
                BenchSide.None),
        ];
    }

    /// <summary>One commit of a whole system into an empty repository.</summary>
    public async Task<IReadOnlyList<BenchLine>> CommitAsync(TreeDefinition tree, CancellationToken cancellation)
    {
        var lowest = tree;
        while (lowest.Base is { } below)
        {
            lowest = below;
        }

        var commit = (await composer.ComposeAsync([lowest], cancellation))[0].Commit;
        var archive = scratch.PathOf("base.tar");
        await using (var file = File.Create(archive))
        {
            await new Command("ostree", "export", $"--repo={composer.Repository.Path}", commit)
                .WithOutputTo((stream, stop) => stream.CopyToAsync(file, stop))
                .SucceedAsync(cancellation);
        }

        var recipe = new TreeCommit(Bench.Name, DateTimeOffset.UnixEpoch) { Archives = [archive] };
        var (ours, plain) = await turns.Long.TakeAsync(
            () => IntoEmptyAsync(repository => repository.CommitAsync(recipe, cancellation), cancellation),
            () => IntoEmptyAsync(
                repository => new Command("ostree", "commit", $"--repo={repository.Path}", "--orphan", $"--tree=tar={archive}", "--tar-autocreate-parents").SucceedAsync(cancellation),
                cancellation));
        var size = new FileInfo(archive).Length;
        File.Delete(archive);
        return
        [
            new BenchLine(
                "commit a whole system",
                new BenchSide("OstreeRepository.CommitAsync", ours),
                new BenchSide("ostree commit --tree=tar", plain)) { Note = $"{lowest.Name}: {size / 1_000_000} MB of tar into an empty archive repository" },
        ];
    }

    /// <summary>A tree of packages over its base, against all of its packages at once. Once: it takes minutes.</summary>
    public async Task<IReadOnlyList<BenchLine>> PackagesAsync(TreeDefinition tree, CancellationToken cancellation)
    {
        var mirror = await new AptMirrors().FindAsync(cancellation);
        var (sources, packages) = (new List<TreeSource>(), new List<string>());
        for (var part = tree; part is not null; part = part.Base)
        {
            sources.AddRange(part.Sources);
            packages.AddRange(part.Packages.OfType<NamedPackage>().Select(package => package.Name));
        }

        var archive = scratch.PathOf("packages.tar");
        await ForgetAsync(tree, cancellation);
        var ours = await turns.TimeAsync(() => composer.ComposeAsync([tree], cancellation));
        var plain = await turns.TimeAsync(() => new Command(
            "mmdebstrap", $"--mode={(Environment.IsPrivilegedProcess ? "root" : "unshare")}", "--variant=minbase", "--format=tar",
            "--aptopt=APT::Install-Recommends \"false\"", $"--include={string.Join(',', packages)}", sources[0].Suite, archive, "-")
            .WithInput($"deb [signed-by={mirror.Keyring}] {mirror.BaseUri} {sources[0].Suite} main\n")
            .SucceedAsync(cancellation));
        return
        [
            new BenchLine(
                "compose a tree of packages",
                new BenchSide($"TreeComposer.ComposeAsync({tree.Name}), its base composed", [ours]),
                new BenchSide("mmdebstrap of all its packages and its base's, no commit", [plain])),
        ];
    }

    private async Task<TimeSpan> IntoEmptyAsync(Func<OstreeRepository, Task> commit, CancellationToken cancellation)
    {
        var repository = new OstreeRepository(scratch.PathOf("empty"));
        await repository.EnsureAsync(cancellation);
        try
        {
            return await turns.TimeAsync(() => commit(repository));
        }
        finally
        {
            Directory.Delete(repository.Path, recursive: true);
        }
    }

    private async Task ForgetAsync(TreeDefinition tree, CancellationToken cancellation) =>
        await new Command("ostree", "refs", $"--repo={composer.Repository.Path}", "--delete", $"lab/{tree.Name}").SucceedAsync(cancellation);

    private static async Task WriteLayerAsync(TreeDefinition tree, string archive, CancellationToken cancellation)
    {
        await using var file = File.Create(archive);
        await using var writer = new TarWriter(file, TarEntryFormat.Pax);
        foreach (var entry in tree.Files.OfType<InlineFile>())
        {
            await using var content = new MemoryStream(Encoding.UTF8.GetBytes(entry.Content));
            await writer.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, OstreeLayout.Place(entry.Path.TrimStart('/'))) { Mode = entry.Mode, DataStream = content },
                cancellation);
        }
    }
}
