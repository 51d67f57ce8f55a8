using Lab.Updates;

namespace Lab.Guests;

/// <summary>A guest does not undo an update as its own configuration says that it does.</summary>
public sealed class RollbackDivergedException(string guest, RollbackPrediction prediction, int boot, string why, BootSequence seen)
    : LabException(FailureKind.Product, $"Guest {guest}, boot {boot} of {prediction.Boots.Count} after the update: {why}. Predicted: {prediction}. Seen: {(seen.Count == 0 ? "no boot" : seen)}.")
{
    /// <summary>The first boot that went otherwise, from 1.</summary>
    public int Boot { get; } = boot;

    /// <summary>The boots up to there.</summary>
    public BootSequence Seen { get; } = seen;
}
