namespace Lab.Updates;

/// <summary>A boot that must come.</summary>
/// <param name="Entry">The bootloader's entry: 0 is the newest deployment.</param>
/// <param name="Commit">What it boots.</param>
/// <param name="Fails">Whether it fails: red, or dead before its checks.</param>
/// <param name="CounterBefore">GRUB's <c>boot_counter</c> as it finds it; null where that is not counted, or not by GRUB.</param>
/// <param name="CounterAfter">And as it leaves it.</param>
public sealed record ExpectedBoot(string Entry, string Commit, bool Fails, int? CounterBefore = null, int? CounterAfter = null);

/// <summary>
/// What an update must lead to, boot by boot, under the host's own way of undoing updates. Whoever follows it knows at the first
/// boot that goes otherwise that the host does not do what it was built to do.
/// </summary>
/// <param name="From">The commit that ran when the update was staged.</param>
/// <param name="To">The update.</param>
/// <param name="Fate">What becomes of the update.</param>
/// <param name="Boots">Every boot, in order.</param>
/// <param name="Judged">Whether the host's own health checks give a verdict on a boot.</param>
public sealed record RollbackPrediction(string From, string To, UpdateFate Fate, IReadOnlyList<ExpectedBoot> Boots, bool Judged)
{
    /// <summary>Whether the last boot stays. Where nobody counts, a host that can't boot tries for ever.</summary>
    public bool Settles => !Boots[^1].Fails;

    /// <summary>What runs in the end; null where nothing does.</summary>
    public string? Ends => Settles ? Boots[^1].Commit : null;

    /// <summary>What people call a commit of it: <c>old</c> or <c>new</c>; null for any other.</summary>
    public string? NameOf(string? commit) => commit == From ? "old" : commit == To ? "new" : null;

    /// <summary>As people write it: <c>new ✗, new ✗, new ✗, old ✓</c>.</summary>
    public override string ToString() => string.Join(", ", Boots.Select(boot => $"{NameOf(boot.Commit)} {(boot.Fails ? "✗" : "✓")}"));
}
