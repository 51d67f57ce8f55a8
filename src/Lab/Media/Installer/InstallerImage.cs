using System.Formats.Tar;
using System.Text;
using Lab.Definitions;
using Lab.Execution;
using Lab.State;
using Lab.Images;
using Lab.Templates;
using Lab.Trees;

namespace Lab.Media.Installer;

/// <summary>
/// Makes the default installer: an ISO image that boots by BIOS and UEFI into a kernel and a root file system in memory, both of Debian's packages,
/// in which a program of ours reads the kickstart that <see cref="InstallerIso.EmbedAsync"/> puts on the image, as into any other installer's.
/// </summary>
public sealed class InstallerImage(LabHome home, TreeComposer composer, IProgressSink progress)
{
    /// <summary>The volume's name.</summary>
    public const string VolumeId = "LAB_INSTALLER";

    /// <summary>What the program exits with when the machine is to reboot; it is powered off otherwise.</summary>
    public const int RebootCode = 10;

    /// <summary>Where the program finds the menu of the disks that it makes.</summary>
    public const string GrubMenuFile = "/usr/lib/lab/installer/grub.cfg";

    private const string Images = "usr/lib/lab/iso";
    private const string InitFile = "/usr/lib/lab/init";
    private const string Arguments = $"rdinit={InitFile} console=tty0 console=ttyS0 panic=10 tsc=reliable maxcpus=1";

    // Counts up when the way images are made changes, so that old ones are not taken for new.
    private const int Recipe = 1;

    private static readonly string[] _drivers =
    [
        "virtio_pci", "virtio_blk", "virtio_net", "virtio_scsi", "virtio_rng", "ahci", "ata_piix", "nvme", "e1000e", "igb", "usb_storage", "sd_mod", "sr_mod", "isofs", "ext4", "vfat", "nls_ascii", "nls_cp437", "crc32c_generic", "crc32c_intel",
    ];

    private static readonly string[] _packages =
        ["linux-image-cloud-amd64", "tiny-initramfs", "busybox", "kmod", "ostree", "fdisk", "e2fsprogs", "mtools", "gpg", "gpgv", "iproute2", "libstdc++6", "grub-pc-bin", "grub-efi-amd64-bin", "grub-common"];

    // What only a package manager, a reader of manuals or a boot loader's installer needs.
    private static readonly string[] _left =
    [
        "boot/", "usr/lib/grub/", "usr/lib/lab/iso/", "usr/lib/modules/", "usr/share/doc/", "usr/share/grub/", "usr/share/perl", "usr/share/bash-completion/", "usr/share/bug/", "usr/share/i18n/", "usr/share/zoneinfo/",
        "usr/lib/x86_64-linux-gnu/perl", "usr/bin/perl", "usr/bin/grub-", "usr/lib/apt/", "usr/lib/x86_64-linux-gnu/libapt-", "var/lib/", "var/cache/", "var/log/",
    ];

    /// <summary>The image, made if it is not there.</summary>
    /// <param name="sources">The suites that its packages come from: those of the tree that it installs.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <returns>Its file. Never written to once it stands.</returns>
    /// <exception cref="HostException">A tool failed, or the installer's program is not there.</exception>
    public async Task<string> BuildAsync(IReadOnlyList<TreeSource> sources, CancellationToken cancellation = default)
    {
        var program = InstallerProgram.Find();
        var definition = Definition(sources);
        var rootDigest = Digest($"{Recipe}/{definition.Digest}/{string.Join(' ', _drivers)}/{string.Join(' ', _left)}/{Bootloader}");
        var file = Path.Combine(home.Installers, $"{Digest($"{rootDigest}/{await program.DigestAsync(cancellation)}/{Menu()}/{GrubMenu.Render()}")}.iso");
        if (File.Exists(file))
        {
            return file;
        }

        using var guard = await FileLock.TakeAsync(home.InstallerLock, cancellation: cancellation);
        if (File.Exists(file))
        {
            return file;
        }

        using var activity = progress.Begin("build installer");
        var root = Path.Combine(home.Installers, rootDigest);
        if (!Directory.Exists(root))
        {
            await MakeRootAsync(definition, root, activity, cancellation);
        }

        activity.Report("writing the image", 0.8);
        await WholeFile.MakeAsync(file, partial => MakeIsoAsync(root, program, partial, cancellation));
        activity.Done($"{new FileInfo(file).Length / 1_000_000} MB");
        return file;
    }

