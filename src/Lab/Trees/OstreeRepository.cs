using System.Text.RegularExpressions;
using Lab.Execution;

namespace Lab.Trees;

/// <summary>
/// An OSTree repository in archive mode (ostree(1), "archive" repositories are what HTTP serves), driven through the
/// <c>ostree</c> program.
/// </summary>
public sealed partial class OstreeRepository
{
    /// <param name="path">The repository's folder.</param>
    /// <param name="store">The repository of this host whose objects it has besides its own, without a copy or a link of them; null for none.</param>
    public OstreeRepository(string path, OstreeRepository? store = null) => (Path, Store) = (path, store);

    /// <summary>The repository's folder.</summary>
    public string Path { get; }

    /// <summary>The repository whose objects it has besides its own; null for none.</summary>
    public OstreeRepository? Store { get; }

    /// <summary>Whether it was made; its folder alone is none.</summary>
    public bool Exists => File.Exists(ConfigFile);

    /// <summary>Makes the repository where it is not there.</summary>
    public async Task EnsureAsync(CancellationToken cancellation = default)
    {
        if (!Exists)
        {
            Directory.CreateDirectory(Path);
            await Ostree("init", "--mode=archive").SucceedAsync(cancellation);
        }

        // A kill may have come between the two.
        if (Store is not null && !(await File.ReadAllTextAsync(ConfigFile, cancellation)).Contains("\nparent=", StringComparison.Ordinal))
        {
            await Ostree("config", "set", "core.parent", Store.Path).SucceedAsync(cancellation);
        }
    }

    /// <summary>The commit that a ref or an abbreviated checksum stands for, or null.</summary>
    public async Task<string?> ResolveAsync(string revision, CancellationToken cancellation = default)
    {
        // A ref is a file with its commit; to start the program takes longer than all else that there is to ask when nothing has changed.
        var file = System.IO.Path.Combine(Path, "refs/heads", revision);
        if (File.Exists(file) && (await File.ReadAllTextAsync(file, cancellation)).Trim() is { Length: 64 } commit && commit.All(char.IsAsciiHexDigitLower))
        {
            return commit;
        }

        var result = await Ostree("rev-parse", revision).RunAsync(cancellation);
        return result.ExitCode == 0 ? result.Output.Trim() : null;
    }

    /// <summary>When a commit was made.</summary>
    public async Task<DateTimeOffset> TimestampAsync(string commit, CancellationToken cancellation = default)
    {
        var commitFile = System.IO.Path.Combine(ObjectFolder, commit[..2], commit[2..] + ".commit");
        return File.Exists(commitFile) ? CommitObject.Timestamp(await File.ReadAllBytesAsync(commitFile, cancellation))
            : Store is not null ? await Store.TimestampAsync(commit, cancellation)
            : throw new HostException($"{Path} has no commit {commit}.", "Remove that repository; it is made again.");
    }

    /// <summary>All refs below a prefix, with their commits.</summary>
    /// <param name="prefix">The first components of the refs wanted, without a slash at the end; null for all.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyDictionary<string, string>> ListRefsAsync(string? prefix, CancellationToken cancellation = default)
    {
        // Each is a file (ostree(1), "refs"); to start the program takes longer.
        var heads = System.IO.Path.Combine(Path, "refs/heads");
        var below = System.IO.Path.Combine(heads, prefix ?? string.Empty);
        var names = Directory.Exists(below) ? Directory.EnumerateFiles(below, "*", SearchOption.AllDirectories).Select(file => System.IO.Path.GetRelativePath(heads, file)) : [];
        var refs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            refs[name] = await ResolveAsync(name, cancellation) ?? throw new HostException($"Ref {name} of {Path} leads nowhere.", "Remove that repository; it is made again.");
        }

