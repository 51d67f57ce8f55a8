using System.Text.Json;
using Lab.Execution;

namespace Lab.Cli.Tests;

internal sealed class MediaEmbedTests
{
    private const string Volume = "LAB";

    [Test]
    public async Task A_kickstart_is_put_into_an_image_and_shown_there()
    {
        using var user = new LabUser();
        await ImageAsync(user);
        user.Write("ks.cfg", "text\nreboot\n");

        var embedded = await user.RunAsync("media", "embed", "boot.iso", "ks.cfg", "-o", "edge.iso", "--append", "console=ttyS0 quiet");
        var inspected = await user.RunAsync("media", "inspect", "edge.iso");

        embedded.ExitCode.Should().Be(0, because: embedded.Error);
        embedded.Output.Should().Be($"{Path.Combine(user.Folder, "edge.iso")} installs by itself.\nMenu                    Kernel arguments\n/isolinux/isolinux.cfg  initrd=i inst.ks=hd:LABEL={Volume}:/ks.cfg console=ttyS0 quiet\n");
        inspected.Output.Should().StartWith($"Volume id: {Volume}\nBoot record: BIOS /isolinux/isolinux.bin\nKickstart: /ks.cfg\nMenu ").And.MatchRegex(@"\n/ks\.cfg +12 +-rw-------\n");
    }

    [Test]
    public async Task What_is_on_an_image_is_json_where_json_was_asked_for()
    {
        using var user = new LabUser();
        await ImageAsync(user);
        user.Write("ks.cfg", "text\nreboot\n");
        await user.RunAsync("media", "embed", "boot.iso", "ks.cfg", "-o", "edge.iso", "--append", "quiet");

        var result = await user.RunAsync("media", "inspect", "edge.iso", "--json");

        result.ExitCode.Should().Be(0, because: result.Error);
        var json = JsonDocument.Parse(result.Output).RootElement;
        json.GetProperty("volumeId").GetString().Should().Be(Volume);
        json.GetProperty("bootRecords").EnumerateArray().Select(record => record.GetString()).Should().Equal("BIOS /isolinux/isolinux.bin");
        json.GetProperty("kickstart").GetString().Should().Be("/ks.cfg");
        var menu = json.GetProperty("menus").EnumerateArray().Should().ContainSingle().Subject;
        menu.GetProperty("file").GetString().Should().Be("/isolinux/isolinux.cfg");
        menu.GetProperty("arguments").EnumerateArray().Select(arguments => arguments.GetString()).Should().Equal($"initrd=i inst.ks=hd:LABEL={Volume}:/ks.cfg quiet");
        json.GetProperty("files").EnumerateArray().Should().Contain(file => file.GetProperty("path").GetString() == "/ks.cfg" && file.GetProperty("bytes").GetInt64() == 12 && file.GetProperty("mode").GetString() == "-rw-------");
    }

    [Test]
    public async Task A_truncated_image_is_the_users_mistake_and_told_as_one()
    {
        using var user = new LabUser();
        await ImageAsync(user);
        user.Write("ks.cfg", "text\n");
        var iso = Path.Combine(user.Folder, "boot.iso");
        await using (var file = File.OpenWrite(iso))
        {
            file.SetLength(file.Length / 2);
        }

        foreach (var command in new string[][] { ["media", "embed", "boot.iso", "ks.cfg", "-o", "edge.iso"], ["media", "inspect", "boot.iso"] })
        {
            var result = await user.RunAsync(command);

            result.ExitCode.Should().Be(2, because: result.Output);
            result.Error.Should().MatchRegex(@"\Aboot\.iso: the image is truncated: it has \d+ bytes of \d+\. Fetch it again, and compare its checksum\.\n\z");
        }

        File.Exists(Path.Combine(user.Folder, "edge.iso")).Should().BeFalse();
    }

    [Test]
    public async Task An_image_without_a_boot_record_is_the_users_mistake()
    {
        using var user = new LabUser();
        user.Write("iso/isolinux.cfg", "label linux\n  kernel k\n  append initrd=i\n");
        user.Write("ks.cfg", "text\n");
        await new Command("xorriso", "-as", "mkisofs", "-quiet", "-volid", Volume, "-rock", "-output", "boot.iso", "iso").In(user.Folder).SucceedAsync();

        var result = await user.RunAsync("media", "embed", "boot.iso", "ks.cfg", "-o", "edge.iso");

        result.ExitCode.Should().Be(2);
        result.Error.Should().Be("boot.iso: the image has no boot record, so no machine starts from it. Take the installer's boot or DVD image.\n");
        File.Exists(Path.Combine(user.Folder, "edge.iso")).Should().BeFalse();
    }

    [Test]
    public async Task A_wrong_kickstart_is_not_put_anywhere()
    {
        using var user = new LabUser();
        await ImageAsync(user);
        user.Write("ks.cfg", "text\nreboots\n");

        var result = await user.RunAsync("media", "embed", "boot.iso", "ks.cfg", "-o", "edge.iso");

        result.ExitCode.Should().Be(2);
        result.Error.Should().Be("ks.cfg:2:1: RHEL 9 has no command `reboots`. Did you mean `reboot`?\n");
        File.Exists(Path.Combine(user.Folder, "edge.iso")).Should().BeFalse();
    }

    private static async Task ImageAsync(LabUser user)
    {
        user.Write("iso/isolinux/isolinux.bin", new string('x', 4096));
        user.Write("iso/isolinux/isolinux.cfg", "label linux\n  kernel k\n  append initrd=i\n");
        await new Command("xorriso", "-as", "mkisofs", "-quiet", "-volid", Volume, "-rock", "-b", "isolinux/isolinux.bin", "-c", "isolinux/boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-output", "boot.iso", "iso").In(user.Folder).SucceedAsync();
    }
}
