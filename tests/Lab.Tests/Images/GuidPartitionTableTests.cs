using System.Buffers.Binary;
using System.Text;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Execution;
using Lab.Images;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Images;

public sealed class GuidPartitionTableTests
{
    [Test]
    public async Task What_sfdisk_writes_is_read()
    {
        var disk = Path.GetTempFileName();
        try
        {
            await using (var file = File.OpenWrite(disk))
            {
                file.SetLength(64 << 20);
            }

            await new Command("sfdisk", "--quiet", disk)
                .WithInput("label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649, name=bios\nstart=8192, size=4096, type=linux, name=boot\nstart=16384, type=linux\n")
                .SucceedAsync();

            GuidPartitionTable.Parse((await File.ReadAllBytesAsync(disk)).AsSpan(0, GuidPartitionTable.Size)).Should().Equal(
                new DiskPartition("bios", new Guid("21686148-6449-6E6F-744E-656564454649"), 1 << 20, 1 << 20),
                new DiskPartition("boot", new Guid("0FC63DAF-8483-4772-8E79-3D69D8477DE4"), 4 << 20, 2 << 20),
                new DiskPartition(string.Empty, new Guid("0FC63DAF-8483-4772-8E79-3D69D8477DE4"), 8 << 20, (64 << 20) - (8 << 20) - (1 << 20)));
        }
        finally
        {
            File.Delete(disk);
        }
    }

    [Property]
    public Property Partitions_are_read_as_they_were_written() => Prop.ForAll(Arb.From(Partitions()), partitions =>
        GuidPartitionTable.Parse(Write(partitions)).Should().Equal(partitions));

    [Property]
    public Property Garbage_is_read_or_refused_and_nothing_else(byte[] garbage) => Prop.ForAll(Gen.Choose(512, GuidPartitionTable.Size - 1).ToArbitrary(), place =>
    {
        var table = Write([new DiskPartition("boot", Guid.NewGuid(), 1 << 20, 1 << 20)]);
        garbage.AsSpan(0, Math.Min(garbage.Length, table.Length - place)).CopyTo(table.AsSpan(place));
        try
        {
            GuidPartitionTable.Parse(table);
        }
        catch (InvalidDataException)
        {
            // Refused in words.
        }
    });

    [Test]
    public void A_disk_without_a_table_is_refused()
    {
        FluentActions.Invoking(() => GuidPartitionTable.Parse(new byte[GuidPartitionTable.Size])).Should().Throw<InvalidDataException>().WithMessage("*no GUID partition table*");
        FluentActions.Invoking(() => GuidPartitionTable.Parse([])).Should().Throw<InvalidDataException>();
    }

    [Test]
    public void A_table_of_another_form_and_a_partition_that_ends_before_it_begins_are_refused()
    {
        var table = Write([new DiskPartition("boot", Guid.NewGuid(), 1 << 20, 1 << 20)]);
        BinaryPrimitives.WriteInt64LittleEndian(table.AsSpan(1024 + 40), 5);
        FluentActions.Invoking(() => GuidPartitionTable.Parse(table)).Should().Throw<InvalidDataException>().WithMessage("Partition 1 *from sector 2048 to 5.");

        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(512 + 80), uint.MaxValue);
        FluentActions.Invoking(() => GuidPartitionTable.Parse(table)).Should().Throw<InvalidDataException>().WithMessage("*another form*4294967295 entries*");
    }

    private static Gen<DiskPartition[]> Partitions() => Gen.Choose(0, 128).SelectMany(count => Gen.ArrayOf(
        from name in Gen.ArrayOf(Gen.Elements("a", "b", " ", "ü", "漢")).Resize(36).Select(string.Concat)
        from type in Gen.ArrayOf(Gen.Choose(1, 255), 16).Select(bytes => new Guid([.. bytes.Select(value => (byte)value)]))
        from first in Gen.Choose(34, int.MaxValue)
        from sectors in Gen.Choose(1, int.MaxValue)
        select new DiskPartition(name, type, first * 512L, sectors * 512L), count));

    private static byte[] Write(DiskPartition[] partitions)
    {
        var table = new byte[GuidPartitionTable.Size];
        "EFI PART"u8.CopyTo(table.AsSpan(512));
        BinaryPrimitives.WriteInt64LittleEndian(table.AsSpan(512 + 72), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(512 + 80), 128);
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(512 + 84), 128);
        for (var index = 0; index < partitions.Length; index++)
        {
            var entry = table.AsSpan(1024 + index * 128, 128);
            partitions[index].Type.TryWriteBytes(entry);
            BinaryPrimitives.WriteInt64LittleEndian(entry[32..], partitions[index].Offset / 512);
            BinaryPrimitives.WriteInt64LittleEndian(entry[40..], (partitions[index].Offset + partitions[index].Length) / 512 - 1);
            Encoding.Unicode.GetBytes(partitions[index].Name, entry[56..]);
        }

        return table;
    }
}
