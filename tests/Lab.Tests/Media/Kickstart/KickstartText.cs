using FluentAssertions;
using Lab.Definitions;
using Lab.Media.Kickstart;

namespace Lab.Tests.Media.Kickstart;

/// <summary>A kickstart in a test. In a text, <c>»</c> marks a place where a problem is expected; the mark itself is not part of it.</summary>
internal static class KickstartText
{
    public const string File = "/ks.cfg";

    public static KickstartFile Read(string text, KickstartVersion version = KickstartVersion.Rhel9) => KickstartFile.Parse(text, File, version);

    /// <summary>What is wrong with a text, which is wrong in exactly the marked places.</summary>
    public static IReadOnlyList<Diagnostic> Problems(string marked, KickstartVersion version = KickstartVersion.Rhel9)
    {
        var marks = new List<SourceLocation>();
        while (marked.IndexOf('»', StringComparison.Ordinal) is >= 0 and var mark)
        {
            var before = marked[..mark].Split('\n');
            marks.Add(new SourceLocation(File, before.Length, before[^1].Length + 1));
            marked = marked.Remove(mark, 1);
        }

        var failure = FluentActions.Invoking(() => Read(marked, version)).Should().Throw<DefinitionException>().Which;
        failure.Diagnostics.Select(diagnostic => diagnostic.Location.ToString()).Distinct().Should().BeEquivalentTo(marks.Select(mark => mark.ToString()), because: failure.Message);
        return failure.Diagnostics;
    }
}
