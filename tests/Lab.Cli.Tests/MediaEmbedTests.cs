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
