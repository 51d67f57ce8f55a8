namespace Lab.Reporting;

/// <summary>Where moments stand in a picture: a stretch of time laid over a stretch of paper.</summary>
/// <param name="time">The time.</param>
/// <param name="left">Where it begins, in the picture's units.</param>
/// <param name="right">Where it ends.</param>
internal sealed class TimeAxis(Interval time, double left, double right)
{
    // People read seconds, minutes and hours, so these and not powers of ten.
    private static readonly double[] Steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];

    /// <summary>Where a moment stands.</summary>
    public double this[DateTimeOffset moment] => time.Duration <= TimeSpan.Zero ? left : left + ((right - left) * Math.Clamp((moment - time.Start) / time.Duration, 0, 1));

    /// <summary>Draws the marks of the time since the beginning, no closer than their labels allow.</summary>
    /// <param name="canvas">What is drawn on.</param>
    /// <param name="top">Where the lines begin.</param>
    /// <param name="bottom">Where they end.</param>
    /// <param name="label">The base line of the labels.</param>
    public void Draw(SvgCanvas canvas, double top, double bottom, double label)
    {
        var seconds = time.Duration.TotalSeconds;
        var most = (right - left) / 70;
        var step = Steps.FirstOrDefault(step => seconds / step <= most, Steps[^1] * Math.Ceiling(seconds / Steps[^1] / most));
        for (var at = 0.0; at <= seconds; at += step)
        {
            var x = this[time.Start.AddSeconds(at)];
            canvas.Line(x, top, x, bottom, "grid");
            canvas.Text(x, label, Label(at, step), "tick");
        }
    }

    private static string Label(double seconds, double step) => seconds switch
    {
        _ when step < 1 => $"{seconds:0.0} s",
        _ when step < 60 && seconds < 60 => $"{seconds:0} s",
        < 3600 => $"{Math.Floor(seconds / 60):0}:{seconds % 60:00} min",
        _ => $"{Math.Floor(seconds / 3600):0}:{Math.Floor(seconds / 60 % 60):00} h",
    };
}
