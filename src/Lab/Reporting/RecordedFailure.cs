using System.Diagnostics;
using Lab.Definitions;

namespace Lab.Reporting;

/// <summary>Why a step failed, and whose failure it is.</summary>
/// <param name="Kind">The product's, the definition's, or the lab's own.</param>
/// <param name="At">When it was noticed. The first of a run decides its verdict: what fails later may be its consequence.</param>
/// <param name="Message">What happened and where, with the last output.</param>
/// <param name="Remedy">What to do next, or null.</param>
/// <param name="Location">The line of the scenario that it came from, <c>file:line</c>; null where nobody knows.</param>
/// <param name="Exception">The exception's type; null where none was thrown.</param>
/// <param name="Trace">The exception's stack trace; null likewise.</param>
public sealed record RecordedFailure(FailureKind Kind, DateTimeOffset At, string Message, string? Remedy = null, string? Location = null, string? Exception = null, string? Trace = null)
{
    /// <summary>Sorts an exception: <see cref="LabException"/> says itself whose failure it is, an assertion's is the product's, all else is ours.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="at">When.</param>
    /// <param name="scenario">The source file of the scenario; the innermost frame in it is where the failure came from.</param>
    /// <param name="line">The line to name where no frame is in that file.</param>
    public static RecordedFailure Of(Exception failure, DateTimeOffset at, string scenario, int line) => new(
        failure is LabException known ? known.Kind : IsAssertion(failure) ? FailureKind.Product : FailureKind.Infrastructure,
        at,
        failure.Message.Trim(),
        (failure as LabException)?.Remedy,
        $"{SourceLocation.Shorten(scenario)}:{LineIn(failure, scenario) ?? line}",
        failure.GetType().FullName,
        failure.StackTrace);

    // Test frameworks share no type for a failed assertion. What they share is the word: AssertionException, AssertFailedException, …
    private static bool IsAssertion(Exception failure) => failure.GetType().Name.Contains("Assert", StringComparison.Ordinal);

    private static int? LineIn(Exception failure, string scenario) =>
        new StackTrace(failure, fNeedFileInfo: true).GetFrames().FirstOrDefault(frame => frame.GetFileName() == scenario)?.GetFileLineNumber();
}
