using Lab;

namespace Pipeline;

/// <summary>The pipeline was used or described wrongly, or a target found its subject wanting.</summary>
/// <param name="kind">Whose failure it is; it decides the exit code.</param>
/// <param name="message">What happened and where.</param>
/// <param name="remedy">What the reader can do next.</param>
public sealed class PipelineException(FailureKind kind, string message, string? remedy = null) : LabException(kind, message, remedy);
