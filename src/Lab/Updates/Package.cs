namespace Lab.Updates;

/// <summary>A package of a tree.</summary>
/// <param name="Name">Its name: <c>etcd</c>.</param>
/// <param name="Version">Its version as the packaging writes it, with epoch and release: <c>1:2.0.11-2.el7</c>.</param>
/// <param name="Architecture">What it was built for: <c>amd64</c>, <c>noarch</c>.</param>
public sealed record Package(string Name, string Version, string Architecture);