    private static string Digest(string input) => ContentDigest.OfText(input)[..16];

    private static string Init() => Template.Render("installer-init", new { drivers = string.Join(' ', _drivers), reboot = RebootCode });

    private static string Menu() => Template.Render("installer-grub.cfg", new { arguments = Arguments });

    private static TreeDefinition Definition(IReadOnlyList<TreeSource> sources)
    {
        var here = SourceLocation.Whole("installer");
        return new TreeDefinition { Name = "installer", File = here.File, Location = here, Sources = sources, Packages = [.. _packages.Select(name => new NamedPackage(name, here))], Files = [new InlineFile(InitFile, Init(), Executable, here)] };
    }

    // The core images look for the volume by its name, because a BIOS may number its disks as it likes.
    private static string Bootloader =>
        $$"""
        chroot "$1" sh -ec 'mkdir -p /{{Images}}
        printf "search --no-floppy --set=root --label {{VolumeId}}\nset prefix=(\$root)/boot/grub\nconfigfile /boot/grub/grub.cfg\n" > /run/early.cfg
        modules="iso9660 part_gpt part_msdos normal configfile search search_label linux serial terminal echo test minicmd reboot halt"
        grub-mkimage -O i386-pc-eltorito -o /{{Images}}/bios.img -p /boot/grub -c /run/early.cfg biosdisk $modules
        grub-mkimage -O x86_64-efi -o /{{Images}}/bootx64.efi -p /boot/grub -c /run/early.cfg fat $modules
        cp /usr/lib/grub/i386-pc/boot_hybrid.img /{{Images}}/
        cp /boot/vmlinuz-* /{{Images}}/vmlinuz'
        """;

    private async Task MakeRootAsync(TreeDefinition definition, string root, IActivity activity, CancellationToken cancellation)
    {
        // Beside its place until it is whole: what a kill leaves is swept away the next time.
        var partial = root + WholeFile.Partial;
        if (Directory.Exists(partial))
        {
            Directory.Delete(partial, recursive: true);
        }

        Directory.CreateDirectory(partial);
        var archive = Path.Combine(partial, "root.tar");
        await composer.ComposeRootAsync(definition, [Bootloader], archive, activity, cancellation);
        activity.Report("packing the root file system", 0.6);
        var drivers = await NeededModulesAsync(archive, cancellation);
        await CompressAsync(Path.Combine(partial, "root.img"), (stream, token) => PackRootAsync(archive, partial, drivers, stream, token), cancellation);
        await MakeEfiImageAsync(partial, cancellation);
        File.Delete(archive);
        Directory.Move(partial, root);
    }

    private static async Task PackRootAsync(string archive, string folder, IReadOnlySet<string> drivers, Stream output, CancellationToken cancellation)
    {
        var initramfs = new Initramfs(output);
        await using var file = File.OpenRead(archive);
        await using var tar = new TarReader(file);
        while (await tar.GetNextEntryAsync(cancellationToken: cancellation) is { } entry)
        {
            var path = Initramfs.PathOf(entry);
            if (path.StartsWith(Images + '/', StringComparison.Ordinal) && entry.EntryType is TarEntryType.RegularFile)
            {
                await entry.ExtractToFileAsync(Path.Combine(folder, Path.GetFileName(path)), overwrite: true, cancellation);
            }
            else if (!_left.Any(left => path.StartsWith(left, StringComparison.Ordinal)) || drivers.Contains(path))
            {
                await initramfs.AddAsync(entry, cancellation);
            }
            else if (IsModuleList(path) || (entry.EntryType is TarEntryType.Directory && path.StartsWith("usr/lib/modules/", StringComparison.Ordinal)))
            {
                await initramfs.AddAsync(entry, cancellation);
            }
        }

        await initramfs.EndAsync(cancellation);
    }

