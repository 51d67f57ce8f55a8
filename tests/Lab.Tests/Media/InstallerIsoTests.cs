using FluentAssertions;
using Lab.Definitions;
using Lab.Execution;
using Lab.Media;
using Lab.Tests.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Media;

public sealed class InstallerIsoTests
{
    private const string Kickstart = "text\nreboot\n";
    private const string Argument = "inst.ks=hd:LABEL=" + SampleInstaller.VolumeId + ":/ks.cfg";

    [Test]
    public async Task An_installer_is_told_apart_by_its_name_records_menus_and_arguments()
    {
        using var folder = new HostFolder();

        var contents = await InstallerIso.InspectAsync(await SampleInstaller.MakeAsync(folder));

        contents.VolumeId.Should().Be(SampleInstaller.VolumeId);
        contents.BootRecords.Should().Equal("BIOS /isolinux/isolinux.bin", "UEFI /images/efiboot.img");
        contents.Kickstart.Should().BeNull(because: "the one that it names is elsewhere");
        contents.Menus.Select(menu => (menu.File, string.Join('|', menu.Arguments))).Should().Equal(
            ("/EFI/BOOT/grub.cfg", $"inst.stage2=hd:LABEL={SampleInstaller.VolumeId} quiet"),
            ("/isolinux/isolinux.cfg", $"initrd=initrd.img inst.stage2=hd:LABEL={SampleInstaller.VolumeId} inst.ks=http://192.0.2.1/old.ks quiet"),
            ("/images/efiboot.img/EFI/BOOT/grub.cfg", $"inst.stage2=hd:LABEL={SampleInstaller.VolumeId} quiet"));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_copy_carries_the_kickstart_and_every_entry_of_its_menus_boots_with_it(bool appended)
    {
        using var folder = new HostFolder();
        var iso = await SampleInstaller.MakeAsync(folder, appended: appended);
        var before = await InstallerIso.InspectAsync(iso);

        await InstallerIso.EmbedAsync(iso, folder["edge.iso"], Kickstart, ["console=ttyS0"]);

        var after = await InstallerIso.InspectAsync(folder["edge.iso"]);
        after.VolumeId.Should().Be(before.VolumeId, because: "the installer finds itself by it");
        after.BootRecords.Should().Equal(before.BootRecords);
        after.Kickstart.Should().Be("/ks.cfg");
        after.Files.Where(file => file.Path != "/ks.cfg").Select(file => (file.Path, file.Mode)).Should().Equal(before.Files.Select(file => (file.Path, file.Mode)));
        after.Files.Single(file => file.Path == "/ks.cfg").Mode.Should().Be("-rw-------");
        after.Menus.Select(menu => menu.File).Should().Equal(before.Menus.Select(menu => menu.File));
        after.Menus.Select(menu => menu.File).Should().HaveCount(3).And.Contain(appended ? "partition 2/EFI/BOOT/grub.cfg" : "/images/efiboot.img/EFI/BOOT/grub.cfg");
        after.Menus.SelectMany(menu => menu.Arguments).Should().OnlyContain(arguments => arguments.EndsWith($" quiet {Argument} console=ttyS0", StringComparison.Ordinal) && !arguments.Contains("old.ks", StringComparison.Ordinal));
        File.GetUnixFileMode(folder["edge.iso"]).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Test]
    public async Task A_volume_whose_name_has_blanks_is_named_as_the_installer_looks_for_it()
    {
        using var folder = new HostFolder();
        var iso = await SampleInstaller.MakeAsync(folder, volume: "Lab 9 x86_64");

        await InstallerIso.EmbedAsync(iso, folder["edge.iso"], Kickstart, []);

        var after = await InstallerIso.InspectAsync(folder["edge.iso"]);
        after.VolumeId.Should().Be("Lab 9 x86_64");
        after.Menus.SelectMany(menu => menu.Arguments).Should().OnlyContain(arguments => arguments.EndsWith(@" inst.ks=hd:LABEL=Lab\x209\x20x86_64:/ks.cfg", StringComparison.Ordinal));
        after.Kickstart.Should().Be("/ks.cfg");
    }

    [Test]
    public async Task Nobody_else_reads_the_copy_or_what_it_is_made_from_while_it_is_made()
    {
        using var folder = new HostFolder();
        var iso = await SampleInstaller.MakeAsync(folder);
        var seen = new Dictionary<string, UnixFileMode>(StringComparer.Ordinal);

        var embed = InstallerIso.EmbedAsync(iso, folder["edge.iso"], Kickstart, []);
        while (!embed.IsCompleted)
        {
            foreach (var made in Directory.EnumerateFiles(folder.Path, "edge.iso*").Concat(Directory.EnumerateDirectories(Path.GetTempPath(), "lab-iso-*")))
            {
                try
                {
                    seen[made] = File.GetUnixFileMode(made);
                }
                catch (IOException)
                {
                    // Gone meanwhile.
                }
            }

            await Task.Yield();
        }

        await embed;
        seen.Keys.Should().Contain(file => file.EndsWith(".partial", StringComparison.Ordinal)).And.Contain(file => file.Contains("lab-iso-", StringComparison.Ordinal));
        seen.Values.Should().OnlyContain(mode => (mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)) == UnixFileMode.None);
    }