        return refs;
    }

    /// <summary>Points a ref at a commit, whether it was there or not.</summary>
    public Task SetRefAsync(string name, string commit, CancellationToken cancellation = default) =>
        Ostree("refs", "--force", $"--create={name}", commit).SucceedAsync(cancellation);

    /// <summary>Writes a commit of the given trees laid over each other, the last on top, and returns its checksum.</summary>
    /// <param name="commit">What the commit is of.</param>
    /// <param name="cancellation">Gives up; the repository keeps at most loose objects that the next prune removes.</param>
    public async Task<string> CommitAsync(TreeCommit commit, CancellationToken cancellation = default)
    {
        string[] arguments =
        [
            "commit", "--orphan", $"--timestamp={commit.Timestamp.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}",
            $"--add-metadata-string=version={commit.Version}",
            .. commit.Ref is null ? Array.Empty<string>() : [$"--bind-ref={commit.Ref}"],
            .. commit.Base is null ? Array.Empty<string>() : [$"--tree=ref={commit.Base}"],
            .. commit.Archives.Select(archive => $"--tree=tar={archive}"),
            "--tar-autocreate-parents",
            commit.Parent is null ? "--parent=none" : $"--parent={commit.Parent}",
            .. commit.Key is null ? Array.Empty<string>() : [$"--gpg-sign={commit.Key.Fingerprint}", $"--gpg-homedir={commit.Key.Folder}"],
        ];
        var output = await Ostree(arguments).SucceedAsync(cancellation);
        return output.Trim().Split('\n')[^1].Trim();
    }

    /// <summary>The text of a file in a commit.</summary>
    /// <exception cref="HostCommandFailedException">The commit or the file is not there.</exception>
    public Task<string> ReadAsync(string commit, string file, CancellationToken cancellation = default) =>
        Ostree("cat", commit, file).SucceedAsync(cancellation);

    /// <summary>Writes a file of a commit, byte for byte, to a file of the host.</summary>
    public async Task CopyOutAsync(string commit, string file, string destination, CancellationToken cancellation = default)
    {
        var copy = Ostree("cat", commit, file).WithOutputTo(async (stream, token) =>
        {
            await using var target = File.Create(destination);
            await stream.CopyToAsync(target, token);
        });
        await copy.SucceedAsync(cancellation);
    }

    /// <summary>How many objects a commit has, itself included: what a client without any of them would fetch one by one.</summary>
    public async Task<int> CountObjectsAsync(string commit, CancellationToken cancellation = default)
    {
        // A file has one checksum, a folder two: of what is in it, and of its own mode and owner.
        var listing = await ListAsync(commit, cancellation);
        return Checksum().Matches(listing).Select(match => match.Value).Distinct(StringComparer.Ordinal).Count() + 1;
    }

    /// <summary>How many bytes a commit's files take here, compressed: what a client without any of them would fetch.</summary>
    public async Task<long> ContentSizeAsync(string commit, CancellationToken cancellation = default)
    {
        // A file's line: mode, owner, group, size, checksum, path.
        var listing = await ListAsync(commit, cancellation);
        return listing.Split('\n')
            .Where(line => line.StartsWith('-'))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4])
            .Distinct(StringComparer.Ordinal)
            .Sum(checksum => new FileInfo(ContentFile(checksum)).Length);
    }

    /// <summary>Where the content of a checksum is, compressed, as HTTP serves it.</summary>
    public string ContentFile(string checksum)
    {
        var file = System.IO.Path.Combine(ObjectFolder, checksum[..2], checksum[2..] + ".filez");
        return Store is null || File.Exists(file) ? file : Store.ContentFile(checksum);
    }

    /// <summary>The folder of its own objects.</summary>
    public string ObjectFolder => System.IO.Path.Combine(Path, "objects");

    /// <summary>Whether a file is in a commit.</summary>
    public async Task<bool> ContainsAsync(string commit, string file, CancellationToken cancellation = default) =>
        (await Ostree("ls", commit, file).RunAsync(cancellation)).ExitCode == 0;

    /// <summary>Whether there is a static delta between two commits.</summary>
    public bool HasDelta(string from, string to) => File.Exists(System.IO.Path.Combine(Path, DeltaFolder(from, to), "superblock"));

    /// <summary>Makes a static delta between two commits, one file instead of many small ones, unless it is there.</summary>
    public async Task MakeDeltaAsync(string from, string to, CancellationToken cancellation = default)
    {
        if (!HasDelta(from, to))
        {
            await Ostree("static-delta", "generate", $"--from={from}", $"--to={to}").SucceedAsync(cancellation);
        }
    }

    /// <summary>Takes a delta of its store, linking the files: a summary tells of its own deltas alone.</summary>
    public async Task TakeDeltaAsync(string from, string to, CancellationToken cancellation = default)
    {
        var folder = DeltaFolder(from, to);
        var target = System.IO.Path.Combine(Path, folder);
        if (!Directory.Exists(target))
        {
            // ostree's own folder for what is not finished: a kill must not leave half a delta under its name.
            var partial = System.IO.Path.Combine(Path, "tmp", System.IO.Path.GetFileName(folder));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            await new Command("rm", "-rf", partial).SucceedAsync(cancellation);
            await new Command("cp", "-al", System.IO.Path.Combine(Store!.Path, folder), partial).SucceedAsync(cancellation);
            Directory.Move(partial, target);
        }
    }

    /// <summary>Writes the summary, which tells clients the refs and the deltas, and signs it.</summary>
    public Task WriteSummaryAsync(SigningKey key, CancellationToken cancellation = default) =>
        Ostree("summary", "--update", $"--gpg-sign={key.Fingerprint}", $"--gpg-homedir={key.Folder}").SucceedAsync(cancellation);

    /// <summary>Whether what it tells clients is signed.</summary>
    public bool IsSigned => File.Exists(System.IO.Path.Combine(Path, Signature));

    /// <summary>Takes the signature off what it tells clients: it is stale from then on.</summary>
    public void Unsign() => File.Delete(System.IO.Path.Combine(Path, Signature));

    /// <summary>Copies what it tells clients: refs, deltas, the summary, its signature and, at the end, the configuration by which the copy exists. Objects of its own are left out.</summary>
    /// <param name="folder">The folder of the copy; made where it is not there.</param>
    public void CopyTo(string folder)
    {
        // What ostree expects to be there, as `ostree init` makes it.
        foreach (var empty in (string[])["extensions", "objects", "refs/heads", "refs/mirrors", "refs/remotes", "state", "tmp/cache"])
        {
            Directory.CreateDirectory(System.IO.Path.Combine(folder, empty));
        }

        // Its configuration last, by which it is known to be there: what a kill leaves without it is copied anew.
        foreach (var part in (string[])["refs", "deltas", "summary", Signature, "config"])
        {
            var whole = System.IO.Path.Combine(Path, part);
            foreach (var file in Directory.Exists(whole) ? Directory.EnumerateFiles(whole, "*", SearchOption.AllDirectories) : File.Exists(whole) ? [whole] : [])
            {
                var copy = System.IO.Path.Combine(folder, System.IO.Path.GetRelativePath(Path, file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
                File.Copy(file, copy, overwrite: true);
            }
        }
    }

    /// <summary>Removes what no ref reaches.</summary>
    public Task PruneAsync(CancellationToken cancellation = default) =>
        Ostree("prune", "--refs-only").SucceedAsync(cancellation);

    private const string Signature = "summary.sig";

    // ostree.repo-config(5)
    private string ConfigFile => System.IO.Path.Combine(Path, "config");

    // ostree-core-private: checksums in base64 with '_' for '/', the first two digits a folder of their own.
    private static string DeltaFolder(string from, string to)
    {
        static string Short(string checksum) => Convert.ToBase64String(Convert.FromHexString(checksum)).TrimEnd('=').Replace('/', '_');
        return System.IO.Path.Combine("deltas", Short(from)[..2], $"{Short(from)[2..]}-{Short(to)}");
    }

    private Task<string> ListAsync(string commit, CancellationToken cancellation) => Ostree("ls", "--recursive", "--checksum", commit).SucceedAsync(cancellation);

    [GeneratedRegex(@"(?<=\s)[0-9a-f]{64}(?=\s)", RegexOptions.ExplicitCapture)]
    private static partial Regex Checksum();

    internal Command Ostree(string verb, params string[] arguments) =>
        new("ostree", [verb, $"--repo={Path}", .. arguments]);

    private Command Ostree(string[] arguments) => Ostree(arguments[0], arguments[1..]);
}

/// <summary>What goes into one commit.</summary>
/// <param name="Version">The <c>version</c> metadata, which status commands show.</param>
/// <param name="Timestamp">When it was made; whole seconds.</param>
public sealed record TreeCommit(string Version, DateTimeOffset Timestamp)
{
    /// <summary>The ref that clients may find it under (ostree's ref binding), or null for a commit that is never served.</summary>
    public string? Ref { get; init; }

    /// <summary>The commit that the archives are laid over.</summary>
    public string? Base { get; init; }

    /// <summary>Tar files, the last on top.</summary>
    public IReadOnlyList<string> Archives { get; init; } = [];

    /// <summary>The commit before it in the ref's history.</summary>
    public string? Parent { get; init; }

    /// <summary>The key that signs it; null leaves it unsigned.</summary>
    public SigningKey? Key { get; init; }
}
