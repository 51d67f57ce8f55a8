using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Trees;

namespace Lab.Cli.Commands;

/// <summary>A tree that was asked for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ref">The ref that it is published under.</param>
/// <param name="Version">Its version.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Composed">When its commit was made.</param>
/// <param name="Fresh">Whether this call made it.</param>
internal sealed record TreeSummary(string Name, string? Ref, string? Version, string Commit, DateTimeOffset Composed, bool Fresh)
{
    public static TreeSummary Of(ComposedTree tree) =>
        new(tree.Definition.Name, tree.Definition.Ref, tree.Definition.Version, tree.Commit, tree.Timestamp, tree.Fresh);
}

/// <summary><c>lab tree compose</c>.</summary>
internal sealed class TreeComposeCommand : LabCommand
{
    private readonly Argument<string[]> _what = new("TREE-FILE|LAB")
    {
        Description = "Tree files, and labs whose trees are meant [default: the lab.yaml here, or the only lab that is up]",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public TreeComposeCommand()
        : base("compose", "Makes OSTree commits from tree files; those that have not changed cost nothing.", "lab tree compose labs/common/trees/debian.yaml", "lab tree compose atomic-host") => Add(_what);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var asked = new List<IReadOnlyList<TreeDefinition>>();
        foreach (var word in line.GetRequiredValue(_what).DefaultIfEmpty<string?>(null))
        {
            asked.Add(word is not null && IsTreeFile(word) ? [TreeDefinition.Load(word)] : (await LabChoice.Here.DefinitionAsync(word, () => context.ListUpAsync(cancellation))).Trees);
        }

        // All files are read before the first tree is made, so that a mistake in the last one shows at once.
        var composed = new List<TreeSummary>();
        foreach (var trees in asked)
        {
            composed.AddRange((await context.Composer.ComposeAsync(trees, cancellation)).Select(TreeSummary.Of));
        }

        context.Show(composed, Documents.All.IReadOnlyListTreeSummary, TreeViews.Composed);
        return 0;
    }

    private static bool IsTreeFile(string word) =>
        LabFiles.IsPath(word) && !Directory.Exists(word) && Path.GetFileName(word) != LabDefinition.FileName;
}
