namespace Lab.Trees;

/// <summary>
/// The repository that one lab's guests update from: its trees under their refs, a signed summary, and deltas between the versions
/// of a ref. Its objects are those of the host's own repository, so it costs next to nothing.
/// </summary>
public sealed class PublishedTrees
{
    private readonly TreeComposer _composer;

    /// <param name="folder">The repository's folder.</param>
    /// <param name="composer">Where the trees come from.</param>
    public PublishedTrees(string folder, TreeComposer composer) => (Repository, _composer) = (new OstreeRepository(folder, composer.Repository), composer);

    /// <summary>The repository.</summary>
    public OstreeRepository Repository { get; }

    /// <summary>Publishes trees: of one ref, the last one given is what the ref offers.</summary>
    /// <param name="trees">Composed trees with refs.</param>
    /// <param name="earlier">The folder of a copy of what was published once, which is taken where it offers just that; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task PublishAsync(IReadOnlyList<ComposedTree> trees, string? earlier = null, CancellationToken cancellation = default)
    {
        var versions = trees.GroupBy(tree => tree.Definition.Ref!, StringComparer.Ordinal).ToList();
        var offered = versions.ToDictionary(group => group.Key, group => group.Last().Commit, StringComparer.Ordinal);
        var steps = versions.SelectMany(group => group.Zip(group.Skip(1), (from, to) => (From: from.Commit, To: to.Commit))).ToList();
        if (!Repository.Exists && earlier is not null && new OstreeRepository(earlier) is var copy && await OffersAsync(copy) == offered.Count)
        {
            copy.CopyTo(Repository.Path);
            return;
        }

        await Repository.EnsureAsync(cancellation);
        if (await OffersAsync(Repository) is not null)
        {
            return;
        }

        using var guard = await _composer.LockAsync(cancellation);
        foreach (var (from, to) in steps)
        {
            await _composer.Repository.MakeDeltaAsync(from, to, cancellation);
            await Repository.TakeDeltaAsync(from, to, cancellation);
        }

        // A summary without its signature is stale: a kill before the new one is written must not pass for done.
        Repository.Unsign();
        foreach (var (name, commit) in offered)
        {
            await Repository.SetRefAsync(name, commit, cancellation);
        }

        var key = await _composer.KeyAsync(cancellation);
        try
        {
            await Repository.WriteSummaryAsync(key, cancellation);
        }
        finally
        {
            await key.StopAgentAsync(CancellationToken.None);
        }

        // How many refs there are, where all that is wanted is among them and can be had; otherwise null.
        async Task<int?> OffersAsync(OstreeRepository repository)
        {
            var present = await repository.ListRefsAsync(null, cancellation);
            return repository.IsSigned && offered.All(pair => present.GetValueOrDefault(pair.Key) == pair.Value) && steps.TrueForAll(step => repository.HasDelta(step.From, step.To)) ? present.Count : null;
        }
    }
}
