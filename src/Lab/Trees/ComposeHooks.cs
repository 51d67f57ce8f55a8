using Lab.Definitions;
using Lab.Execution;

namespace Lab.Trees;

/// <summary>Shell lines that mmdebstrap runs at its stages, with the root folder as <c>$1</c> (mmdebstrap(1), HOOKS).</summary>
internal static class ComposeHooks
{
    /// <summary>Where a tree carries the boot images for its disk, as bootupd's trees do below /usr/lib.</summary>
    public const string BootloaderFolder = "usr/lib/lab/bootloader";

    // What GRUB needs to read an ext4 /boot on GPT, its environment and the BLS entries; blsuki brings `blscfg`.
    private const string GrubModules = "part_gpt ext2 blsuki configfile normal test echo linux loadenv serial terminal search search_label minicmd reboot halt sleep true cat ls";

    /// <summary>Turns a commit back into a root that a package tool can work in.</summary>
    public static string Unpack(OstreeRepository repository, string commit) => string.Join(" && ",
    [
        $"ostree export --repo={Command.Quote(repository.Path)} {commit} | tar --xattrs --xattrs-include='*' -C \"$1\" -x",
        "cd \"$1\"",
        $"rm -f {string.Join(' ', OstreeLayout.Links.Keys)}",
        "mkdir -p home root srv opt mnt media usr/local var/lib",
        // mmdebstrap has begun both folders already.
        "cp -a usr/etc/. etc/ && rm -r usr/etc",
        $"mkdir -p var/lib/dpkg && cp -a {OstreeLayout.PackageDatabase}/. var/lib/dpkg/ && rm -r {OstreeLayout.PackageDatabase}",
        FillVar,
    ]);

    /// <summary>What is done once the named packages are in.</summary>
    public static IEnumerable<string> After(TreeDefinition tree, IReadOnlyList<string> localPackages)
    {
        if (tree.Remove.Count > 0)
        {
            yield return $"chroot \"$1\" apt-get --yes purge {string.Join(' ', tree.Remove.Select(Command.Quote))}";
        }

        if (localPackages.Count > 0)
        {
            yield return $"mkdir -p \"$1/run/lab\" && cp {string.Join(' ', localPackages.Select(Command.Quote))} \"$1/run/lab/\" && chroot \"$1\" sh -c 'apt-get --yes --no-install-recommends install /run/lab/*.deb'";
        }

        foreach (var user in tree.Users)
        {
            yield return AddUser(user);
        }
    }

    /// <summary>Links that Debian's packages expect, in a root that none of them makes.</summary>
    public const string MergeUsr = "for folder in bin sbin lib lib64; do mkdir -p \"$1/usr/$folder\"; [ -e \"$1/$folder\" ] || ln -s \"usr/$folder\" \"$1/$folder\"; done";

    /// <summary>What is done once the named packages are unpacked, where nothing is configured: others are too, and nothing of this host or of mmdebstrap's own stays. The only hook that such a root comes to is <c>extract</c>.</summary>
    public static IEnumerable<string> AfterUnpacking(IReadOnlyList<string> localPackages) =>
    [
        .. localPackages.Select(package => $"dpkg-deb --fsys-tarfile {Command.Quote(package)} | tar -C \"$1\" --keep-directory-symlink -x"),
        "cd \"$1\" && rm -rf etc/apt etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/fstab etc/hostname etc/resolv.conf var/cache/apt var/lib/apt var/log/apt",
    ];

    /// <summary>Makes the boot images of a tree's disk, where it has GRUB.</summary>
    public static IReadOnlyList<string> Bootloader { get; } = [$"if [ -x \"$1/usr/bin/grub-mkimage\" ]; then chroot \"$1\" sh -ec '{MakeBootloader}'; fi"];

    // What systemd-tmpfiles would do on the machine; it refuses to in a root without /proc.
    private const string FillVar =
        "while read type path mode user group age target; do"
        + " case \"$path$target\" in *%%*) path=$(echo \"$path\" | sed s/%%/%/g); target=$(echo \"$target\" | sed s/%%/%/g);; esac;"
        + " if [ \"$type\" = d ]; then install -d -m \"$mode\" -o \"$user\" -g \"$group\" \".$path\";"
        + " elif [ \"$type\" = L ] && ! [ -e \".$path\" ]; then ln -sfn \"$target\" \".$path\"; fi;"
        + " done < usr/lib/tmpfiles.d/00-lab-var.conf";

    private static string MakeBootloader => string.Join("; ",
    [
        $"mkdir -p /{BootloaderFolder}",
        "printf \"set root=(hd0,gpt2)\\nset prefix=(hd0,gpt2)/grub\\nconfigfile /grub/grub.cfg\\n\" > /run/early.cfg",
        $"grub-mkimage -O i386-pc -o /{BootloaderFolder}/core.img -p \"(hd0,gpt2)/grub\" -c /run/early.cfg biosdisk {GrubModules}",
        $"cp /usr/lib/grub/i386-pc/boot.img /{BootloaderFolder}/boot.img",
        // UEFI counts disks as it likes, so /boot is looked for by its label.
        "printf \"search --no-floppy --set=root --label boot\\nset prefix=(\\$root)/grub\\nconfigfile /grub/grub.cfg\\n\" > /run/early.cfg",
        $"if [ -d /usr/lib/grub/x86_64-efi ]; then grub-mkimage -O x86_64-efi -o /{BootloaderFolder}/bootx64.efi -p /grub -c /run/early.cfg {GrubModules}; fi",
    ]);

    // Locked: nobody logs in with a password unless the lab asks.
    private static string AddUser(TreeUser user) => string.Join(' ',
    [
        "chroot \"$1\" useradd --no-create-home",
        $"--shell {Command.Quote(user.Shell)} --home-dir {Command.Quote(user.Home)} --comment {Command.Quote(user.Gecos)}",
        user.Uid is { } uid ? $"--uid {uid}" : string.Empty,
        user.Groups.Count > 0 ? $"--groups {string.Join(',', user.Groups)}" : string.Empty,
        Command.Quote(user.Name),
    ]);
}
