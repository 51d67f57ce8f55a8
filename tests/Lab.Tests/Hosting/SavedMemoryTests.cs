using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;
using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class SavedMemoryTests : IDisposable
{
    private const string Saved = """
        <domain type='qemu'>
          <name>web-node1</name>
          <uuid>11111111-1111-1111-1111-111111111111</uuid>
          <title>Guest node1 of lab web</title>
          <metadata><lab:guest xmlns:lab='urn:lab:guest:1' lab='web'/></metadata>
          <sysinfo type='smbios'><system><entry name='manufacturer'>Lab</entry></system></sysinfo>
          <os><type machine='pc-q35-10.0'>hvm</type></os>
          <devices>
            <disk type='file'><source file='/labs/web/disk.qcow2'/><address type='pci' bus='0x04'/></disk>
            <interface type='user'><mac address='52:54:00:10:bb:74'/><portForward><range start='20001' to='22'/></portForward><address type='pci' bus='0x02'/></interface>
            <interface type='udp'><source address='127.0.0.1' port='1'><local port='2'/></source></interface>
            <serial type='pty'><log file='/labs/web/console.log'/></serial>
            <console type='pty'><log file='/labs/web/console.log'/></console>
          </devices>
        </domain>
        """;

    // As a newer libvirt might lay it out for another seat.
    private static readonly string Other = Saved
        .Replace("web", "web-7", StringComparison.Ordinal).Replace('1', '3').Replace("bus='0x04'", "bus='0x09'", StringComparison.Ordinal).Replace("pc-q35-30.0", "pc-q35-99", StringComparison.Ordinal);

    private readonly string _folder = Directory.CreateTempSubdirectory("lab-memory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_copy_has_names_files_and_ports_of_its_own_and_the_machine_that_was_saved()
    {
        var copy = XDocument.Parse(SavedMemory.Rename(Saved, Other)).Root!;

        copy.Element("name")!.Value.Should().Be("web-7-node3");
        copy.Element("uuid")!.Value.Should().StartWith("33333333");
        copy.Descendants(XName.Get("guest", "urn:lab:guest:3")).Should().ContainSingle();
        copy.Descendants("source").First().Attribute("file")!.Value.Should().Be("/labs/web-7/disk.qcow2");
        copy.Descendants("source").Last().Attribute("port")!.Value.Should().Be("3");
        copy.Descendants("range").Single().Attribute("start")!.Value.Should().Be("20003");
        copy.Descendants("log").Should().HaveCount(2).And.OnlyContain(log => log.Attribute("file")!.Value == "/labs/web-7/console.log");

        copy.Descendants("type").Single().Attribute("machine")!.Value.Should().Be("pc-q35-10.0");
        copy.Descendants("address").First().Attribute("bus")!.Value.Should().Be("0x04", "the guest's kernel knows where its devices are");
        copy.Descendants("mac").Single().Attribute("address")!.Value.Should().Be("52:54:00:10:bb:74");
    }

    [Test]
    public void Machines_with_other_devices_are_refused() =>
        FluentActions.Invoking(() => SavedMemory.Rename(Saved, Other.Replace("<disk ", "<disk><source file='x'/></disk><disk ", StringComparison.Ordinal)))
            .Should().Throw<HostException>().WithMessage("*1 of devices/disk/source*2*");

    [Test]
    public async Task A_file_is_copied_with_its_stream_where_it_was()
    {
        var (file, copy) = (Path.Combine(_folder, "a"), Path.Combine(_folder, "b"));
        await File.WriteAllBytesAsync(file, FileOf(Saved, room: 500));

        await SavedMemory.CopyAsync(file, copy, Other, default);

        var (before, after) = (await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync(copy));
        after.Should().HaveSameCount(before);
        var xml = TextAt(after, 92);
        xml.Should().Contain("<name>web-7-node3</name>");
        TextAt(after, 92 + BinaryPrimitives.ReadInt32LittleEndian(after.AsSpan(32))).Should().Be("<cookie/>");
        after.AsSpan(after.Length - 8).SequenceEqual("QEVM\0\0\0\u0003"u8).Should().BeTrue();
        File.GetUnixFileMode(copy).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite, "it holds all that the guest knows");
    }

    [Test]
    public async Task What_lab_begins_itself_is_a_sparse_file_of_libvirts_with_room_for_another_definition()
    {
        var (file, copy) = (Path.Combine(_folder, "a"), Path.Combine(_folder, "b"));
        var begin = SavedMemory.Begin(Saved);
        await File.WriteAllBytesAsync(file, [.. begin, .. "QEVM"u8]);

        await SavedMemory.CopyAsync(file, copy, Other, default);

        begin.Should().HaveCount(92 + BinaryPrimitives.ReadInt32LittleEndian(begin.AsSpan(20)), "QEMU's stream follows there");
        begin.AsSpan(24, 4).ToArray().Should().OnlyContain(one => one == 0, "it was not running");
        BinaryPrimitives.ReadInt32LittleEndian(begin.AsSpan(28)).Should().Be(6);
        TextAt(begin, 92).Should().Be(Saved);
        TextAt(await File.ReadAllBytesAsync(copy), 92).Should().Contain("<name>web-7-node3</name>");
    }

    [Test]
    public async Task A_definition_that_does_not_fit_is_refused_and_so_is_another_format()
    {
        var file = Path.Combine(_folder, "a");
        await File.WriteAllBytesAsync(file, FileOf(Saved, room: 0));
        await FluentActions.Awaiting(() => SavedMemory.CopyAsync(file, file + "b", Other.Replace("web-7", new string('w', 200), StringComparison.Ordinal), default))
            .Should().ThrowAsync<HostException>().WithMessage("*has room for*");

        await File.WriteAllBytesAsync(file, [.. "LibvirtQemudPart"u8, .. new byte[200]]);
        await FluentActions.Awaiting(() => SavedMemory.CopyAsync(file, file + "b", Other, default)).Should().ThrowAsync<HostException>().WithMessage("*is none of libvirt's files of version 2*");
    }

    // libvirt's src/qemu/qemu_saveimage.h: magic, version, length of the area, was running, format, cookie's offset, 14 unused.
    private static byte[] FileOf(string xml, int room)
    {
        byte[] area = [.. Encoding.UTF8.GetBytes(xml), 0, .. "<cookie/>"u8, 0, .. new byte[room]];
        var header = new byte[92];
        "LibvirtQemudSave"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), 2);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), area.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(32), Encoding.UTF8.GetByteCount(xml) + 1);
        return [.. header, .. area, .. "QEVM\0\0\0\u0003"u8];
    }

    private static string TextAt(byte[] bytes, int at) => Encoding.UTF8.GetString(bytes.AsSpan(at)[..bytes.AsSpan(at).IndexOf((byte)0)]);
}
