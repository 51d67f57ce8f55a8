namespace Lab.Updates;

/// <summary>Output of ostree, rpm-ostree or dpkg could not be understood: the lab does not know this form of it.</summary>
public sealed class StatusFormatException(string expected, int lineNumber, string line, Exception? inner = null)
    : LabException(
        FailureKind.Infrastructure,
        $"Line {lineNumber}: expected {expected}, found: {(line.Length == 0 ? "nothing" : line)}",
        "Run the command by hand on the guest and compare: its version may print a form that is not known here yet.",
        inner)
{
    /// <summary>What would have been understood there.</summary>
    public string Expected { get; } = expected;

    /// <summary>The line, counted from 1; one past the last if the text ended too early.</summary>
    public int LineNumber { get; } = lineNumber;

    /// <summary>The line as it was; empty if the text ended too early.</summary>
    public string Line { get; } = line;
}
