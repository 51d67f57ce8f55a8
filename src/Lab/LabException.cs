namespace Lab;

/// <summary>Whose failure it is. The three are never mixed: they decide the exit code and how a report sorts the run.</summary>
public enum FailureKind
{
    /// <summary>The host or the guest did what it must not do: the product under test is bad. Exit code 1.</summary>
    Product = 1,

    /// <summary>The user's definition or command line is wrong. Exit code 2.</summary>
    Definition = 2,

    /// <summary>The lab's own infrastructure failed: a tool is missing, a disk is full, QEMU died. Exit code 3.</summary>
    Infrastructure = 3,
}

/// <summary>
/// A failure that says what happened, where, the last output, and what to do next.
/// Everything the library throws on purpose derives from this; anything else is a defect of ours.
/// </summary>
public abstract class LabException : Exception
{
    /// <param name="kind">Whose failure it is.</param>
    /// <param name="message">What happened and where; the last output, if there was any.</param>
    /// <param name="remedy">What the reader can do next, or null where nothing sensible can be said.</param>
    /// <param name="inner">The cause, if it was an exception.</param>
    protected LabException(FailureKind kind, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Remedy = remedy;
    }

    /// <summary>Whose failure it is.</summary>
    public FailureKind Kind { get; }

    /// <summary>What to do next, as a sentence, or null.</summary>
    public string? Remedy { get; }
}

/// <summary>The lab's own infrastructure failed: a tool is missing or failed, a disk is full, a port is taken, QEMU died.</summary>
public sealed class HostException(string message, string? remedy = null, Exception? inner = null)
    : LabException(FailureKind.Infrastructure, message, remedy, inner);
