using System.Globalization;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Images;
using Lab.Media.Kickstart;

namespace Lab.Installer;

/// <summary>A partition, in sectors of 512 bytes.</summary>
/// <param name="Name">Its name in the partition table.</param>
/// <param name="Number">Its number there.</param>
/// <param name="First">Its first sector.</param>
/// <param name="Sectors">How many it has.</param>
internal sealed record Partition(string Name, int Number, long First, long Sectors);

/// <summary>
/// How a disk is divided: as Lab's own disks are (BIOS boot, EFI system, /boot, root), so that it boots by both firmwares, with the sizes that
/// the kickstart gives, and swap before the root file system where it wants any.
/// </summary>
/// <param name="EfiSectors">The size of the EFI system partition.</param>
/// <param name="BootSectors">The size of /boot.</param>
/// <param name="SwapSectors">The size of swap; 0 for none.</param>
/// <param name="RootSectors">The size of the root file system, or what it has at least where it grows.</param>
/// <param name="RootGrows">Whether it takes the rest of the disk.</param>
internal sealed record DiskLayout(long EfiSectors, long BootSectors, long SwapSectors, long RootSectors, bool RootGrows)
{
    /// <summary>The size of a sector in bytes.</summary>
    public const int SectorSize = 512;

    /// <summary>The first sector of the BIOS boot partition.</summary>
    public const long BiosFirst = 2048;

    /// <summary>The sectors of the BIOS boot partition.</summary>
    public const long BiosSectors = 2048;

    private const long EfiFirst = BiosFirst + BiosSectors;
    private const long Alignment = 2048;

    // The backup table at the end.
    private const long Tail = 34;
    private const long DefaultBoot = 512 * SectorsPerMiB;
    // What ext4 holds with blocks of 4 KiB, in MiB.
    private const long LargestSize = 16L * 1024 * 1024;
    private const long SectorsPerMiB = 1024 * 1024 / SectorSize;

    /// <summary>The sectors that a disk must have.</summary>
    public long Needed => EfiFirst + EfiSectors + BootSectors + SwapSectors + RootSectors + Tail;

    /// <summary>Reports what of a layout this installer does not do.</summary>
    public static void Check(KickstartFile kickstart, Problems problems)
    {
        var whole = SourceLocation.Whole(kickstart.File);
        var parts = Parts(kickstart);
        foreach (var part in parts)
        {
            var wanted = part["--fstype"];
            var done = part.Arguments[0] switch { "/" or "/boot" => "ext4", "/boot/efi" => "efi", "swap" => "swap", "biosboot" => "biosboot", _ => null };
            if (done is null)
            {
                problems.Add(part.Location, $"this installer makes no partition for `{YamlScalar.Excerpt(part.Arguments[0])}`", "It makes `/`, `/boot`, `/boot/efi`, `swap` and `biosboot`.");
            }
            else if (wanted is not null && wanted != done)
            {
                problems.Add(part.Location, $"this installer makes `{part.Arguments[0]}` of {done}, not of {YamlScalar.Excerpt(wanted)}", $"Leave `--fstype` out, or write `--fstype={done}`.");
            }

            if (!part.Has("--size") && part.Arguments[0] != "biosboot")
            {
                problems.Add(part.Location, $"`part {part.Arguments[0]}` has no `--size`", "Add `--size=MEBIBYTES`, and `--grow` where it may take the rest.");
            }

            if (part["--size"] is { } size && (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes) || megabytes is 0 or > LargestSize))
            {
                problems.Add(part.Location, $"`--size` of `part {part.Arguments[0]}` is no size: `{YamlScalar.Excerpt(size)}`", $"Write mebibytes, from 1 to {LargestSize}.");
            }

            if (part.Arguments[0] == "/boot/efi" && long.TryParse(part["--size"], NumberStyles.None, CultureInfo.InvariantCulture, out var efi) && efi is > 0 and < EfiPartition.Sectors / SectorsPerMiB)
            {
                problems.Add(part.Location, $"this installer's boot loader needs a `/boot/efi` of {EfiPartition.Sectors / SectorsPerMiB} MiB at least, not of {efi}", $"Write `--size={EfiPartition.Sectors / SectorsPerMiB}`, or more.");
            }

            if (part.Has("--grow") && part.Arguments[0] != "/")
            {
                problems.Add(part.Location, $"this installer lets only `/` grow, not `{part.Arguments[0]}`", "Remove `--grow`.");
            }
        }

        if (parts.All(part => part.Arguments[0] != "/"))
        {
            problems.Add(whole, "the kickstart has no `part /`", "Add `part / --size=3072 --grow`, say.");
        }

        if (kickstart.Commands.All(command => command.Name != "reqpart" || !command.Has("--add-boot")) && parts.All(part => part.Arguments[0] != "/boot"))
        {
            problems.Add(whole, "the kickstart has neither `reqpart --add-boot` nor `part /boot`, and the boot loader needs a /boot of its own", "Add `reqpart --add-boot`.");
        }
    }

    /// <summary>The layout of a kickstart that <see cref="Check"/> has nothing against.</summary>
    public static DiskLayout Of(KickstartFile kickstart)
    {
        var parts = Parts(kickstart).ToDictionary(part => part.Arguments[0], StringComparer.Ordinal);
        return new DiskLayout(Size("/boot/efi") ?? EfiPartition.Sectors, Size("/boot") ?? DefaultBoot, Size("swap") ?? 0, Size("/")!.Value, parts["/"].Has("--grow"));

        long? Size(string mount) => parts.TryGetValue(mount, out var part) ? long.Parse(part["--size"]!, CultureInfo.InvariantCulture) * SectorsPerMiB : null;
    }

    /// <summary>The partitions on a disk.</summary>
    /// <param name="sectors">The disk's size.</param>
    public IReadOnlyList<Partition> On(long sectors)
    {
        // GRUB for BIOS finds /boot by its number.
        List<Partition> partitions = [new("bios", 1, BiosFirst, BiosSectors), new("boot", 2, EfiFirst + EfiSectors, BootSectors)];
        if (SwapSectors > 0)
        {
            partitions.Add(new Partition("swap", 3, End(), SwapSectors));
        }

        var rest = (sectors - Tail - End()) / Alignment * Alignment;
        partitions.Add(new Partition("root", partitions.Count + 1, End(), RootGrows ? rest : RootSectors));
        partitions.Add(new Partition("efi", partitions.Count + 1, EfiFirst, EfiSectors));
        return partitions;

        long End() => partitions[^1].First + partitions[^1].Sectors;
    }

    private static IReadOnlyList<KickstartCommand> Parts(KickstartFile kickstart) => [.. kickstart.Commands.Where(command => command.Name is "part" or "partition")];
}
