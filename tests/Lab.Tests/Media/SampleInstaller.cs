using Lab.Execution;
using Lab.Tests.Hosting;

namespace Lab.Tests.Media;

/// <summary>
/// A small installer image for BIOS and UEFI, from a disc or a stick, made as distributions make theirs. Its boot loaders are those of Debian's
/// isolinux and grub-efi-amd64-bin where they are installed, and stand-ins elsewhere: what counts is that their records lead to them.
/// </summary>
internal static class SampleInstaller
{
    public const string VolumeId = "LAB-8-BaseOS";

    private const string Isolinux = "/usr/lib/ISOLINUX/isolinux.bin";
    private const string IsolinuxModule = "/usr/lib/syslinux/modules/bios/ldlinux.c32";
    private const string IsolinuxSector = "/usr/lib/ISOLINUX/isohdpfx.bin";
    private const string Grub = "/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi";

    /// <summary>Makes one.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="bootable">Whether it has boot records.</param>
    /// <param name="appended">Whether the EFI boot image is a partition behind the volume, as Fedora has it since 37, rather than a file.</param>
    /// <param name="volume">The volume's name.</param>
    /// <returns>The image.</returns>
    public static async Task<string> MakeAsync(HostFolder folder, bool bootable = true, bool appended = false, string volume = VolumeId)
    {
        folder.Write("iso/isolinux/isolinux.cfg", $"default linux\nlabel linux\n  kernel vmlinuz\n  append initrd=initrd.img inst.stage2=hd:LABEL={VolumeId} inst.ks=http://192.0.2.1/old.ks quiet\nlabel local\n  localboot 0\n");
        folder.Write("iso/EFI/BOOT/grub.cfg", $"set timeout=5\nmenuentry 'Install' {{\n\tlinuxefi /images/pxeboot/vmlinuz inst.stage2=hd:LABEL={VolumeId} quiet\n\tinitrdefi /images/pxeboot/initrd.img\n}}\n");
        folder.Write("iso/images/pxeboot/vmlinuz", "a kernel\n");
        folder.Write("iso/images/pxeboot/initrd.img", new string('i', 100_000));
        Loader(folder, "iso/isolinux/isolinux.bin", Isolinux);
        Loader(folder, "iso/isolinux/ldlinux.c32", IsolinuxModule);
        Loader(folder, "grubx64.efi", Grub);
        Loader(folder, "sector.bin", IsolinuxSector);
        await EfiImageAsync(folder);
        if (appended)
        {
            File.Move(folder["iso/images/efiboot.img"], folder["efi.img"]);
        }

        string[] efi = appended
            ? ["-partition_offset", "16", "-appended_part_as_gpt", "-append_partition", "2", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", folder["efi.img"], "-eltorito-alt-boot", "-e", "--interval:appended_partition_2:all::", "-no-emul-boot"]
            : ["-eltorito-alt-boot", "-e", "images/efiboot.img", "-no-emul-boot", "-isohybrid-gpt-basdat", .. File.Exists(IsolinuxSector) ? new[] { "-isohybrid-mbr", folder["sector.bin"] } : []];
        string[] boot = ["-b", "isolinux/isolinux.bin", "-c", "isolinux/boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", .. efi];
        await new Command("xorriso", ["-as", "mkisofs", "-quiet", "-volid", volume, "-joliet", "-rock", .. bootable ? boot : [], "-output", folder["boot.iso"], folder["iso"]]).SucceedAsync();
        return folder["boot.iso"];
    }

    private static async Task EfiImageAsync(HostFolder folder)
    {
        var image = folder["iso/images/efiboot.img"];
        await using (var file = File.Create(image))
        {
            file.SetLength(8 << 20);
        }

        await new Command("mformat", "-i", image, "-v", "EFI", "::").SucceedAsync();
        await new Command("mmd", "-i", image, "::/EFI", "::/EFI/BOOT").SucceedAsync();
        await new Command("mcopy", "-i", image, folder["grubx64.efi"], "::/EFI/BOOT/BOOTX64.EFI").SucceedAsync();
        await new Command("mcopy", "-i", image, folder["iso/EFI/BOOT/grub.cfg"], "::/EFI/BOOT/grub.cfg").SucceedAsync();
    }

    private static void Loader(HostFolder folder, string path, string installed)
    {
        if (File.Exists(installed))
        {
            File.Copy(installed, folder[path]);
        }
        else
        {
            folder.Write(path, new string('x', 4096));
        }
    }
}
