using System.Text;
using FluentAssertions;
using Lab.Definitions;

namespace Lab.Tests.Definitions;

/// <summary>
/// A lab's folder on disk, for one test. In what is written to it, <c>»</c> marks a place where a problem is expected; the mark
/// itself does not reach the file.
/// </summary>
internal sealed class DefinitionFolder : IDisposable
{
    private readonly List<SourceLocation> _marks = [];

    public DefinitionFolder(string name = "web")
    {
        Top = Directory.CreateTempSubdirectory("lab-definitions-").FullName;
        Root = Directory.CreateDirectory(Path.Combine(Top, name)).FullName;
    }

    public string Root { get; }

    private string Top { get; }

    public string this[string relative] => Path.GetFullPath(relative, Root);

    public DefinitionFolder With(string relative, string text)
    {
        var file = this[relative];
        while (text.IndexOf('»', StringComparison.Ordinal) is >= 0 and var mark)
        {
            var before = text[..mark].Split('\n');
            _marks.Add(new SourceLocation(file, before.Length, before[^1].Length + 1));
            text = text.Remove(mark, 1);
        }

        return WithBytes(relative, Encoding.UTF8.GetBytes(text));
    }

    public DefinitionFolder WithBytes(string relative, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.WriteAllBytes(this[relative], bytes);
        return this;
    }

    public LabDefinition Lab() => LabDefinition.Load(Root);

    public TreeDefinition Tree(string relative = "tree.yaml") => TreeDefinition.Load(this[relative]);

    /// <summary>What is wrong with the lab, which is wrong in exactly the marked places.</summary>
    public IReadOnlyList<Diagnostic> LabProblems() => Problems(() => Lab());

    /// <summary>What is wrong with a tree file, which is wrong in exactly the marked places.</summary>
    public IReadOnlyList<Diagnostic> TreeProblems(string relative = "tree.yaml") => Problems(() => Tree(relative));

    public void Dispose() => Directory.Delete(Top, recursive: true);

    private IReadOnlyList<Diagnostic> Problems(Action load)
    {
        var failure = load.Should().Throw<DefinitionException>().Which;
        failure.Kind.Should().Be(FailureKind.Definition);
        failure.Diagnostics.Select(diagnostic => diagnostic.Location).Should().BeEquivalentTo(_marks, because: failure.Message);
        return failure.Diagnostics;
    }
}
