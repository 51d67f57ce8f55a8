using System.Formats.Tar;
using System.Text;
using Lab.Trees;

namespace Lab.Tests.Trees;

/// <summary>A root file system of a few files as a package tool's tar has it: with "./" before its names, links, devices and capabilities.</summary>
internal sealed class SmallRoot
{
    /// <summary>What setcap(8) writes for cap_net_raw+ep; see the VFS_CAP constants in linux/capability.h.</summary>
    public static readonly byte[] NetRaw = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private const string Capability = "SCHILY.xattr.security.capability";
    private readonly List<PaxTarEntry> _entries = [];
    private byte[]? _capability;

    /// <summary>The root that most tests need: a kernel, an account, a package, a service's folder.</summary>
    public static SmallRoot Debian() => new SmallRoot()
        .Folder("./")
        .Link("bin", "usr/bin")
        .Folder("boot/").File("boot/vmlinuz-6.12.0", "kernel").File("boot/initrd.img-6.12.0", "initramfs").File("boot/config-6.12.0", "CONFIG")
        .Link("vmlinuz", "boot/vmlinuz-6.12.0")
        .Device("dev/null")
        .Folder("etc/").File("etc/hosts", "127.0.0.1 localhost\n").File("etc/shadow", "root:*:\n", 0b110_100_000)
        .File("etc/machine-id", "0123").File("etc/ssh/ssh_host_ed25519_key", "secret").HardLink("etc/hosts.again", "etc/hosts")
        .Folder("home/").Folder("root/", 0b111_000_000).File("root/.profile", "x")
        .Folder("usr/").Folder("usr/bin/").File("usr/bin/sh", "shell", 0b111_101_101).HardLink("usr/bin/dash", "usr/bin/sh")
        .Folder("usr/lib/modules/6.12.0/").Folder("usr/local/bin/").File("usr/local/bin/mine", "x")
        .Folder("var/").Folder("var/lib/").Folder("var/lib/web/", 0b111_101_000).File("var/lib/web/index.html", "hello").Link("var/run", "/run")
        .Folder("var/lib/dpkg/").File("var/lib/dpkg/status", "Package: dash\n").File("var/lib/dpkg/lock", string.Empty)
        .Folder("var/lib/apt/lists/").Folder("var/tmp/", (UnixFileMode)0b1_111_111_111);

    public SmallRoot Folder(string path, UnixFileMode mode = (UnixFileMode)0b111_101_101) => With(new PaxTarEntry(TarEntryType.Directory, Dotted(path)) { Mode = mode });

    public SmallRoot Folder(string path, int mode) => Folder(path, (UnixFileMode)mode);

    public SmallRoot File(string path, string text, int mode = 0b110_100_100) => With(OstreeLayout.TextFile(Dotted(path), text, (UnixFileMode)mode));

    public SmallRoot Link(string path, string target) => With(new PaxTarEntry(TarEntryType.SymbolicLink, Dotted(path)) { LinkName = target });

    public SmallRoot HardLink(string path, string target) => With(new PaxTarEntry(TarEntryType.HardLink, Dotted(path)) { LinkName = Dotted(target) });

    public SmallRoot Device(string path) => With(new PaxTarEntry(TarEntryType.CharacterDevice, Dotted(path)) { DeviceMajor = 1, DeviceMinor = 3 });

    /// <summary>A program with a file capability; one a root.</summary>
    public SmallRoot Capable(string path, byte[] capability)
    {
        _capability = capability;

        // A place holder of the same length: PaxTarEntry takes text only.
        var record = new Dictionary<string, string>(StringComparer.Ordinal) { [Capability] = new('?', capability.Length) };
        return With(new PaxTarEntry(TarEntryType.RegularFile, Dotted(path), record) { Mode = (UnixFileMode)0b111_101_101, DataStream = new MemoryStream("program"u8.ToArray()) });
    }

    /// <summary>The tar.</summary>
    public async Task<MemoryStream> PackAsync()
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in _entries)
            {
                await writer.WriteEntryAsync(entry);
            }
        }

        if (_capability is not null)
        {
            var bytes = tar.GetBuffer();
            var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes($"{Capability}=?")) + Capability.Length + 1;
            _capability.CopyTo(bytes, at);
        }

        tar.Position = 0;
        return tar;
    }

    /// <summary>The tar, rewritten for OSTree.</summary>
    public async Task<MemoryStream> RewriteAsync()
    {
        await using var source = await PackAsync();
        var target = new MemoryStream();
        await OstreeLayout.RewriteAsync(source, target);
        target.Position = 0;
        return target;
    }

    /// <summary>The rewritten entries by name.</summary>
    public async Task<IReadOnlyDictionary<string, TarEntry>> RewrittenAsync()
    {
        var entries = new Dictionary<string, TarEntry>(StringComparer.Ordinal);
        await using var reader = new TarReader(await RewriteAsync());
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            entries.Add(entry.Name, entry);
        }

        return entries;
    }

    private static string Dotted(string path) => path.StartsWith("./", StringComparison.Ordinal) ? path : "./" + path;

    private SmallRoot With(PaxTarEntry entry)
    {
        _entries.Add(entry);
        return this;
    }
}
