using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;

namespace Lab.Cli.Commands;

/// <summary>A tree in the repository.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Composed">When its commit was made.</param>
/// <param name="Digest">What it was made from.</param>
/// <param name="UsedBy">The guests, as <c>lab/guest</c>, that were installed with it.</param>
internal sealed record StoredTree(string Name, string Commit, DateTimeOffset Composed, string Digest, IReadOnlyList<string> UsedBy);

/// <summary><c>lab tree list</c>.</summary>
internal sealed class TreeListCommand() : LabCommand("list", "Lists the trees that were composed on this host.", "lab tree list")
{
    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var users = (await context.ListUpAsync(cancellation)).SelectMany(lab => lab.Guests.Select(guest => (guest.Commit, Name: $"{lab.Name}/{guest.Name}"))).ToLookup(user => user.Commit, user => user.Name);
        var composer = context.Composer;
        var trees = new List<StoredTree>();
        foreach (var (tree, digest, commit) in await composer.ListAsync(cancellation))
        {
            trees.Add(new StoredTree(tree, commit, await composer.Repository.TimestampAsync(commit, cancellation), digest, [.. users[commit]]));
        }

        context.Show([.. trees.OrderBy(tree => tree.Name, StringComparer.Ordinal).ThenByDescending(tree => tree.Composed)], Documents.All.IReadOnlyListStoredTree, TreeViews.Stored);
        return 0;
    }
}
