namespace Lab.Execution;

/// <summary>Tells all steps of one piece of work as how far that piece is, where many such run side by side.</summary>
/// <param name="whole">The piece of work.</param>
public sealed class StepProgress(IActivity whole) : IProgressSink
{
    /// <inheritdoc/>
    public IActivity Begin(string what)
    {
        whole.Report(what);
        return new Step(whole, what);
    }

    private sealed class Step(IActivity whole, string what) : IActivity
    {
        public void Report(string detail, double? fraction = null) => whole.Report($"{what}: {detail}");

        public void Done(string? outcome = null)
        {
        }

        public void Dispose()
        {
        }
    }
}
