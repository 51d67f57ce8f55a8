using System.Text.Json.Nodes;
using Lab.Definitions;
using Lab.Execution;
using Lab.State;
using Lab.Trees;

namespace Lab.Images;

/// <summary>A bootable disk that guests lay their own overlay over. Never written to once it stands.</summary>
/// <param name="File">The qcow2 file.</param>
/// <param name="Digest">What it was made from; its name.</param>
/// <param name="Fresh">Whether this call made it.</param>
public sealed record BaseImage(string File, string Digest, bool Fresh)
{
    /// <summary>The size of the disks that rest on it; null where it is its own.</summary>
    public ByteSize? Size { get; init; }

    /// <summary>The disks that a guest has besides, in their order.</summary>
    public IReadOnlyList<BaseImage> Further { get; init; } = [];
}

/// <summary>
/// Makes bootable disks from composed trees: GPT with GRUB for BIOS and for UEFI in partitions of their own, an ext4 /boot with its menu, its environment and the BLS
/// entries, and an ext4 root with the deployment. No loop device, no mount: file systems are filled by mke2fs, so an
/// ordinary user can do it, and a kill leaves files only.
/// </summary>
public sealed class ImageBuilder(LabHome home, OstreeRepository trees, IProgressSink progress)
{
    /// <summary>The stateroot of deployments made here ("osname" in ostree's words).</summary>
    public const string StateRoot = "lab";

    /// <summary>The remote that deployments made here follow.</summary>
    public const string Remote = "lab";

    // Counts up when the way disks are made changes, so that old ones are not taken for new.
    private const int Recipe = 5;
    private const long SectorSize = 512;
    private const long EfiFirst = 4096;
    private const long BootFirst = EfiFirst + EfiPartition.Sectors;
    private const long BootSectors = 512L * 1024 * 1024 / SectorSize;
    private const long RootFirst = BootFirst + BootSectors;
    private const long Alignment = 2048;

    /// <summary>The disk for a tree, made if it is not there.</summary>
    /// <param name="tree">What it boots.</param>
    /// <param name="size">Its size in a guest's eyes.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="HostException">A tool failed, or the disk is full.</exception>
    public Task<BaseImage> BuildAsync(ComposedTree tree, ByteSize size, CancellationToken cancellation = default) => BuildAsync(tree, size, seed: null, cancellation);

