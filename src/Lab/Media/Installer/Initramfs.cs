using System.Formats.Tar;
using System.Text;

namespace Lab.Media.Installer;

/// <summary>
/// Writes an initramfs: cpio's newc format (Documentation/driver-api/early-userspace/buffer-format.rst), everything owned by whom the source
/// says and without times, so that the same files give the same bytes.
/// </summary>
internal sealed class Initramfs(Stream output)
{
    private const int Directory = 0x4000;
    private const int Regular = 0x8000;
    private const int SymbolicLink = 0xa000;
    private const int Alignment = 4;
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private int _inode;

    /// <summary>Writes a file, and the folders above it where they are not there yet.</summary>
    public async Task FileAsync(string path, Stream content, UnixFileMode mode, CancellationToken cancellation)
    {
        await ParentsAsync(path, cancellation);
        await EntryAsync(path, Regular | (int)mode, 0, 0, content, content.Length - content.Position, cancellation);
    }

    /// <summary>Writes an entry of a tar file; device nodes and the like are left out.</summary>
    public async Task AddAsync(TarEntry entry, CancellationToken cancellation)
    {
        var path = PathOf(entry);
        var (mode, uid, gid) = ((int)entry.Mode, entry.Uid, entry.Gid);
        switch (entry.EntryType)
        {
            case TarEntryType.Directory when path.Length > 0 && _folders.Add(path):
                await EntryAsync(path, Directory | mode, uid, gid, Stream.Null, 0, cancellation);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                await EntryAsync(path, Regular | mode, uid, gid, entry.DataStream ?? Stream.Null, entry.Length, cancellation);
                break;
            case TarEntryType.SymbolicLink:
                await LinkAsync(path, entry.LinkName, cancellation);
                break;
            case TarEntryType.HardLink:
                // What a second name is for, a link is too.
                await LinkAsync(path, "/" + entry.LinkName.TrimStart('.').TrimStart('/'), cancellation);
                break;
            default:
                break;
        }
    }

    /// <summary>Ends the archive.</summary>
    public Task EndAsync(CancellationToken cancellation) => EntryAsync("TRAILER!!!", 0, 0, 0, Stream.Null, 0, cancellation);

    /// <summary>An entry's path without a slash or dot before it.</summary>
    public static string PathOf(TarEntry entry) => entry.Name.TrimStart('.').Trim('/');

    private async Task ParentsAsync(string path, CancellationToken cancellation)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (_folders.Add(path[..slash]))
            {
                await EntryAsync(path[..slash], Directory | 0b111_101_101, 0, 0, Stream.Null, 0, cancellation);
            }
        }
    }

    private async Task LinkAsync(string path, string target, CancellationToken cancellation)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(target));
        await EntryAsync(path, SymbolicLink | 0b111_111_111, 0, 0, content, content.Length, cancellation);
    }

    // The header: a magic number and thirteen fields of eight hexadecimal digits.
    private async Task EntryAsync(string path, int mode, int uid, int gid, Stream content, long length, CancellationToken cancellation)
    {
        var name = Encoding.UTF8.GetBytes(path + '\0');
        var links = (mode & 0xf000) == Directory ? 2 : 1;
        long[] fields = [++_inode, mode, uid, gid, links, 0, length, 0, 0, 0, 0, name.Length, 0];
        var header = Encoding.ASCII.GetBytes($"070701{string.Concat(fields.Select(field => $"{field:x8}"))}");
        await output.WriteAsync(header, cancellation);
        await output.WriteAsync(name, cancellation);
        await PadAsync(header.Length + name.Length, cancellation);
        await content.CopyToAsync(output, cancellation);
        await PadAsync(length, cancellation);
    }

    private async Task PadAsync(long written, CancellationToken cancellation) =>
        await output.WriteAsync(new byte[(Alignment - written % Alignment) % Alignment], cancellation);
}
