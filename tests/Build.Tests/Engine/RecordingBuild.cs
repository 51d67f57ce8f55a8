using System.Runtime.CompilerServices;

namespace Pipeline.Tests.Engine;

/// <summary>A build whose targets note that they ran.</summary>
internal abstract class RecordingBuild : PipelineBuild
{
    public List<string> Ran { get; } = [];

    protected void Note([CallerMemberName] string target = "") => Ran.Add(target);
}
