using System.Buffers.Binary;
using FluentAssertions;
using Lab.Images;
using NUnit.Framework;

namespace Lab.Tests.Images;

public sealed class GrubBootSectorTests
{
    private const int Sector = 512;
    private const long First = 8;

    [Test]
    public async Task The_boot_image_learns_where_the_core_begins_and_boots_from_any_drive()
    {
        var disk = await InstallAsync(core: 5 * Sector);

        BinaryPrimitives.ReadUInt64LittleEndian(disk.AsSpan(0x5c)).Should().Be(First);
        disk[0x64].Should().Be(0xff);
        disk.AsSpan(0x66, 2).ToArray().Should().Equal(0x90, 0x90);
        disk.AsSpan(0, 0x5c).ToArray().Should().OnlyContain(octet => octet == Boot);
        disk.AsSpan(0x68, 0x1b8 - 0x68).ToArray().Should().OnlyContain(octet => octet == Boot);
    }

    [Test]
    public async Task The_partition_table_and_what_follows_it_stay() =>
        (await InstallAsync(core: 5 * Sector)).AsSpan(0x1b8, (int)First * Sector - 0x1b8).ToArray().Should().OnlyContain(octet => octet == Disk);

    [Test]
    public async Task The_cores_first_sector_lists_the_others()
    {
        var disk = await InstallAsync(core: 4 * Sector + 1);
        var list = disk.AsSpan((int)First * Sector + Sector - 12, 12).ToArray();

        BinaryPrimitives.ReadUInt64LittleEndian(list).Should().Be(First + 1);
        BinaryPrimitives.ReadUInt16LittleEndian(list.AsSpan(8)).Should().Be(4, "the core ends in a fifth sector");
        BinaryPrimitives.ReadUInt16LittleEndian(list.AsSpan(10)).Should().Be(0x820);
    }

    [Test]
    public async Task The_core_is_padded_to_a_sector_and_nothing_behind_it_is_touched()
    {
        var disk = await InstallAsync(core: 2 * Sector + 1);
        var core = disk.AsSpan((int)First * Sector).ToArray();

        core[..(Sector - 12)].Should().OnlyContain(octet => octet == Core);
        core[Sector..(2 * Sector + 1)].Should().OnlyContain(octet => octet == Core);
        core[(2 * Sector + 1)..(3 * Sector)].Should().OnlyContain(octet => octet == 0);
        core[(3 * Sector)..].Should().OnlyContain(octet => octet == Disk);
    }

    [TestCase(511, 4 * Sector, TestName = "A boot image of less than a sector is refused")]
    [TestCase(513, 4 * Sector, TestName = "A boot image of more than a sector is refused")]
    [TestCase(512, Sector, TestName = "A core without a sector to load is refused")]
    [TestCase(512, 16 * Sector + 1, TestName = "A core larger than its partition is refused")]
    public async Task What_is_not_grubs_is_refused_and_the_disk_stays_as_it_was(int boot, int core)
    {
        using var disk = FilledDisk();

        await FluentActions.Awaiting(() => GrubBootSector.InstallAsync(disk, Filled(boot, Boot), Filled(core, Core), First, sectors: 16))
            .Should().ThrowAsync<InvalidDataException>().WithMessage($"*{boot} bytes (512 wanted)*(2 to 16 wanted)*");

        disk.ToArray().Should().OnlyContain(octet => octet == Disk);
    }

    private const byte Boot = 0xb0;
    private const byte Core = 0xc0;
    private const byte Disk = 0xd0;

    private static async Task<byte[]> InstallAsync(int core)
    {
        using var disk = FilledDisk();
        await GrubBootSector.InstallAsync(disk, Filled(Sector, Boot), Filled(core, Core), First, sectors: 16);
        return disk.ToArray();
    }

    private static MemoryStream FilledDisk()
    {
        var disk = new MemoryStream();
        disk.Write(Filled(32 * Sector, Disk));
        return disk;
    }

    private static byte[] Filled(int size, byte octet)
    {
        var bytes = new byte[size];
        Array.Fill(bytes, octet);
        return bytes;
    }
}
