namespace Lab.Definitions;

/// <summary>A suite of the Debian archive that packages come from.</summary>
/// <param name="Suite">The suite's name, as <c>trixie</c> or <c>bookworm-backports</c>.</param>
/// <param name="Only">
/// Globs over package names, as apt_preferences(5) takes them: only packages that match come from this suite.
/// Empty means that all may.
/// </param>
/// <param name="Location">Where the definition states it.</param>
public sealed record TreeSource(string Suite, IReadOnlyList<string> Only, SourceLocation Location);
