using Lab.Execution;
using Lab.Images;
using Lab.State;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>
/// A Debian disk as people have them, that OSTree has no part in: the files of a tree in an ordinary root file system, with a kernel in /boot
/// and cloud-init, made anew from what the atomic host's lab has composed.
/// </summary>
internal static class PlainDisk
{
    /// <summary>Its size, which is less than a guest's disk has.</summary>
    public const long Bytes = 2L << 30;

    private const long Sector = 512;
    private const long Core = 2048;
    private const long Boot = 4096;
    private const long Root = Boot + (256L << 20) / Sector;
    private const string Arguments = "root=LABEL=root rw console=tty0 console=ttyS0 panic=10 tsc=reliable maxcpus=1";

    /// <summary>Writes it as a raw disk.</summary>
    /// <param name="home">Where the tree is composed.</param>
    /// <param name="file">The disk.</param>
    public static async Task MakeAsync(LabHome home, string file)
    {
        var composer = new TreeComposer(home, new AptMirrors().FindAsync, SilentProgress.Instance, TimeProvider.System);
        var tree = (await composer.ComposeAsync([AtomicHost.Named("plain").Trees[0]]))[0];
        await using (var disk = File.Create(file))
        {
            disk.SetLength(Bytes);
        }

        var work = file + ".d";
        Directory.CreateDirectory(work);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(work, "grub.cfg"), GrubMenu.Render());
            await File.WriteAllBytesAsync(Path.Combine(work, "grubenv"), GrubEnvironment.Format([]));
            await File.WriteAllTextAsync(Path.Combine(work, "plain.conf"), GrubMenu.Fit($"title Plain\nversion 1\nlinux /vmlinuz\ninitrd /initramfs.img\noptions {Arguments}\n"));
            foreach (var image in new[] { "boot.img", "core.img" })
            {
                await composer.Repository.CopyOutAsync(tree.Commit, $"/{ComposeHooks.BootloaderFolder}/{image}", Path.Combine(work, image));
            }

            await AsRootAsync($"""
                set -e
                cd {Command.Quote(work)}
                printf 'label: gpt\nstart={Core}, size={Boot - Core}, type=21686148-6449-6E6F-744E-656564454649\nstart={Boot}, size={Root - Boot}, type=linux\nstart={Root}, type=linux\n' | sfdisk --quiet {Command.Quote(file)}
                ostree checkout --repo={Command.Quote(composer.Repository.Path)} {tree.Commit} root
                mv root/usr/etc root/etc
                mkdir -p root/var/log/journal boot/grub boot/loader/entries
                cp root/usr/lib/modules/*/vmlinuz root/usr/lib/modules/*/initramfs.img boot/
                mv grub.cfg grubenv boot/grub/ && mv plain.conf boot/loader/entries/
                mke2fs -q -t ext4 -L boot -d boot -E offset={Boot * Sector} {Command.Quote(file)} {(Root - Boot) * Sector / 1024}k
                mke2fs -q -t ext4 -L root -d root -E offset={Root * Sector} {Command.Quote(file)} {(Bytes / Sector - 2048 - Root) * Sector / 1024}k
                """);
            await using var written = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            await GrubBootSector.InstallAsync(written, await File.ReadAllBytesAsync(Path.Combine(work, "boot.img")), await File.ReadAllBytesAsync(Path.Combine(work, "core.img")), Core, Boot - Core);
        }
        finally
        {
            await AsRootAsync($"rm -rf {Command.Quote(work)}");
        }
    }

    // The files have many owners: an ordinary user is the root of a user namespace meanwhile.
    private static async Task AsRootAsync(string script) =>
        await (Environment.IsPrivilegedProcess ? new Command("sh", "-c", script) : new Command("unshare", "--user", "--map-auto", "--map-root-user", "sh", "-c", script)).SucceedAsync();
}
