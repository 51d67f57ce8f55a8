using System.Globalization;
using Lab.Definitions;
using Lab.Execution;
using Lab.Images;

namespace Lab.Installer;

/// <summary>The disk that is erased.</summary>
internal sealed class TargetDisk
{
    // What a BIOS executes of a disk that is not finished: `int 18h` hands on to the next one in its order (BIOS Boot Specification 1.01, 6.7), which is the installer again.
    private static readonly byte[] NextPlease = [0xcd, 0x18, 0xf4, 0xeb, 0xfd];

    private readonly string _name;
    private readonly long _sectors;
    private IReadOnlyList<Partition> _partitions = [];

    private TargetDisk(string name, long sectors) => (_name, _sectors) = (name, sectors);

    /// <summary>The device of the swap partition; null where there is none.</summary>
    public string? Swap => _partitions.Any(partition => partition.Name == "swap") ? Device("swap") : null;

    private string Path => $"/dev/{_name}";

    /// <summary>The disk that a plan names, or the only one there is.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="installer">The device that the installer is on, which is none.</param>
    /// <exception cref="DefinitionException">There is none such, there are several, or it is too small. Nothing was written.</exception>
    public static TargetDisk Choose(InstallPlan plan, string installer)
    {
        var disks = Directory.EnumerateDirectories("/sys/block").Select(System.IO.Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)
            .Where(name => Number(name, "ro") == 0 && Number(name, "removable") == 0 && Number(name, "size") > 0 && !name.StartsWith("ram", StringComparison.Ordinal) && !name.StartsWith("loop", StringComparison.Ordinal))
            .Where(name => !installer.StartsWith($"/dev/{name}", StringComparison.Ordinal))
            .ToList();
        var named = plan.Disk is { } wanted ? disks.Where(name => name == wanted.Replace("/dev/", string.Empty, StringComparison.Ordinal)).ToList() : disks;
        if (named is not [var disk])
        {
            var present = disks.Count == 0 ? "It has none that can be written." : $"It has {string.Join(", ", disks)}.";
            throw Wrong(named.Count == 0 ? $"it has no disk {plan.Disk ?? "to install on"}" : "it has several disks, and the kickstart does not say which to erase", $"{present} `ignoredisk --only-use=DISK` names one.");
        }

        var sectors = Number(disk, "size");
        return sectors >= plan.Layout.Needed
            ? new TargetDisk(disk, sectors)
            : throw Wrong($"its disk {disk} has {MiB(sectors)} MiB, and the kickstart's partitions need {MiB(plan.Layout.Needed + 2047)}", "Give it a larger disk, or the partitions a smaller `--size`.");
    }

    /// <summary>Divides it. From now on it boots nothing.</summary>
    public async Task PartitionAsync(DiskLayout layout)
    {
        await using (var disk = Open())
        {
            // No partition table either, at its two places: UEFI would start what was there before.
            var sectors = new byte[2 * DiskLayout.SectorSize];
            NextPlease.CopyTo(sectors, 0);
            await disk.WriteAsync(sectors);
            disk.Position = (_sectors - 1) * DiskLayout.SectorSize;
            await disk.WriteAsync(new byte[DiskLayout.SectorSize]);
            disk.Flush(flushToDisk: true);
        }

        // sfdisk(8), INPUT FORMATS. It leaves the first sector's code alone. Types: BIOS boot, swap, EFI system, and Linux file system data.
        _partitions = layout.On(_sectors);
        var table = string.Concat(_partitions.Select(partition => $"start={partition.First}, size={partition.Sectors}, type={Type(partition)}, name={partition.Name}\n"));
        await new Command("sfdisk", "--quiet", "--wipe=never", "--wipe-partitions=always", Path).WithInput($"label: gpt\n{table}").SucceedAsync();
    }

    /// <summary>Makes its file systems, and mounts them.</summary>
    public async Task FormatAsync(string target)
    {
        await new Command("mke2fs", "-q", "-F", "-t", "ext4", "-L", "boot", Device("boot")).SucceedAsync();
        await new Command("mke2fs", "-q", "-F", "-t", "ext4", "-L", "root", "-m", "1", Device("root")).SucceedAsync();
        if (Swap is { } swap)
        {
            await new Command("mkswap", "-L", "swap", swap).SucceedAsync();
        }

        Directory.CreateDirectory(target);
        await new Command("mount", Device("root"), target).SucceedAsync();
        Directory.CreateDirectory($"{target}/boot");
        await new Command("mount", Device("boot"), $"{target}/boot").SucceedAsync();
    }

    /// <summary>Writes the boot loaders, once all else is on the disk.</summary>
    /// <exception cref="HostException">The tree's images are not GRUB's.</exception>
    public async Task MakeBootableAsync(BootLoaders loaders)
    {
        await WriteEfiPartitionAsync(loaders.Efi);
        await using var disk = Open();
        try
        {
            await GrubBootSector.InstallAsync(disk, loaders.Boot, loaders.Core, DiskLayout.BiosFirst, DiskLayout.BiosSectors);
        }
        catch (InvalidDataException failure)
        {
            throw new HostException($"The tree's GRUB can't be installed: {failure.Message}", "Check the grub packages of its base tree.", failure);
        }
    }

    // Its first sector last, so that firmware finds a whole file system there or none.
    private async Task WriteEfiPartitionAsync(byte[] loader)
    {
        const string image = "/run/efi.img";
        const string file = $"/run/{EfiPartition.Loader}";
        await File.WriteAllBytesAsync(file, loader);
        var sectors = _partitions.First(partition => partition.Name == "efi").Sectors;
        await using (var empty = File.Create(image))
        {
            empty.SetLength(sectors * DiskLayout.SectorSize);
        }

        await EfiPartition.MakeAsync(image, sectors, file, CancellationToken.None);
        await using var source = File.OpenRead(image);
        await using var target = new FileStream(Device("efi"), FileMode.Open, FileAccess.ReadWrite);
        source.Position = target.Position = DiskLayout.SectorSize;
        await source.CopyToAsync(target);
        target.Flush(flushToDisk: true);
        var first = new byte[DiskLayout.SectorSize];
        source.Position = target.Position = 0;
        await source.ReadExactlyAsync(first);
        await target.WriteAsync(first);
        target.Flush(flushToDisk: true);
        File.Delete(image);
    }

    private static DefinitionException Wrong(string message, string fix) => new(new Diagnostic(SourceLocation.Whole("this machine"), message, fix));

    private static long MiB(long sectors) => sectors * DiskLayout.SectorSize / (1024 * 1024);

    private static long Number(string disk, string attribute) =>
        long.TryParse(File.ReadAllText($"/sys/block/{disk}/{attribute}"), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Type(Partition partition) => partition.Name switch { "bios" => "21686148-6449-6E6F-744E-656564454649", "swap" => "swap", "efi" => "uefi", _ => "linux" };

    private FileStream Open() => new(Path, FileMode.Open, FileAccess.ReadWrite);

    // nvme0n1p2, but vda2.
    private string Device(string partition) => $"{Path}{(char.IsAsciiDigit(_name[^1]) ? "p" : string.Empty)}{_partitions.First(candidate => candidate.Name == partition).Number}";
}
