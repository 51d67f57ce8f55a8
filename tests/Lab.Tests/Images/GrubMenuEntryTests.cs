using FluentAssertions;
using Lab.Images;
using NUnit.Framework;

namespace Lab.Tests.Images;

internal sealed class GrubMenuEntryTests
{
    // The entry that did not boot, as it was: GRUB 2.14 said "can't find command" with rubbish before "initrd".
    private const string Kernel = "/ostree/lab-c11548d25613f34663e20b800ed59492c09beac683db88fe0b0a6191db70f179/vmlinuz-6.12.107+deb13-cloud-amd64";
    private const string Deployment = "ostree=/ostree/boot.1/lab/c11548d25613f34663e20b800ed59492c09beac683db88fe0b0a6191db70f179/0";

    [Test]
    public void An_entry_that_GRUB_reserves_too_little_for_is_made_longer()
    {
        var entry = Entry($"root=LABEL=root rw console=ttyS0 panic=10 tsc=reliable audit=0 lsm=landlock,lockdown,yama,integrity,apparmor {Deployment}");

        var fitting = GrubMenu.Fit(entry);

        fitting.Should().Be(entry.Replace(Deployment, $"{Deployment} {GrubMenu.Filler}", StringComparison.Ordinal));
        GrubMenu.Fit(fitting).Should().Be(fitting);
    }

    [Test]
    public void Of_sixteen_lengths_one_is_changed()
    {
        var entries = Enumerable.Range(0, 16).Select(length => Entry($"root=LABEL=root quiet={new string('x', length)} {Deployment}")).ToList();

        entries.Should().ContainSingle(entry => GrubMenu.Fit(entry) != entry);
    }

    private static string Entry(string options) => $"title Debian GNU/Linux 13 (trixie) (ostree:0)\nversion 1\noptions {options}\nlinux {Kernel}\ninitrd /ostree/initramfs.img\n";
}
