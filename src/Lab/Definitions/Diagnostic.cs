namespace Lab.Definitions;

/// <summary>One thing wrong with a definition.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="Message">What is wrong, without the closing full stop.</param>
/// <param name="Fix">What to write instead, as whole sentences.</param>
public sealed record Diagnostic(SourceLocation Location, string Message, string Fix)
{
    /// <summary><c>path:line:column: message. fix</c>, on one line.</summary>
    public override string ToString() => $"{Location}: {Message}. {Fix}";
}
