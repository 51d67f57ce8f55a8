using System.Formats.Tar;
using System.IO.Compression;
using FluentAssertions;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Images;
using Lab.Tests.State;
using NUnit.Framework;

namespace Lab.Tests.Images;

/// <summary>Real boxes of real, small disks.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class BoxStoreTests : IDisposable
{
    private const string Version1 = """{ "provider": "libvirt", "format": "qcow2", "virtual_size": 1 }""";
    private static readonly SourceLocation Place = new("/labs/web/lab.yaml", 3, 12);
    private readonly TemporaryHome _temporary = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("lab-boxes-").FullName;

    private BoxStore Boxes => new(_temporary.Home);

    private string BoxPath => Path.Combine(_folder, "x.box");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _temporary.Dispose();
    }

    [Test]
    public async Task A_box_is_written_as_others_write_it_and_taken_back()
    {
        await new BoxFile(BoxPath).WriteAsync(await DiskAsync("a.qcow2", "8M"), "# Vagrantfile\n", SilentProgress.Instance, CancellationToken.None);

        (await new Command("tar", "--list", "--gzip", "--file", BoxPath).SucceedAsync()).Should().Be("metadata.json\nVagrantfile\nbox.img\n");
        var box = await ImportAsync("debian");
        box.Disks.Should().ContainSingle();
        Boxes.List().Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "debian", Source = "x.box" });
        (await new ImageStore(_temporary.Home, SilentProgress.Instance).TakeAsync(Guest("debian"))).Should().BeEquivalentTo(new { File = Path.Combine(_temporary.Home.Images, $"{box.Disks[0]}.qcow2"), Size = ByteSize.FromMiB(8) });
    }

    [Test]
    public async Task A_box_of_several_disks_gives_a_guest_all_of_them_in_its_order()
    {
        var (root, data) = (await DiskAsync("root.qcow2", "8M"), await DiskAsync("data.qcow2", "2M", boots: false));
        await PackAsync(("./b.img", data), ("./a.img", root), ("./metadata.json", Text("""{ "provider": "libvirt", "disks": [{ "path": "a.img" }, { "path": "b.img" }] }""")));

        await ImportAsync("two");

        var image = await new ImageStore(_temporary.Home, SilentProgress.Instance).TakeAsync(Guest("two"));
        (await new DiskImage(image.File).SizeAsync()).Should().Be(ByteSize.FromMiB(8));
        (await new DiskImage(image.Further.Should().ContainSingle().Which.File).SizeAsync()).Should().Be(ByteSize.FromMiB(2));
    }

    [Test]
    public async Task A_box_that_lies_about_itself_is_refused_with_what_is_wrong()
    {
        var disk = await DiskAsync("a.qcow2", "8M");
        var above = Path.Combine(_folder, "above.qcow2");
        await new Command("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", disk, above).SucceedAsync();

        (await RefusedAsync(("box.img", disk))).Should().Be($"{BoxPath}: it has no metadata.json, so it is no box.");
        (await RefusedAsync(("metadata.json", Text("""{ "provider": "virtualbox" }""")), ("box.ovf", disk))).Should().Be($"{BoxPath}: it is for virtualbox, not for libvirt.");
        (await RefusedAsync(("metadata.json", Text(Version1)))).Should().Be($"{BoxPath}: it has no box.img, which its metadata.json promises.");
        (await RefusedAsync(("metadata.json", Text(Version1)), ("box.img", disk), ("../../etc/cron.d/x", disk))).Should().Contain("a file whose name leads out of it").And.Contain("../../etc/cron.d/x");
        (await RefusedAsync(("metadata.json", Text(Version1)), ("box.img", above))).Should().Contain("image box.img: it rests on another file").And.Contain(disk);
        (await RefusedAsync(("metadata.json", Text(Version1)), ("box.img", Text("no disk")))).Should().Contain("image box.img: it is no disk that boots");

        await PackAsync(("metadata.json", Text(Version1)), ("box.img", null));
        (await RefusedAsync()).Should().Be($"{BoxPath}: its box.img is no file but a SymbolicLink.");
        await File.WriteAllTextAsync(BoxPath, "a text");
        (await RefusedAsync()).Should().Be($"{BoxPath}: it is not packed with gzip, as boxes are.");

        Boxes.List().Should().BeEmpty();
        new[] { _temporary.Home.Boxes, _temporary.Home.Images }.SelectMany(Directory.EnumerateFileSystemEntries).Should().BeEmpty("what was refused leaves nothing");
    }

    [Test]
    public async Task A_box_s_disk_stays_until_the_box_is_deleted()
    {
        await PackAsync(("metadata.json", Text(Version1)), ("box.img", await DiskAsync("a.qcow2", "8M")));
        await ImportAsync("debian");
        var collector = new GarbageCollector(_temporary.Home, hypervisor: null, SilentProgress.Instance);

        (await collector.CollectAsync(remove: true)).Found.Should().BeEmpty("a lab may name it any time");
        Boxes.Delete("debian");
        (await collector.CollectAsync(remove: true)).Found.Should().ContainSingle().Which.Kind.Should().Be(GarbageKind.Image);
    }

    [TestCase(0.01)]
    [TestCase(0.5)]
    [TestCase(0.99)]
    public async Task A_box_that_is_cut_off_is_refused(double part)
    {
        // So that its disk can't be packed to nothing.
        var disk = await DiskAsync("a.qcow2", "8M");
        await new Command("qemu-io", "-f", "qcow2", "-c", "write -P 7 1M 1M", disk).SucceedAsync();
        await PackAsync(("metadata.json", Text(Version1)), ("box.img", disk));
        await using (var file = File.OpenWrite(BoxPath))
        {
            file.SetLength((long)(file.Length * part));
        }

        (await RefusedAsync()).Should().StartWith($"{BoxPath}: it is damaged or cut off");
    }

    [Test]
    public async Task A_box_takes_the_place_of_one_of_its_name_and_is_forgotten_when_it_is_deleted()
    {
        await PackAsync(("metadata.json", Text(Version1)), ("box.img", await DiskAsync("a.qcow2", "8M")));
        var first = await ImportAsync("debian");
        await PackAsync(("metadata.json", Text(Version1)), ("box.img", await DiskAsync("b.qcow2", "9M")));
        var second = await ImportAsync("debian");

        second.Disks.Should().NotEqual(first.Disks);
        Boxes.Find("debian")!.Disks.Should().Equal(second.Disks);
        (Boxes.Delete("debian"), Boxes.Delete("debian")).Should().Be((true, false));
        await new ImageStore(_temporary.Home, SilentProgress.Instance).Awaiting(store => store.TakeAsync(Guest("debian"))).Should().ThrowAsync<DefinitionException>()
            .WithMessage("/labs/web/lab.yaml:3:12: no box is called `debian`. `lab box import FILE --name debian` makes one*");
    }

    private Task<ImportedBox> ImportAsync(string name) => Boxes.ImportAsync(BoxPath, name, SilentProgress.Instance, TimeProvider.System);

    private async Task<string> RefusedAsync(params (string Name, string? File)[] entries)
    {
        if (entries.Length > 0)
        {
            await PackAsync(entries);
        }

        return (await FluentActions.Awaiting(() => ImportAsync("bad")).Should().ThrowAsync<LabException>().Where(failure => failure.Kind == FailureKind.Definition)).Which.Message;
    }

    private static GuestDefinition Guest(string box) => new() { Name = "node1", Image = new BoxImage(box, Place), Disk = ByteSize.FromMiB(1), Location = Place };

    private string Text(string text)
    {
        var file = Path.Combine(_folder, $"{Guid.NewGuid():n}");
        File.WriteAllText(file, text);
        return file;
    }

    private async Task<string> DiskAsync(string name, string size, bool boots = true)
    {
        var disk = Path.Combine(_folder, name);
        await new Command("qemu-img", "create", "-q", "-f", "qcow2", disk, size).SucceedAsync();
        if (boots)
        {
            await new Command("qemu-io", "-f", "qcow2", "-c", "write -P 0x55 510 1", "-c", "write -P 0xaa 511 1", disk).SucceedAsync();
        }

        return disk;
    }

    // Null makes a link of the entry.
    private async Task PackAsync(params (string Name, string? File)[] entries)
    {
        await using var packed = new GZipStream(File.Create(BoxPath), CompressionLevel.Fastest);
        await using var tar = new TarWriter(packed, TarEntryFormat.Gnu);
        foreach (var (name, file) in entries)
        {
            await using var content = file is null ? null : File.OpenRead(file);
            await tar.WriteEntryAsync(file is null ? new GnuTarEntry(TarEntryType.SymbolicLink, name) { LinkName = "/etc/shadow" } : new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
        }
    }
}
