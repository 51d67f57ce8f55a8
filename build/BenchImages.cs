using Lab.Definitions;
using Lab.Execution;
using Lab.Images;
using Lab.Media;
using Lab.Trees;

namespace Lab.Building;

/// <summary>Disks and seeds, against the tools that write them.</summary>
/// <param name="scratch">Where they are made.</param>
/// <param name="builder">Lab's builder, in the scratch home.</param>
/// <param name="trees">The repository that both deploy from.</param>
/// <param name="turns">The rounds.</param>
internal sealed class BenchImages(BenchScratch scratch, ImageBuilder builder, OstreeRepository trees, BenchTurns turns)
{
    private BaseImage? _image;

    /// <summary>The disk that <see cref="DiskAsync"/> made last, or one that is made now.</summary>
    public async Task<BaseImage> ImageAsync(ComposedTree tree, ByteSize size, CancellationToken cancellation) => _image ??= await builder.BuildAsync(tree, size, cancellation);

    /// <summary>A bootable disk from a tree. The plain way makes the same file systems and lacks only GRUB.</summary>
    public async Task<IReadOnlyList<BenchLine>> DiskAsync(ComposedTree tree, ByteSize size, CancellationToken cancellation)
    {
        var (ours, plain) = await turns.TakeAsync(
            async () =>
            {
                if (_image is not null)
                {
                    File.Delete(_image.File);
                }

                return await turns.TimeAsync(async () => _image = await builder.BuildAsync(tree, size, cancellation));
            },
            () => PlainDiskAsync(tree, size, cancellation));
        var lab = new BenchSide("ImageBuilder.BuildAsync", ours);
        return
        [
            new BenchLine("disk", lab, new BenchSide("ostree pull-local and admin deploy, sfdisk, mke2fs -d, qemu-img convert", [.. plain.Select(part => part.Deploy + part.Pack)]))
            {
                Note = $"{size}, {new FileInfo(_image!.File).Length / 1_000_000} MB as qcow2",
            },
            new BenchLine("disk, over its packing alone", lab, new BenchSide("sfdisk, mke2fs -d, qemu-img convert", [.. plain.Select(part => part.Pack)])),
        ];
    }

    /// <summary>A seed image.</summary>
    public async Task<IReadOnlyList<BenchLine>> SeedAsync(Seed seed, CancellationToken cancellation)
    {
        var files = Directory.CreateDirectory(scratch.PathOf("seed")).FullName;
        foreach (var (name, text) in SeedIso.Render(seed))
        {
            await File.WriteAllTextAsync(Path.Combine(files, name), text, cancellation);
        }

        var iso = scratch.PathOf("seed.iso");
        var (ours, plain) = await turns.Quick.TakeAsync(
            () => turns.TimeAsync(() => SeedIso.WriteAsync(seed, iso, cancellation)),
            () => turns.TimeAsync(() => new Command("xorriso", "-as", "mkisofs", "-quiet", "-volid", SeedIso.VolumeId, "-joliet", "-rock", "-output", iso, files).SucceedAsync(cancellation)));
        return [new BenchLine("seed ISO", new BenchSide("SeedIso.WriteAsync", ours), new BenchSide("xorriso on the same files", plain))];
    }

    private async Task<(TimeSpan Deploy, TimeSpan Pack)> PlainDiskAsync(ComposedTree tree, ByteSize size, CancellationToken cancellation)
    {
        const long mebibyte = 1 << 20;
        const long bootStart = 2 * mebibyte;
        const long bootSize = 512 * mebibyte;
        const long rootStart = bootStart + bootSize;
        var rootSize = size.Bytes - rootStart - mebibyte;
        var work = scratch.PathOf("plain-disk");
        Directory.CreateDirectory(work);
        try
        {
            var deploy = await RunAsync($"""
                ostree admin init-fs --modern root
                ostree admin os-init {ImageBuilder.StateRoot} --sysroot=root
                ostree config --repo=root/ostree/repo set sysroot.bootloader none
                ostree pull-local --repo=root/ostree/repo --remote={ImageBuilder.Remote} {Command.Quote(trees.Path)} {tree.Commit}
                ostree refs --repo=root/ostree/repo --create={ImageBuilder.Remote}:{tree.Definition.Ref} {tree.Commit}
                ostree admin deploy --sysroot=root --os={ImageBuilder.StateRoot} {ImageBuilder.Remote}:{tree.Definition.Ref}
                mv root/boot boot
                """);
            var pack = await RunAsync($"""
                truncate -s {size.Bytes} disk.raw
                printf 'label: gpt\nstart={bootStart / 512}, size={bootSize / 512}\nstart={rootStart / 512}, size={rootSize / 512}\n' | sfdisk --quiet disk.raw
                mke2fs -q -t ext4 -L boot -d boot -E offset={bootStart} disk.raw {bootSize / 1024}k
                mke2fs -q -t ext4 -L root -m 1 -d root -E offset={rootStart} disk.raw {rootSize / 1024}k
                qemu-img convert -f raw -O qcow2 disk.raw disk.qcow2
                """);
            return (deploy, pack);
        }
        finally
        {
            await BenchScratch.RemoveAsync(work);
        }

        Task<TimeSpan> RunAsync(string script) => turns.TimeAsync(() => BenchScratch
            .AsRoot("sh", "-ec", $"cd {Command.Quote(work)}; mkdir -p root\n{script}")
            .WithEnvironment("OSTREE_SYSROOT_DEBUG", "mutable-deployments")
            .SucceedAsync(cancellation));
    }
}
