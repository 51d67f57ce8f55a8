using Lab.Definitions;

namespace Lab.Trees;

/// <summary>A tree that stands in the repository.</summary>
/// <param name="Definition">What it was made from.</param>
/// <param name="Commit">Its commit's checksum, 64 hexadecimal digits.</param>
/// <param name="Timestamp">The commit's time. Of one ref, a later tree has a later one: clients refuse to upgrade backwards.</param>
/// <param name="Fresh">Whether this call made it; false when it was there already.</param>
public sealed record ComposedTree(TreeDefinition Definition, string Commit, DateTimeOffset Timestamp, bool Fresh);
