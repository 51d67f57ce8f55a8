using System.IO.Compression;
using System.Security.Cryptography;
using FluentAssertions;
using Lab.Definitions;
using Lab.Execution;
using Lab.Images;
using Lab.Tests.State;
using NUnit.Framework;

namespace Lab.Tests.Images;

/// <summary>Real images, made by qemu-img.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ImageStoreTests : IDisposable
{
    private static readonly SourceLocation Place = new("/labs/web/lab.yaml", 3, 12);
    private readonly TemporaryHome _temporary = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("lab-images-").FullName;

    private ImageStore Store => new(_temporary.Home, SilentProgress.Instance);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _temporary.Dispose();
    }

    [TestCase("raw")]
    [TestCase("qcow2")]
    public async Task An_image_is_taken_once_and_a_guests_disk_is_larger_or_as_large(string format)
    {
        var file = await DiskAsync(format);

        var first = await Store.TakeAsync(Guest(new ImageFile(file, null, null, Place)));
        File.Move(file, file + ".moved");
        var again = await Store.TakeAsync(Guest(new ImageFile(file + ".moved", null, null, Place)));
        var larger = await Store.TakeAsync(Guest(new ImageFile(file + ".moved", null, null, Place), ByteSize.FromMiB(16)));

        (first.Fresh, again.Fresh, first.Size).Should().Be((true, false, ByteSize.FromMiB(9)), "the image is larger than the default");
        (again.File, again.Digest).Should().Be((first.File, first.Digest));
        (larger.File, larger.Size).Should().Be((first.File, ByteSize.FromMiB(16)));
        larger.Digest.Should().NotBe(first.Digest, "a checkpoint of the one does not fit the other");
    }

    [Test]
    public async Task A_disk_that_is_smaller_than_its_image_is_refused_at_the_size()
    {
        var image = new ImageFile(await DiskAsync("qcow2"), null, null, Place);

        (await Refused(Guest(image, ByteSize.FromMiB(8)))).Should().Be("/labs/web/lab.yaml:9:11: `disk` of guest `node1`: 8 MiB is less than the 9 MiB of its image disk.qcow2. Write `9 MiB` or more, or leave it out.");
    }

    [Test]
    public async Task What_has_another_checksum_is_refused_and_nothing_of_it_is_kept()
    {
        var file = await DiskAsync("qcow2");
        var wrong = new ImageChecksum("sha512", new string('0', 128));

        (await Refused(Guest(new ImageFile(file, wrong, null, Place)))).Should().StartWith("/labs/web/lab.yaml:3:12: image disk.qcow2 is not what its checksum says: sha512 000");
        (await Refused(Guest(new ImageDownload(new Uri(file), wrong, null, Place)))).Should().Contain(Convert.ToHexStringLower(SHA512.HashData(await File.ReadAllBytesAsync(file))));
        Directory.EnumerateFileSystemEntries(_temporary.Home.Images).Should().BeEmpty();
    }

    [Test]
    public async Task What_was_fetched_by_its_checksum_is_not_fetched_again()
    {
        var file = await DiskAsync("qcow2");
        var image = new ImageDownload(new Uri(file), new ImageChecksum("sha256", ContentDigest.OfFile(file)), null, Place);

        (await Store.TakeAsync(Guest(image))).Fresh.Should().BeTrue();
        File.Delete(file);

        (await Store.TakeAsync(Guest(image))).Fresh.Should().BeFalse();
    }

    [Test]
    public async Task A_server_that_is_not_there_is_told_with_the_place_that_names_it()
    {
        var image = new ImageDownload(new Uri("http://127.0.0.1:1/x.qcow2"), new ImageChecksum("sha256", new string('0', 64)), null, Place);

        await Store.Awaiting(store => store.TakeAsync(Guest(image))).Should().ThrowAsync<HostException>().WithMessage("/labs/web/lab.yaml:3:12: image x.qcow2 can't be downloaded from http://127.0.0.1:1/x.qcow2: Connection refused*");
    }

    [Test]
    public async Task What_no_guest_can_begin_on_is_refused_with_a_way_out()
    {
        var disk = await DiskAsync("qcow2");
        var above = Path.Combine(_folder, "above.qcow2");
        await new Command("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", disk, above).SucceedAsync();
        var elsewhere = Path.Combine(_folder, "elsewhere.qcow2");
        await new Command("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={_folder}/data.raw", elsewhere, "1M").SucceedAsync();
        var vmdk = Path.Combine(_folder, "disk.vmdk");
        await new Command("qemu-img", "create", "-q", "-f", "vmdk", vmdk, "1M").SucceedAsync();
        var page = Write("page.qcow2", "<html>Not found</html>"u8.ToArray());
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            await gzip.WriteAsync("a disk"u8.ToArray());
        }

        (await RefusedAsync(above)).Should().Contain("it rests on another file").And.Contain(disk);
        (await RefusedAsync(elsewhere)).Should().Contain("it rests on another file").And.Contain("data.raw");
        (await RefusedAsync(vmdk)).Should().Contain("it is in the format vmdk").And.Contain("qemu-img convert -f vmdk -O qcow2");
        (await RefusedAsync(page)).Should().Contain("it is no disk that boots");
        (await RefusedAsync(Write("disk.gz", packed.ToArray()))).Should().Contain("it is packed with gzip").And.Contain("gunzip");
        (await Refused(Guest(new ImageFile(page, null, ImageFormat.Qcow2, Place)))).Should().Contain("not in qcow2 format");
        Directory.EnumerateFileSystemEntries(_temporary.Home.Images).Should().BeEmpty();
    }

    private Task<string> RefusedAsync(string file) => Refused(Guest(new ImageFile(file, null, null, Place)));

    private async Task<string> Refused(GuestDefinition guest) =>
        (await Store.Awaiting(store => store.TakeAsync(guest)).Should().ThrowAsync<DefinitionException>()).Which.Message;

    private static GuestDefinition Guest(ImageDefinition image, ByteSize? disk = null) => new()
    {
        Name = "node1",
        Image = image,
        Disk = disk ?? ByteSize.FromMiB(8),
        DiskLocation = disk is null ? null : Place with { Line = 9, Column = 11 },
        Location = Place,
    };

    private string Write(string name, byte[] bytes)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    // 9 MiB of nothing, behind a boot sector.
    private async Task<string> DiskAsync(string format)
    {
        var sector = new byte[512];
        (sector[510], sector[511]) = (0x55, 0xaa);
        var raw = Write("disk.raw", sector);
        await using (var stream = File.OpenWrite(raw))
        {
            stream.SetLength(ByteSize.FromMiB(9).Bytes);
        }

        if (format == "raw")
        {
            return raw;
        }

        await new Command("qemu-img", "convert", "-f", "raw", "-O", format, raw, Path.Combine(_folder, "disk.qcow2")).SucceedAsync();
        return Path.Combine(_folder, "disk.qcow2");
    }
}
