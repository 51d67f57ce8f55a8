using Lab;
using Pipeline;

namespace Sample;

internal sealed class SampleBuild : PipelineBuild
{
    private Target Good => _ => _.Executes(() => WriteLine("did it"));

    private Target Bad => _ => _.Executes(() => throw new InvalidOperationException("a defect"));

    private Target Broken => _ => _.Executes(() => throw new HostException("The disk is full.", "Free some space."));

    private Target Waits => _ => _.Executes(async cancellation =>
    {
        WriteLine("waiting");
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
    });

    private Target HearsNothing => _ => _.Executes(async () =>
    {
        WriteLine("waiting");
        await Task.Delay(Timeout.InfiniteTimeSpan);
    });

    private Target GivesBack => _ => _.AssuredAfterFailure().After(Waits).Executes(() => WriteLine("gave back"));

    private static Task<int> Main(string[] args) => Execute<SampleBuild>(args, x => x.Good);
}
