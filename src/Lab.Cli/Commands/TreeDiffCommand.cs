using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Definitions.Yaml;
using Lab.Trees;
using Lab.Updates;

namespace Lab.Cli.Commands;

/// <summary>How two trees differ.</summary>
/// <param name="From">The earlier commit.</param>
/// <param name="To">The later commit.</param>
/// <param name="Packages">Their packages' difference.</param>
/// <param name="Files">Their files' difference.</param>
internal sealed record TreeDifference(string From, string To, PackageDifference Packages, FileCount Files);

/// <summary>How many files differ between two trees.</summary>
internal sealed record FileCount(int Added, int Removed, int Modified);

/// <summary><c>lab tree diff</c>.</summary>
internal sealed class TreeDiffCommand : LabCommand
{
    private readonly Argument<string> _from = new("A") { Description = "The earlier tree: its name (the newest of that name), or its commit or the first digits of it" };
    private readonly Argument<string> _to = new("B") { Description = "The later tree, likewise" };

    public TreeDiffCommand()
        : base("diff", "Shows how two composed trees differ: their packages, and the number of files.", "lab tree diff labtree-1 labtree-2")
    {
        Add(_from);
        Add(_to);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var composer = context.Composer;
        var trees = await composer.ListAsync(cancellation);
        var (from, to) = (await FindAsync(line.GetRequiredValue(_from)), await FindAsync(line.GetRequiredValue(_to)));
        var packages = (await PackagesAsync(composer.Repository, from, cancellation)).DifferenceTo(await PackagesAsync(composer.Repository, to, cancellation));
        context.Show(new TreeDifference(from, to, packages, await CountAsync(composer.Repository, from, to, cancellation)), Documents.All.TreeDifference, TreeViews.Difference);
        return 0;

        async Task<string> FindAsync(string word)
        {
            var named = trees.Where(tree => tree.Tree == word).Select(tree => tree.Commit).ToList();
            var dated = new List<(DateTimeOffset Made, string Commit)>();
            foreach (var commit in named)
            {
                dated.Add((await composer.Repository.TimestampAsync(commit, cancellation), commit));
            }

            return (dated.Count > 0 ? dated.Max().Commit : await composer.Repository.ResolveAsync(word, cancellation))
                ?? throw new CommandLineMistake($"No tree `{word}` was composed here.", $"{Spelling.DidYouMean(word, trees.Select(tree => tree.Tree))}`lab tree list` lists them.");
        }
    }

    private static async Task<PackageSet> PackagesAsync(OstreeRepository repository, string commit, CancellationToken cancellation) =>
        DpkgStatusParser.Parse(await repository.ReadAsync(commit, OstreeUpdater.PackageDatabase, cancellation));

    // ostree-diff(1): one line a file, A for added, D for deleted, M for modified.
    private static async Task<FileCount> CountAsync(OstreeRepository repository, string from, string to, CancellationToken cancellation)
    {
        var lines = (await new Execution.Command("ostree", "diff", $"--repo={repository.Path}", from, to).SucceedAsync(cancellation)).Split('\n');
        return new FileCount(Count('A'), Count('D'), Count('M'));

        int Count(char kind) => lines.Count(line => line.StartsWith(kind));
    }
}
