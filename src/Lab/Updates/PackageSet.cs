using System.Collections;

namespace Lab.Updates;

/// <summary>The packages of one commit, by name.</summary>
public sealed class PackageSet(IEnumerable<Package> packages) : IReadOnlyCollection<Package>
{
    private readonly IReadOnlyList<Package> sorted =
        [.. packages.Distinct().OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public int Count => sorted.Count;

    /// <summary>The package of a name, or null. Of several (multiarch, several kernels) the first.</summary>
    public Package? Find(string name) => sorted.FirstOrDefault(package => package.Name == name);

    /// <summary>What an update from this set to a later one does.</summary>
    /// <remarks>
    /// A package counts as changed if the later set has its name, best with the same architecture; where a name stands
    /// several times, the surplus is added or removed.
    /// </remarks>
    public PackageDifference DifferenceTo(PackageSet later)
    {
        var removed = sorted.Except(later).ToList();
        var added = later.Except(sorted).ToList();
        var changed = new List<PackageChange>();
        Pair(static package => (package.Name, package.Architecture));
        Pair(static package => (package.Name, string.Empty));
        return new PackageDifference(added, removed, [.. changed.OrderBy(change => change.Name, StringComparer.Ordinal)]);

        void Pair(Func<Package, (string Name, string Architecture)> key)
        {
            var candidates = added.ToLookup(key);
            var pairs = removed.GroupBy(key).SelectMany(group => group.Zip(candidates[group.Key], (from, to) => new PackageChange(from, to))).ToList();
            changed.AddRange(pairs);
            removed.RemoveAll(package => pairs.Exists(pair => pair.From == package));
            added.RemoveAll(package => pairs.Exists(pair => pair.To == package));
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Package> GetEnumerator() => sorted.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
