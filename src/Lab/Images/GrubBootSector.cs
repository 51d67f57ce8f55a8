using System.Buffers.Binary;

namespace Lab.Images;

/// <summary>
/// Installs GRUB for BIOS on a GPT disk image without mounting anything: what <c>grub-bios-setup</c> does, for the one layout used here.
/// </summary>
/// <remarks>
/// Offsets from GRUB's <c>include/grub/i386/pc/boot.h</c> and <c>diskboot.S</c>: boot.img holds the sector of the core image at 0x5c,
/// the boot drive at 0x64 and a jump to disarm at 0x66; the core's first sector ends with a list of (sector, count, segment).
/// </remarks>
public static class GrubBootSector
{
    private const int SectorSize = 512;
    private const int KernelSector = 0x5c;
    private const int BootDrive = 0x64;
    private const int DriveCheck = 0x66;
    private const int PartitionTable = 0x1b8;
    private const int BlockList = SectorSize - 12;
    private const ushort LoadSegment = 0x820;

    /// <summary>Writes boot.img into the first sector, keeping the partition table, and core.img into the BIOS boot partition.</summary>
    /// <param name="disk">The raw disk image.</param>
    /// <param name="bootImage">boot.img, one sector.</param>
    /// <param name="coreImage">core.img, as grub-mkimage made it.</param>
    /// <param name="firstSector">Where the BIOS boot partition begins.</param>
    /// <param name="sectors">How many sectors it has.</param>
    /// <exception cref="InvalidDataException">The images are not GRUB's, or don't fit.</exception>
    public static async Task InstallAsync(Stream disk, byte[] bootImage, byte[] coreImage, long firstSector, long sectors)
    {
        var coreSectors = (coreImage.Length + SectorSize - 1) / SectorSize;
        if (bootImage.Length != SectorSize || coreSectors < 2 || coreSectors > sectors)
        {
            throw new InvalidDataException($"GRUB's boot image has {bootImage.Length} bytes (512 wanted) and its core image {coreSectors} sectors (2 to {sectors} wanted).");
        }

        var core = new byte[coreSectors * SectorSize];
        coreImage.CopyTo(core, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(core.AsSpan(BlockList), (ulong)firstSector + 1);
        BinaryPrimitives.WriteUInt16LittleEndian(core.AsSpan(BlockList + 8), (ushort)(coreSectors - 1));
        BinaryPrimitives.WriteUInt16LittleEndian(core.AsSpan(BlockList + 10), LoadSegment);
        disk.Position = firstSector * SectorSize;
        await disk.WriteAsync(core);
        await FlushAsync(disk);

        // Last of all: a disk that was cut off before has no boot loader, rather than half of one.
        var boot = (byte[])bootImage.Clone();
        BinaryPrimitives.WriteUInt64LittleEndian(boot.AsSpan(KernelSector), (ulong)firstSector);
        boot[BootDrive] = 0xff;
        boot[DriveCheck] = boot[DriveCheck + 1] = 0x90;
        disk.Position = 0;
        await disk.WriteAsync(boot.AsMemory(0, PartitionTable));
        await FlushAsync(disk);
    }

    private static async Task FlushAsync(Stream disk)
    {
        if (disk is FileStream file)
        {
            file.Flush(flushToDisk: true);
        }
        else
        {
            await disk.FlushAsync();
        }
    }
}