    [Test]
    public async Task Nothing_else_on_the_copy_differs()
    {
        using var folder = new HostFolder();
        var iso = await SampleInstaller.MakeAsync(folder);

        await InstallerIso.EmbedAsync(iso, folder["edge.iso"], Kickstart, []);

        var (before, after) = (await FilesAsync(folder, iso, "before"), await FilesAsync(folder, folder["edge.iso"], "after"));
        after["ks.cfg"].Should().Be(Kickstart);
        after.Keys.Should().BeEquivalentTo(before.Keys.Append("ks.cfg"));
        before.Keys.Where(file => before[file] != after[file]).Should().BeEquivalentTo(
            ["isolinux/isolinux.cfg", "EFI/BOOT/grub.cfg", "images/efiboot.img", "isolinux/boot.cat", "isolinux/isolinux.bin"], because: "the last two tell where things are");
        (await SystemAreaAsync(folder["edge.iso"])).Should().Be(await SystemAreaAsync(iso), because: "sticks boot by it");
    }

    [Test]
    public async Task A_copys_own_kickstart_is_replaced_by_the_next()
    {
        using var folder = new HostFolder();
        await InstallerIso.EmbedAsync(await SampleInstaller.MakeAsync(folder), folder["one.iso"], Kickstart, []);

        await InstallerIso.EmbedAsync(folder["one.iso"], folder["two.iso"], "text\npoweroff\n", []);

        (await FilesAsync(folder, folder["two.iso"], "two"))["ks.cfg"].Should().Be("text\npoweroff\n");
        (await InstallerIso.InspectAsync(folder["two.iso"])).Menus.SelectMany(menu => menu.Arguments).Should().OnlyContain(arguments => arguments.Split("inst.ks=", StringSplitOptions.None).Length == 2);
    }

    [Test]
    public async Task The_checksum_of_the_media_check_is_renewed()
    {
        using var folder = new HostFolder();
        var iso = await SampleInstaller.MakeAsync(folder);
        await new Command("implantisomd5", iso).SucceedAsync();

        await InstallerIso.EmbedAsync(iso, folder["edge.iso"], Kickstart, []);

        var check = await new Command("checkisomd5", folder["edge.iso"]).RunAsync();
        check.ExitCode.Should().Be(0, because: check.Output + check.Error);
        (check.Output + check.Error).Should().Contain("PASS");
    }

    [Test]
    public async Task An_image_that_nothing_boots_from_is_refused()
    {
        using var folder = new HostFolder();
        var iso = await SampleInstaller.MakeAsync(folder, bootable: false);

        await Refuses(folder, iso, "the image has no boot record, so no machine starts from it");
    }

    [Test]
    public async Task A_truncated_image_is_refused()
    {
        using var folder = new HostFolder();
        var iso = await SampleInstaller.MakeAsync(folder);
        var whole = new FileInfo(iso).Length;
        await using (var file = File.OpenWrite(iso))
        {
            file.SetLength(whole / 2);
        }

        await Refuses(folder, iso, $"the image is truncated: it has {whole / 2} bytes of {whole}");
    }

    [TestCase("")]
    [TestCase("not an image")]
    public async Task What_is_no_image_is_refused(string text)
    {
        using var folder = new HostFolder();
        folder.Write("x.iso", text.PadRight(text.Length * 10_000));

        await Refuses(folder, folder["x.iso"], "the file is no ISO 9660 image");
    }

    [TestCase("  append initrd=i quiet\n", "  append initrd=i quiet NEW\n")]
    [TestCase("\tlinux /vmlinuz\n", "\tlinux /vmlinuz NEW\n")]
    [TestCase("LINUXEFI /vmlinuz a  b \r\n", "LINUXEFI /vmlinuz a  b NEW\r\n")]
    [TestCase("linux16 /v ks=old inst.ks=hd:LABEL=X:/ks.cfg ro", "linux16 /v ro NEW")]
    [TestCase("append -\nlabel linux\n# linux /x\ninitrd /i\n", "append -\nlabel linux\n# linux /x\ninitrd /i\n")]
    public void Arguments_go_to_the_end_of_each_entry_and_nowhere_else(string before, string after) => BootMenu.Add(before, "NEW").Should().Be(after);

    private static async Task Refuses(HostFolder folder, string iso, string message)
    {
        var failure = (await FluentActions.Awaiting(() => InstallerIso.EmbedAsync(iso, folder["edge.iso"], Kickstart, [])).Should().ThrowAsync<DefinitionException>()).Which;

        failure.Diagnostics.Single().Location.Should().Be(SourceLocation.Whole(iso));
        failure.Diagnostics.Single().Message.Should().Be(message);
        File.Exists(folder["edge.iso"]).Should().BeFalse();
    }

    private static async Task<Dictionary<string, string>> FilesAsync(HostFolder folder, string iso, string name)
    {
        await new Command("xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", folder[name]).SucceedAsync();
        await new Command("chmod", "-R", "u+rwX", folder[name]).SucceedAsync();
        return Directory.EnumerateFiles(folder[name], "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder[name], file), File.ReadAllText, StringComparer.Ordinal);
    }

    private static async Task<string> SystemAreaAsync(string iso) =>
        (await new Command("xorriso", "-indev", iso, "-report_system_area", "plain").SucceedAsync()).Split('\n').FirstOrDefault(line => line.StartsWith("System area summary", StringComparison.Ordinal)) ?? string.Empty;
}
