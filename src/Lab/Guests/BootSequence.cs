using System.Collections;

namespace Lab.Guests;

/// <summary>Boots in their order, with names for what they booted.</summary>
/// <param name="boots">The boots.</param>
/// <param name="name">What people call the deployment of a boot; null for one that nobody can name.</param>
public sealed class BootSequence(IReadOnlyList<BootRecord> boots, Func<BootRecord, string?> name) : IReadOnlyList<BootRecord>
{
    /// <inheritdoc/>
    public int Count => boots.Count;

    /// <inheritdoc/>
    public BootRecord this[int index] => boots[index];

    /// <inheritdoc/>
    public IEnumerator<BootRecord> GetEnumerator() => boots.GetEnumerator();

    /// <summary>As people write it: <c>new ✗, new ✗, new ✗, old ✓</c>. A question mark stands for a deployment that nobody can name.</summary>
    public override string ToString() => string.Join(", ", boots.Select(boot => $"{name(boot) ?? "?"} {(boot.Failed ? "✗" : "✓")}"));

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
