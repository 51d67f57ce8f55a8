using System.Formats.Tar;
using System.Text;
using FluentAssertions;
using Lab.Execution;
using Lab.Media.Installer;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Media.Installer;

public sealed class InitramfsTests
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Test]
    public async Task What_is_written_is_what_cpio_reads()
    {
        using var folder = new HostFolder();
        using var archive = new MemoryStream();
        var initramfs = new Initramfs(archive);
        await initramfs.AddAsync(new PaxTarEntry(TarEntryType.Directory, "./etc/") { Mode = Mode }, default);
        await initramfs.AddAsync(new PaxTarEntry(TarEntryType.RegularFile, "./etc/odd") { Mode = Mode, DataStream = Text("12345") }, default);
        await initramfs.AddAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "./etc/link") { LinkName = "odd" }, default);
        await initramfs.AddAsync(new PaxTarEntry(TarEntryType.HardLink, "./etc/second") { LinkName = "./etc/odd" }, default);
        await initramfs.FileAsync("usr/lib/lab/program", Text("runs"), Mode, default);
        await initramfs.EndAsync(default);

        var bytes = archive.ToArray();
        await new Command("cpio", "--extract", "--make-directories", "--quiet").In(folder.Path)
            .WithInput((stream, token) => stream.WriteAsync(bytes, token).AsTask()).SucceedAsync();

        (await File.ReadAllTextAsync(folder["etc/odd"])).Should().Be("12345");
        File.GetUnixFileMode(folder["etc/odd"]).Should().Be(Mode);
        new FileInfo(folder["etc/link"]).LinkTarget.Should().Be("odd");
        new FileInfo(folder["etc/second"]).LinkTarget.Should().Be("/etc/odd");
        (await File.ReadAllTextAsync(folder["usr/lib/lab/program"])).Should().Be("runs", "the folders above it are made");
    }

    private static MemoryStream Text(string text) => new(Encoding.UTF8.GetBytes(text));
}
