namespace Lab.Faults;

/// <summary>
/// A power cut at a moment that a seed names: the phase it falls in, and how far into it. The same seed is the same cut, so a run that
/// failed can be had again; seeds that follow each other go through the phases.
/// </summary>
/// <param name="Seed">Its name.</param>
/// <param name="Phase">When the wait for it begins.</param>
/// <param name="Offset">How long after that the power goes, on an ordinary workstation; scaled to the host.</param>
public sealed record PowerCut(int Seed, UpdatePhase Phase, TimeSpan Offset)
{
    private static readonly UpdatePhase[] Phases = Enum.GetValues<UpdatePhase>();

    /// <summary>The cut that a seed names.</summary>
    public static PowerCut Of(int seed)
    {
        var phase = Phases[(int)((uint)seed % (uint)Phases.Length)];
        // The algorithm behind a seeded Random is fixed (its documentation says so), which is what makes the seed a name.
        return new PowerCut(seed, phase, LongestOf(phase) * new Random(seed).NextDouble());
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"seed {Seed}: power cut {Offset.TotalSeconds:0.000} s into {Phase}");

    // About how long each lasts, so that cuts fall all over it and seldom after it.
    private static TimeSpan LongestOf(UpdatePhase phase) => TimeSpan.FromMilliseconds(phase switch
    {
        UpdatePhase.Pulling => 1500,
        UpdatePhase.Deploying => 800,
        UpdatePhase.Staged => 500,
        UpdatePhase.Finalizing => 300,
        UpdatePhase.EtcMerge => 250,
        UpdatePhase.BootloaderSwap => 150,
        UpdatePhase.FirstBoot => 5000,
        UpdatePhase.HealthChecks => 300,
        _ => 400,
    });
}
