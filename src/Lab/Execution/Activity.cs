namespace Lab.Execution;

/// <summary>
/// Where long work says what it does and how far it is. A terminal draws it, a plain log writes lines, a test keeps it.
/// </summary>
public interface IProgressSink
{
    /// <summary>Long work begins.</summary>
    /// <param name="what">What it is, as a phrase in the infinitive: "compose tree labtree-1".</param>
    /// <returns>The work; disposing it ends it, as failed unless <see cref="IActivity.Done"/> was called.</returns>
    IActivity Begin(string what);
}

/// <summary>One piece of long work under way.</summary>
public interface IActivity : IDisposable
{
    /// <summary>Says how far it is.</summary>
    /// <param name="detail">What is happening now, short.</param>
    /// <param name="fraction">0 to 1 where the end is known; null where it is not.</param>
    void Report(string detail, double? fraction = null);

    /// <summary>It ended well.</summary>
    /// <param name="outcome">What came of it, short: "241 MB, 13,600 objects", or "unchanged".</param>
    void Done(string? outcome = null);
}

/// <summary>Says nothing, for callers that do not care.</summary>
public sealed class SilentProgress : IProgressSink, IActivity
{
    /// <summary>The one instance; it holds no state.</summary>
    public static SilentProgress Instance { get; } = new();

    /// <inheritdoc/>
    public IActivity Begin(string what) => this;

    /// <inheritdoc/>
    public void Report(string detail, double? fraction = null)
    {
    }

    /// <inheritdoc/>
    public void Done(string? outcome = null)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