    /// <summary>The disk for a tree that carries a seed of its own, made if it is not there.</summary>
    /// <param name="tree">What it boots.</param>
    /// <param name="size">Its size in a guest's eyes.</param>
    /// <param name="seed">The seed's files by name, which cloud-init applies at the first boot; null for none.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="HostException">A tool failed, or the disk is full.</exception>
    public async Task<BaseImage> BuildAsync(ComposedTree tree, ByteSize size, IReadOnlyDictionary<string, string>? seed, CancellationToken cancellation = default)
    {
        var digest = Digest(tree, size, seed);
        var file = home.ImageFile(digest);
        if (File.Exists(file))
        {
            return new BaseImage(file, digest, Fresh: false);
        }

        using var guard = await FileLock.TakeAsync(home.ImageLock, cancellation: cancellation);
        if (File.Exists(file))
        {
            return new BaseImage(file, digest, Fresh: false);
        }

        using var activity = progress.Begin($"build disk of {tree.Definition.Name}");
        var work = Path.Combine(home.Images, $"work-{digest}");
        await DiscardAsync(work, cancellation);
        Directory.CreateDirectory(work);
        try
        {
            var disk = Path.Combine(work, "disk.raw");
            await PartitionAsync(disk, size, cancellation);
            activity.Report("deploying", 0.1);
            await WriteBootFilesAsync(tree, work, cancellation);
            await WriteSeedAsync(seed, work, cancellation);
            await DeployAsync(tree, work, cancellation);
            await WriteFileSystemsAsync(work, disk, size, cancellation);
            activity.Report("installing GRUB", 0.7);
            await EfiPartition.MakeAsync($"{disk}@@{EfiFirst * SectorSize}", EfiPartition.Sectors, Path.Combine(work, EfiPartition.Loader), cancellation);
            await InstallGrubAsync(tree, work, disk, cancellation);
            activity.Report("packing", 0.8);
            await WholeFile.MakeAsync(file, partial => new Command("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk, partial).SucceedAsync(cancellation));
        }
        finally
        {
            await DiscardAsync(work, CancellationToken.None);
        }

        activity.Done($"{new FileInfo(file).Length / 1_000_000} MB");
        return new BaseImage(file, digest, Fresh: true);
    }

    /// <summary>An empty disk, made if it is not there: what a host installs itself on.</summary>
    /// <param name="size">Its size in a guest's eyes.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="HostException">qemu-img failed.</exception>
    public async Task<BaseImage> EmptyAsync(ByteSize size, CancellationToken cancellation = default)
    {
        var digest = ContentDigest.OfText($"empty/{size.Bytes}")[..16];
        var file = home.ImageFile(digest);
        using var guard = await FileLock.TakeAsync(home.ImageLock, cancellation: cancellation);
        var fresh = !File.Exists(file);
        if (fresh)
        {
            await WholeFile.MakeAsync(file, partial => new Command("qemu-img", "create", "-q", "-f", "qcow2", partial, $"{size.Bytes}").SucceedAsync(cancellation));
        }

        return new BaseImage(file, digest, fresh);
    }

    private static string Digest(ComposedTree tree, ByteSize size, IReadOnlyDictionary<string, string>? seed)
    {
        var input = new JsonObject { ["Recipe"] = Recipe, ["Commit"] = tree.Commit, ["Bytes"] = size.Bytes, ["Kernel"] = new JsonArray([.. tree.Definition.AllKernelArguments]), ["Grub"] = GrubMenu.Render() };
        return ContentDigest.OfText(input.ToJsonString() + (seed is null ? string.Empty : string.Concat(seed.Values)))[..16];
    }

    // The backup GPT takes the last 33 sectors: a file system over it fails its check at boot.
    private static long RootSectors(ByteSize size) => (size.Bytes / SectorSize - 34 - RootFirst) / Alignment * Alignment;

    private static async Task PartitionAsync(string disk, ByteSize size, CancellationToken cancellation)
    {
        await using (var file = File.Create(disk))
        {
            file.SetLength(size.Bytes);
        }

        // sfdisk(8), INPUT FORMATS. Types: BIOS boot, Linux file system data, and EFI system. GRUB for BIOS finds /boot by its number.
        await new Command("sfdisk", "--quiet", disk)
            .WithInput($"label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=bios\nstart={BootFirst}, size={BootSectors}, type=linux, name=boot\nstart={RootFirst}, size={RootSectors(size)}, type=linux, name=root\nstart={EfiFirst}, size={EfiPartition.Sectors}, type=uefi, name=efi\n")
            .SucceedAsync(cancellation);
    }

    private async Task WriteBootFilesAsync(ComposedTree tree, string work, CancellationToken cancellation)
    {
        var grub = Directory.CreateDirectory(Path.Combine(work, "grub")).FullName;
        await File.WriteAllTextAsync(Path.Combine(grub, "grub.cfg"), GrubMenu.Render(), cancellation);
        await File.WriteAllBytesAsync(Path.Combine(grub, "grubenv"), GrubEnvironment.Format([]), cancellation);
        foreach (var image in new[] { "boot.img", "core.img", EfiPartition.Loader })
        {
            try
            {
                await trees.CopyOutAsync(tree.Commit, $"/{ComposeHooks.BootloaderFolder}/{image}", Path.Combine(work, image), cancellation);
            }
            catch (HostCommandFailedException)
            {
                throw new DefinitionException(new Diagnostic(tree.Definition.Location, $"Tree {tree.Definition.Name} holds no GRUB for {(image == EfiPartition.Loader ? "UEFI" : "BIOS")}, so no disk can boot it", "Add grub-pc-bin, grub-efi-amd64-bin and grub-common to its packages."));
            }
        }
    }

    private static async Task WriteSeedAsync(IReadOnlyDictionary<string, string>? seed, string work, CancellationToken cancellation)
    {
        foreach (var (name, text) in seed ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            Directory.CreateDirectory(Path.Combine(work, "seed"));
            await File.WriteAllTextAsync(Path.Combine(work, "seed", name), text, cancellation);
        }
    }

    private async Task DeployAsync(ComposedTree tree, string work, CancellationToken cancellation)
    {
        var arguments = string.Concat(tree.Definition.AllKernelArguments.Select(argument => $" --karg={Command.Quote(argument)}"));
        // systemd-journald(8) looks for its folder before systemd-tmpfiles makes it, and would keep the first boot's journal in memory only.
        var script = $"""
            set -e
            cd {Command.Quote(work)}
            mkdir root
            ostree admin init-fs --modern root
            ostree admin os-init {StateRoot} --sysroot=root
            ostree config --repo=root/ostree/repo set sysroot.bootloader none
            ostree config --repo=root/ostree/repo set sysroot.readonly true
            ostree pull-local --repo=root/ostree/repo --remote={Remote} {Command.Quote(trees.Path)} {tree.Commit}
            ostree refs --repo=root/ostree/repo --create={Remote}:{tree.Definition.Ref} {tree.Commit}
            mkdir -p root/ostree/deploy/{StateRoot}/var/log/journal
            if [ -d seed ]; then
                mkdir -p root/ostree/deploy/{StateRoot}{BoxSeed.Folder}
                install -o 0 -g 0 -m 0600 seed/* root/ostree/deploy/{StateRoot}{BoxSeed.Folder}
            fi
            ostree admin deploy --sysroot=root --os={StateRoot}{arguments} {Remote}:{tree.Definition.Ref}
            """;
        await AsRoot("sh", "-c", script).WithEnvironment("OSTREE_SYSROOT_DEBUG", "mutable-deployments").SucceedAsync(cancellation);
    }

    private static async Task WriteFileSystemsAsync(string work, string disk, ByteSize size, CancellationToken cancellation)
    {
        foreach (var entry in Directory.EnumerateFiles(Path.Combine(work, "root", "boot", "loader", "entries"), "*.conf"))
        {
            await File.WriteAllTextAsync(entry, GrubMenu.Fit(await File.ReadAllTextAsync(entry, cancellation)), cancellation);
        }

        var script = $"""
            set -e
            cd {Command.Quote(work)}
            mv root/boot boot && mkdir root/boot
            mv grub boot/grub && chown -R 0:0 boot/grub
            mke2fs -q -t ext4 -L boot -d boot -E offset={BootFirst * SectorSize} {Command.Quote(disk)} {BootSectors * SectorSize / 1024}k
            mke2fs -q -t ext4 -L root -m 1 -d root -E offset={RootFirst * SectorSize} {Command.Quote(disk)} {RootSectors(size) * SectorSize / 1024}k
            """;
        await AsRoot("sh", "-c", script).SucceedAsync(cancellation);
    }

    private static async Task InstallGrubAsync(ComposedTree tree, string work, string disk, CancellationToken cancellation)
    {
        await using var file = new FileStream(disk, FileMode.Open, FileAccess.ReadWrite);
        try
        {
            await GrubBootSector.InstallAsync(
                file,
                await File.ReadAllBytesAsync(Path.Combine(work, "boot.img"), cancellation),
                await File.ReadAllBytesAsync(Path.Combine(work, "core.img"), cancellation),
                firstSector: 2048,
                sectors: 2048);
        }
        catch (InvalidDataException failure)
        {
            throw new HostException($"GRUB of tree {tree.Definition.Name} can't be installed: {failure.Message}", "Check the grub packages of its base tree.", failure);
        }
    }

    // Deployments hold files of many owners: an ordinary user makes them as the root of a user namespace (subuid(5)).
    private static Command AsRoot(string program, params string[] arguments) =>
        Environment.IsPrivilegedProcess
            ? new Command(program, arguments)
            : new Command("unshare", ["--user", "--map-auto", "--map-root-user", program, .. arguments]);

    private static async Task DiscardAsync(string folder, CancellationToken cancellation)
    {
        if (Directory.Exists(folder))
        {
            await AsRoot("rm", "-rf", "--one-file-system", folder).SucceedAsync(cancellation);
        }
    }
}