    // modules.dep and what modprobe(8) reads beside it.
    private static bool IsModuleList(string path) => path.StartsWith("usr/lib/modules/", StringComparison.Ordinal) && Path.GetFileName(path).StartsWith("modules.", StringComparison.Ordinal);

    // modules.dep(5): a module, a colon, and all that it needs.
    private static async Task<IReadOnlySet<string>> NeededModulesAsync(string archive, CancellationToken cancellation)
    {
        var needed = new HashSet<string>(StringComparer.Ordinal);
        var list = await new Command("tar", "--wildcards", "-xOf", archive, "./usr/lib/modules/*/modules.dep").SucceedAsync(cancellation);
        var folder = (await new Command("tar", "--wildcards", "-tf", archive, "./usr/lib/modules/*/modules.dep").SucceedAsync(cancellation)).Trim()[2..^"modules.dep".Length];
        foreach (var line in list.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var files = line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries);
            if (_drivers.Contains(Path.GetFileName(files[0]).Split('.')[0].Replace('-', '_'), StringComparer.Ordinal))
            {
                needed.UnionWith(files.Select(module => folder + module));
            }
        }

        return needed;
    }

    private static async Task MakeEfiImageAsync(string folder, CancellationToken cancellation)
    {
        var image = Path.Combine(folder, "efi.img");
        await new Command("mformat", "-C", "-i", image, "-f", "2880", "::").SucceedAsync(cancellation);
        await EfiPartition.PutLoaderAsync(image, Path.Combine(folder, "bootx64.efi"), cancellation);
    }

    private static async Task MakeIsoAsync(string root, InstallerProgram program, string output, CancellationToken cancellation)
    {
        var work = output + ".d";
        try
        {
            var grub = Directory.CreateDirectory(Path.Combine(work, "boot", "grub")).FullName;
            var boot = Path.GetDirectoryName(grub)!;
            await File.WriteAllTextAsync(Path.Combine(grub, "grub.cfg"), Menu(), cancellation);
            File.Copy(Path.Combine(root, "vmlinuz"), Path.Combine(boot, "vmlinuz"));
            File.Copy(Path.Combine(root, "root.img"), Path.Combine(boot, "root.img"));
            File.Copy(Path.Combine(root, "bios.img"), Path.Combine(grub, "bios.img"));
            await CompressAsync(Path.Combine(boot, "program.img"), async (stream, token) =>
            {
                var archive = new Initramfs(stream);
                await program.WriteAsync(archive, token);
                using var menu = new MemoryStream(Encoding.UTF8.GetBytes(GrubMenu.Render()));
                await archive.FileAsync(GrubMenuFile[1..], menu, UnixFileMode.UserRead, token);
                await archive.EndAsync(token);
            }, cancellation);

            // xorrisofs(1), "bootable ISO images": GRUB's images for El Torito and for a stick, and its EFI image as a partition behind the volume.
            await new Command(
                "xorriso", "-as", "mkisofs", "-quiet", "-volid", VolumeId, "-rock", "-joliet", "-uid", "0", "-gid", "0",
                "-eltorito-boot", "boot/grub/bios.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", "--grub2-boot-info",
                "--grub2-mbr", Path.Combine(root, "boot_hybrid.img"), "-partition_offset", "16",
                "-append_partition", "2", "0xef", Path.Combine(root, "efi.img"), "-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot",
                "-output", output, work).SucceedAsync(cancellation);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    // The kernel unpacks zstd quickest of what packs well.
    private static async Task CompressAsync(string file, Func<Stream, CancellationToken, Task> write, CancellationToken cancellation)
    {
        await using var output = File.Create(file);
        await new Command("zstd", "--quiet", "-10", "--stdout").WithInput(write).WithOutputTo((stream, token) => stream.CopyToAsync(output, token)).SucceedAsync(cancellation);
    }

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
}
