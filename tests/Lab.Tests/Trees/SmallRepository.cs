using Lab.Tests.Hosting;
using Lab.Trees;

namespace Lab.Tests.Trees;

/// <summary>A real repository, gone with the test.</summary>
internal sealed class SmallRepository : IDisposable
{
    private readonly HostFolder _folder = new();
    private int _archives;

    private SmallRepository() => Repository = new OstreeRepository(_folder["repo"]);

    public OstreeRepository Repository { get; }

    public static DateTimeOffset Time { get; } = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    public static async Task<SmallRepository> CreateAsync()
    {
        var small = new SmallRepository();
        await small.Repository.EnsureAsync();
        return small;
    }

    public string File(string name) => _folder[name];

    /// <summary>A tar that ostree commits.</summary>
    public async Task<string> ArchiveAsync(SmallRoot root)
    {
        var archive = _folder[$"{_archives++}.tar"];
        await using var file = System.IO.File.Create(archive);
        await (await root.RewriteAsync()).CopyToAsync(file);
        return archive;
    }

    public async Task<string> CommitAsync(SmallRoot root, TreeCommit? commit = null) =>
        await Repository.CommitAsync((commit ?? new TreeCommit("1.0", Time)) with { Archives = [await ArchiveAsync(root)] });

    public void Dispose() => _folder.Dispose();
}
