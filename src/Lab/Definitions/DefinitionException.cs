namespace Lab.Definitions;

/// <summary>
/// A definition is wrong. It holds everything found in one reading of all its files, so that one round of editing can fix it.
/// The message is one line a diagnostic, each with its own fix.
/// </summary>
public sealed class DefinitionException : LabException
{
    /// <param name="diagnostics">What is wrong, in the order to be shown; at least one.</param>
    public DefinitionException(params IReadOnlyList<Diagnostic> diagnostics)
        : base(FailureKind.Definition, string.Join(Environment.NewLine, diagnostics)) => Diagnostics = diagnostics;

    /// <summary>What is wrong: the file that was asked for first, then the files it names; each from top to bottom.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }
}
