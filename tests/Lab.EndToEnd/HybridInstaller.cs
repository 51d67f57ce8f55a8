using Lab.Execution;

namespace Lab.EndToEnd;

/// <summary>
/// An installer's image as distributions make theirs, for BIOS by isolinux and for UEFI by GRUB, from a disc or a stick. The boot loaders are
/// Debian's; what they start prints its arguments and powers off. Each of its three menus has an argument that tells it, <c>lab.menu</c>.
/// </summary>
internal static class HybridInstaller
{
    public const string VolumeId = "LAB-9-BaseOS";

    private const string Isolinux = "/usr/lib/ISOLINUX/isolinux.bin";
    private const string IsolinuxModule = "/usr/lib/syslinux/modules/bios/ldlinux.c32";
    private const string IsolinuxSector = "/usr/lib/ISOLINUX/isohdpfx.bin";

    /// <summary>Makes one.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="kernel">The kernel that it starts.</param>
    /// <param name="initramfs">What that runs.</param>
    /// <returns>The image.</returns>
    public static async Task<string> MakeAsync(string folder, string kernel, string initramfs)
    {
        string At(string path) => Path.Combine(folder, path);
        foreach (var needed in new[] { "iso/isolinux", "iso/EFI/BOOT", "iso/images/pxeboot" })
        {
            Directory.CreateDirectory(At(needed));
        }

        await File.WriteAllTextAsync(At("iso/isolinux/isolinux.cfg"), $"serial 0\ndefault linux\nprompt 0\nlabel linux\n  kernel /images/pxeboot/vmlinuz\n  append initrd=/images/pxeboot/initrd.img inst.stage2=hd:LABEL={VolumeId} lab.menu=isolinux\n");
        await File.WriteAllTextAsync(At("iso/EFI/BOOT/grub.cfg"), GrubMenu("volume"));
        await File.WriteAllTextAsync(At("grub.cfg"), GrubMenu("efi"));
        File.Copy(kernel, At("iso/images/pxeboot/vmlinuz"));
        File.Copy(initramfs, At("iso/images/pxeboot/initrd.img"));
        File.Copy(Isolinux, At("iso/isolinux/isolinux.bin"));
        File.Copy(IsolinuxModule, At("iso/isolinux/ldlinux.c32"));

        // On a stick it is the menu beside GRUB that counts, in the EFI boot image; of a disc GRUB sees the volume only.
        await File.WriteAllTextAsync(At("efi.id"), "The EFI boot image\n");
        await File.WriteAllTextAsync(At("early.cfg"), $"search --no-floppy --set=root --label {VolumeId}\nsearch --no-floppy --set=root --file /efi.id\nconfigfile /EFI/BOOT/grub.cfg\n");
        await new Command("grub-mkimage", "-O", "x86_64-efi", "-p", "/EFI/BOOT", "-c", At("early.cfg"), "-o", At("bootx64.efi"), "part_gpt", "part_msdos", "fat", "iso9660", "normal", "configfile", "linux", "search", "search_label", "search_fs_file", "echo").SucceedAsync();
        var efi = At("iso/images/efiboot.img");
        await new Command("mformat", "-C", "-i", efi, "-f", "2880", "::").SucceedAsync();
        await new Command("mmd", "-i", efi, "::/EFI", "::/EFI/BOOT").SucceedAsync();
        await new Command("mcopy", "-i", efi, At("bootx64.efi"), "::/EFI/BOOT/BOOTX64.EFI").SucceedAsync();
        await new Command("mcopy", "-i", efi, At("grub.cfg"), "::/EFI/BOOT/grub.cfg").SucceedAsync();
        await new Command("mcopy", "-i", efi, At("efi.id"), "::/efi.id").SucceedAsync();
        await new Command(
            "xorriso", "-as", "mkisofs", "-quiet", "-volid", VolumeId, "-joliet", "-rock", "-isohybrid-mbr", IsolinuxSector,
            "-b", "isolinux/isolinux.bin", "-c", "isolinux/boot.cat", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
            "-eltorito-alt-boot", "-e", "images/efiboot.img", "-no-emul-boot", "-isohybrid-gpt-basdat", "-output", At("boot.iso"), At("iso")).SucceedAsync();
        return At("boot.iso");
    }

    private static string GrubMenu(string name) =>
        $"set timeout=0\nsearch --no-floppy --set=root --label {VolumeId}\nmenuentry 'Install' {{\n\tlinux /images/pxeboot/vmlinuz inst.stage2=hd:LABEL={VolumeId} lab.menu={name}\n\tinitrd /images/pxeboot/initrd.img\n}}\n";
}
