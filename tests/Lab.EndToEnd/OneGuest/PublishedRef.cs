using Lab.Execution;
using Lab.Trees;

namespace Lab.EndToEnd.OneGuest;

/// <summary>What a repository offers under one ref, as somebody who got at its server would change it. Disposing it puts back what was there.</summary>
internal sealed class PublishedRef : IAsyncDisposable
{
    private const string Aside = ".aside";
    private readonly OstreeRepository _repository;
    private readonly SigningKey _owner;
    private readonly string _name;
    private readonly Stack<string> _places = new();

    private PublishedRef(OstreeRepository repository, SigningKey owner, string name, string commit) =>
        (_repository, _owner, _name, Commit) = (repository, owner, name, commit);

    /// <summary>The commit that its owner published.</summary>
    public string Commit { get; }

    public static async Task<PublishedRef> OfAsync(RunningLab lab, string name)
    {
        var commit = await lab.Repository.ResolveAsync(name);
        return new PublishedRef(lab.Repository, await lab.Composer.KeyAsync(), name, commit!);
    }

    /// <summary>Offers another commit of the same files.</summary>
    /// <param name="timestamp">When it says it was made.</param>
    /// <param name="signer">Who signs it; nobody, where null.</param>
    /// <param name="boundTo">The ref that it says it belongs to.</param>
    public async Task OfferAsync(DateTimeOffset timestamp, SigningKey? signer, string? boundTo = null)
    {
        // A signature is not part of what a checksum covers, so the version keeps differently signed commits apart.
        var version = $"signed by {signer?.Fingerprint ?? "nobody"}";
        var commit = await _repository.CommitAsync(new TreeCommit(version, timestamp) { Ref = boundTo ?? _name, Base = Commit, Key = signer });
        await OfferAsync(commit);
    }

    /// <summary>Offers a commit that is in the repository already.</summary>
    public async Task OfferAsync(string commit)
    {
        await _repository.SetRefAsync(_name, commit);
        await _repository.WriteSummaryAsync(_owner);
    }

    /// <summary>Signs the list of refs with another key.</summary>
    public Task SignSummaryAsync(SigningKey signer) => _repository.WriteSummaryAsync(signer);

    /// <summary>Puts one file's content in the place of another's, and has clients fetch files one by one.</summary>
    public async Task SwapContentAsync(string file, string other)
    {
        MoveAside(Path.Combine(_repository.Path, "deltas"));
        // What is the repository's own is served before what the host's own has, which is never written to.
        var (replaced, content) = (await ChecksumAsync(file), _repository.ContentFile(await ChecksumAsync(other)));
        var place = Path.Combine(_repository.ObjectFolder, replaced[..2], replaced[2..] + ".filez");
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Copy(content, place);
        _places.Push(place);
        await _repository.WriteSummaryAsync(_owner);
    }

    /// <summary>Alters the last byte of every delta.</summary>
    public void AlterDeltas()
    {
        var parts = Directory.GetFiles(Path.Combine(_repository.Path, "deltas"), "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "superblock").ToList();
        parts.Should().NotBeEmpty();
        foreach (var part in parts)
        {
            var bytes = File.ReadAllBytes(part);
            bytes[^1] ^= 1;
            MoveAside(part);
            File.WriteAllBytes(part, bytes);
        }
    }

    /// <summary>Puts back what its owner published.</summary>
    public async Task RestoreAsync()
    {
        while (_places.TryPop(out var place))
        {
            await new Command("rm", "-rf", place).SucceedAsync();
            if (Path.Exists(place + Aside))
            {
                Directory.Move(place + Aside, place);
            }
        }

        await OfferAsync(Commit);
    }

    public async ValueTask DisposeAsync()
    {
        await RestoreAsync();
        await _owner.StopAgentAsync();
    }

    // Deltas are shared with the host's own repository, so they are never written to.
    private void MoveAside(string place)
    {
        Directory.Move(place, place + Aside);
        _places.Push(place);
    }

    private async Task<string> ChecksumAsync(string file) =>
        (await new Command("ostree", "ls", $"--repo={_repository.Path}", "--checksum", Commit, file).SucceedAsync()).Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
}
