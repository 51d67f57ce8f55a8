using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Lab.Execution;

namespace Lab.Images;

/// <summary>What an entry of a directory is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">Its type and permissions (inode(7)).</param>
internal sealed record Ext4Entry(string Name, int Mode)
{
    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => (Mode & 0xf000) == 0x4000;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsFile => (Mode & 0xf000) == 0x8000;
}

/// <summary>
/// An ext4 file system in a file of ours, read by debugfs(8) without mounting it. What is in it was written by a guest, so nothing there is
/// trusted: paths are plain ones, and no name from it becomes one on this host.
/// </summary>
/// <param name="image">The file.</param>
internal sealed partial class Ext4FileSystem(string image)
{
    // struct ext4_super_block (kernel.org/doc/html/latest/filesystems/ext4/globals.html): s_log_block_size, s_magic, s_feature_incompat.
    private const int SuperBlock = 1024;
    private const int LogBlockSize = 0x18;
    private const int Magic = 0x38;
    private const int Incompatible = 0x60;
    private const byte Recover = 0x04;

    /// <summary>The size of its blocks, in bytes.</summary>
    public int BlockSize { get; private init; }

    /// <summary>It was not unmounted: its journal holds writes that are not in their places yet.</summary>
    public bool NeedsRecovery { get; private init; }

    /// <summary>Opens it.</summary>
    /// <exception cref="InvalidDataException">It is no ext4 file system.</exception>
    public static async Task<Ext4FileSystem> OpenAsync(string image, CancellationToken cancellation = default)
    {
        var super = new byte[SuperBlock];
        await using var file = File.OpenRead(image);
        file.Position = SuperBlock;
        if (await file.ReadAtLeastAsync(super, super.Length, throwOnEndOfStream: false, cancellation) < super.Length || super[Magic] != 0x53 || super[Magic + 1] != 0xef || super[LogBlockSize] > 6)
        {
            throw new InvalidDataException("The partition holds no ext4 file system.");
        }

        return new Ext4FileSystem(image) { BlockSize = 1024 << super[LogBlockSize], NeedsRecovery = (super[Incompatible] & Recover) != 0 };
    }

    /// <summary>Does with its journal what the next mount would do.</summary>
    /// <returns>The file system as that leaves it.</returns>
    /// <exception cref="HostCommandFailedException">The journal is damaged.</exception>
    public async Task<Ext4FileSystem> RecoverAsync(CancellationToken cancellation = default)
    {
        // e2fsck(8), EXIT CODE: 1 says that errors were corrected, which replaying is.
        var replay = new Command("e2fsck", "-p", "-E", "journal_only", image);
        var result = await replay.RunAsync(cancellation);
        return result.ExitCode <= 1 ? await OpenAsync(image, cancellation) : throw new HostCommandFailedException(replay, result);
    }

    /// <summary>A directory's entries but <c>.</c> and <c>..</c>; none where there is no such directory.</summary>
    public async Task<IReadOnlyList<Ext4Entry>> ListAsync(string path, CancellationToken cancellation = default)
    {
        var listing = await AskAsync($"ls -p {Quote(path)}", cancellation);
        return listing is null ? [] :
        [
            .. Listed().Matches(Encoding.UTF8.GetString(listing))
                .Select(match => new Ext4Entry(match.Groups["name"].Value, Convert.ToInt32(match.Groups["mode"].Value, 8)))
                .Where(entry => entry.Name is not "." and not ".."),
        ];
    }

    /// <summary>A file's contents; null where there is none.</summary>
    public Task<byte[]?> ReadAsync(string path, CancellationToken cancellation = default) => AskAsync($"cat {Quote(path)}", cancellation);

    /// <summary>A file's text; null where there is none.</summary>
    public async Task<string?> ReadTextAsync(string path, CancellationToken cancellation = default) =>
        await ReadAsync(path, cancellation) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Where a symbolic link leads; null where there is none.</summary>
    public async Task<string?> ReadLinkAsync(string path, CancellationToken cancellation = default)
    {
        // Up to 59 bytes stand in the inode itself, more in a block like a file's.
        return await AskAsync($"stat {Quote(path)}", cancellation) is not { } inode ? null
            : Encoding.UTF8.GetString(inode) is var text && FastLink().Match(text) is { Success: true } link ? link.Groups["target"].Value
            : text.Contains("Type: symlink", StringComparison.Ordinal) ? await ReadTextAsync(path, cancellation)
            : null;
    }

    /// <summary>The blocks that hold a file, in its order.</summary>
    public async Task<IReadOnlyList<long>> BlocksAsync(string path, CancellationToken cancellation = default) =>
        await AskAsync($"blocks {Quote(path)}", cancellation) is { } blocks
            ? [.. Encoding.ASCII.GetString(blocks).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(block => long.Parse(block, CultureInfo.InvariantCulture))]
            : [];

    /// <summary>Copies a file out of it; does nothing where there is none.</summary>
    public async Task CopyOutAsync(string path, string destination, CancellationToken cancellation = default)
    {
        await using var file = File.Create(destination);
        await RunAsync($"cat {Quote(path)}", file, cancellation);
    }

    private async Task<byte[]?> AskAsync(string request, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        return await RunAsync(request, output, cancellation) ? output.ToArray() : null;
    }

    // It always exits with 0, and says on standard error, below its own version, what went wrong.
    private async Task<bool> RunAsync(string request, Stream output, CancellationToken cancellation)
    {
        var command = new Command("debugfs", "-R", request, image).WithOutputTo((stream, token) => stream.CopyToAsync(output, token));
        var result = await command.RunAsync(cancellation);
        var complaints = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !Version().IsMatch(line)).ToList();
        return (complaints.Count, result.ExitCode) switch
        {
            (0, 0) => true,
            (_, 0) when complaints.TrueForAll(line => line.Contains("File not found", StringComparison.Ordinal)) => false,
            _ => throw new HostCommandFailedException(command, result),
        };
    }

    // debugfs splits its request at spaces outside of quotes.
    private static string Quote(string path) => path.AsSpan().IndexOfAny("\"\\\n\0") < 0
        ? $"\"{path}\""
        : throw new InvalidDataException($"The path `{path}` is none that is looked for on a guest's disk.");

    // /inode/mode/uid/gid/name/size/; a name with more slashes is none.
    [GeneratedRegex(@"^/[0-9]+/(?<mode>[0-7]{6})/[0-9]+/[0-9]+/(?<name>[^/\n]+)/[0-9]*/\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Listed();

    [GeneratedRegex(@"^Fast link dest: ""(?<target>.*)""$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FastLink();

    [GeneratedRegex(@"\Adebugfs [0-9]+\.[0-9.]+")]
    private static partial Regex Version();
}
