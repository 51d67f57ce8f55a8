using System.IO.Compression;
using System.Runtime.CompilerServices;
using Lab.Execution;
using Lab.Images;
using Lab.Trees;

namespace Lab.Tests.Guests;

/// <summary>A disk as hosts have it, with two deployments, in a folder that a lab could have: a base image and an overlay over it.</summary>
internal sealed class SmallDisk : IDisposable
{
    public const string Pinned = "[origin]\nrefspec=lab:labtree\n\n[libostree-transient]\npinned=true\n";

    private const long BootOffset = 2L << 20;
    private const long BootLength = 16L << 20;
    private const long RootOffset = BootOffset + BootLength;
    private const long RootLength = 44L << 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("lab disk, ").FullName;

    private SmallDisk()
    {
    }

    /// <summary>Where a lab's files would be.</summary>
    public string Folder => Path.Combine(_folder, "lab");

    /// <summary>What a guest would have as its disk.</summary>
    public string Overlay => Path.Combine(Folder, "disk.qcow2");

    /// <summary>What it rests on.</summary>
    public string Base => Path.Combine(_folder, "base.qcow2");

    /// <summary>The commits of its deployments, the newer one last.</summary>
    public IReadOnlyList<string> Commits { get; private set; } = [];

    private string Raw => Path.Combine(_folder, "disk.raw");

    private string Boot => Path.Combine(_folder, "boot");

    private string Root => Path.Combine(_folder, "root");

    /// <summary>Makes one.</summary>
    /// <param name="arrange">Changes the folders that the boot and the root partition are filled from.</param>
    /// <param name="finish">Changes the disk before it is packed; told where it and its partitions are.</param>
    public static async Task<SmallDisk> MakeAsync(Action<string, string>? arrange = null, Func<string, string, Task>? finish = null)
    {
        var disk = new SmallDisk();
        Directory.CreateDirectory(disk.Folder);
        await disk.WriteRootAsync();
        disk.WriteBoot();
        arrange?.Invoke(disk.Boot, disk.Root);
        await disk.FormatAsync();
        if (finish is not null)
        {
            await finish($"{disk.Raw}?offset={BootOffset}", $"{disk.Raw}?offset={RootOffset}");
        }

        await new Command("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk.Raw, disk.Base).SucceedAsync();
        await new Command("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", disk.Base, disk.Overlay).SucceedAsync();
        File.Delete(disk.Raw);
        return disk;
    }

    /// <summary>Leaves a file's new contents in the file system's journal only, as a power cut may: the next mount puts them in their place.</summary>
    public static async Task JournalAsync(string fileSystem, string path, byte[] contents)
    {
        var blocks = await new Command("debugfs", "-R", $"blocks \"{path}\"", fileSystem).SucceedAsync();
        var block = new byte[4096];
        contents.CopyTo(block, 0);
        var folder = Directory.CreateTempSubdirectory("lab-journal-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "block"), block);
        await File.WriteAllTextAsync(Path.Combine(folder, "requests"), $"jo\njw -b {blocks.Trim()} block\njc\n");
        await new Command("debugfs", "-w", "-f", "requests", fileSystem).In(folder).SucceedAsync();
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Journals([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Journals");

    private static void Write(string root, string path, string text)
    {
        var file = Path.Combine(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static string Number(int entry) => new((char)('0' + entry), 64);

    private void WriteBoot()
    {
        Write(Boot, "grub/grub.cfg", "load_env\nif [ -n \"${boot_counter}\" -a \"${boot_success}\" = \"0\" ]; then true; fi\nblscfg\n");
        File.WriteAllBytes(Path.Combine(Boot, "grub/grubenv"), GrubEnvironment.Format([new("boot_success", "0"), new("boot_counter", "2")]));
        Directory.CreateDirectory(Path.Combine(Boot, "loader.1"));
        File.CreateSymbolicLink(Path.Combine(Boot, "loader"), "loader.1");
        foreach (var entry in new[] { 1, 2 })
        {
            Write(Boot, $"loader.1/entries/ostree-{entry}-lab.conf", $"title Debian (ostree:{2 - entry})\nversion {entry}\noptions root=LABEL=root rw ostree=/ostree/boot.1/lab/{Number(entry)}/0\nlinux /ostree/lab-{Number(entry)}/vmlinuz\ninitrd /ostree/lab-{Number(entry)}/initramfs.img\n");
        }
    }

    private async Task WriteRootAsync()
    {
        var repository = new OstreeRepository(Path.Combine(_folder, "repo"));
        await repository.EnsureAsync();
        Write(_folder, "tree/name", "a tree");
        var archive = Path.Combine(_folder, "tree.tar");
        await new Command("tar", "-C", Path.Combine(_folder, "tree"), "-cf", archive, ".").SucceedAsync();
        foreach (var entry in new[] { 1, 2 })
        {
            var commit = await repository.CommitAsync(new TreeCommit($"{entry}.0", new DateTimeOffset(2026, 1, entry, 0, 0, 0, TimeSpan.Zero)) { Archives = [archive] });
            Commits = [.. Commits, commit];
            Write(Root, $"ostree/deploy/lab/deploy/{commit}.0/usr/lib/os-release", "ID=debian\n");
            Write(Root, $"ostree/deploy/lab/deploy/{commit}.0.origin", entry == 1 ? Pinned : "[origin]\nrefspec=lab:labtree\n");
            var link = Path.Combine(Root, $"ostree/boot.1.1/lab/{Number(entry)}/0");
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, $"../../../deploy/lab/deploy/{commit}.0");
            var place = $"objects/{commit[..2]}/{commit[2..]}.commit";
            Directory.CreateDirectory(Path.Combine(Root, "ostree/repo", Path.GetDirectoryName(place)!));
            File.Copy(Path.Combine(repository.Path, place), Path.Combine(Root, "ostree/repo", place));
        }

        File.CreateSymbolicLink(Path.Combine(Root, "ostree/boot.1"), "boot.1.1");
        var journal = Directory.CreateDirectory(Path.Combine(Root, "ostree/deploy/lab/var/log/journal", new string('c', 32))).FullName;
        await using var packed = new GZipStream(File.OpenRead(Path.Combine(Journals(), "two-boots.journal.gz")), CompressionMode.Decompress);
        await using var unpacked = File.Create(Path.Combine(journal, "system.journal"));
        await packed.CopyToAsync(unpacked);
    }

    private async Task FormatAsync()
    {
        await using (var file = File.Create(Raw))
        {
            file.SetLength(RootOffset + RootLength + (1 << 20));
        }

        await new Command("sfdisk", "--quiet", Raw)
            .WithInput($"label: gpt\nstart={BootOffset / 512}, size={BootLength / 512}, type=linux, name=boot\nstart={RootOffset / 512}, size={RootLength / 512}, type=linux, name=root\n")
            .SucceedAsync();
        foreach (var (folder, offset, length) in new[] { (Boot, BootOffset, BootLength), (Root, RootOffset, RootLength) })
        {
            await new Command("mke2fs", "-q", "-t", "ext4", "-b", "4096", "-d", folder, "-E", $"offset={offset}", Raw, $"{length / 1024}k").SucceedAsync();
        }
    }
}
