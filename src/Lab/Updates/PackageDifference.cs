namespace Lab.Updates;

/// <summary>A package that two commits have in different versions or architectures.</summary>
/// <param name="From">As the earlier commit has it.</param>
/// <param name="To">As the later commit has it.</param>
public sealed record PackageChange(Package From, Package To)
{
    /// <summary>The name, the same in both.</summary>
    public string Name => To.Name;
}

/// <summary>How the packages of two commits differ, each list by name.</summary>
/// <param name="Added">Only the later commit has them.</param>
/// <param name="Removed">Only the earlier commit has them.</param>
/// <param name="Changed">Both have them, otherwise.</param>
public sealed record PackageDifference(IReadOnlyList<Package> Added, IReadOnlyList<Package> Removed, IReadOnlyList<PackageChange> Changed)
{
    /// <summary>The two commits have the very same packages.</summary>
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;
}
