namespace Lab.Tests.Reporting;

/// <summary>A clock that a test moves.</summary>
internal sealed class ManualTime : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);
    private TimeSpan _passed;

    public override DateTimeOffset GetUtcNow() => Start + _passed;

    public void Advance(double seconds) => _passed += TimeSpan.FromSeconds(seconds);
}
