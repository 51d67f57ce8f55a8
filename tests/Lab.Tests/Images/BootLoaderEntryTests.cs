using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Images;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Images;

public sealed class BootLoaderEntryTests
{
    [Test]
    public void What_ostree_writes_is_read()
    {
        var entry = BootLoaderEntry.Parse("ostree-1-lab.conf", "title Debian GNU/Linux 13 (trixie) (ostree:0)\nversion 1\noptions root=LABEL=root rw ostree=/ostree/boot.1/lab/691f/0\nlinux /ostree/lab-691f/vmlinuz\ninitrd /ostree/lab-691f/initramfs.img\n");

        entry.Should().Be(new BootLoaderEntry("ostree-1-lab.conf", "Debian GNU/Linux 13 (trixie) (ostree:0)", "1", "/ostree/lab-691f/vmlinuz", "root=LABEL=root rw ostree=/ostree/boot.1/lab/691f/0"));
        entry.Ostree.Should().Be("/ostree/boot.1/lab/691f/0");
    }

    [Test]
    public void Comments_blank_lines_tabs_and_keys_without_value_are_what_the_specification_says() =>
        BootLoaderEntry.Parse("x.conf", "# linux /no\n\nversion\n  linux\t \t/vmlinuz\r\noptions a\nunknown thing\noptions b=c").Should().Be(new BootLoaderEntry("x.conf", "x", null, "/vmlinuz", "a b=c"));

    [TestCase("")]
    [TestCase("title Nothing to boot\nlinux\n")]
    [TestCase("\0\u0001binary")]
    public void What_names_no_kernel_is_refused(string text) =>
        FluentActions.Invoking(() => BootLoaderEntry.Parse("x.conf", text)).Should().Throw<InvalidDataException>().WithMessage("Boot loader entry x.conf names no kernel*");

    [Test]
    public void Of_two_ostree_options_the_kernel_takes_the_last() =>
        BootLoaderEntry.Parse("x.conf", "linux /l\noptions ostree=/a notostree=/x ostree=/b quiet").Ostree.Should().Be("/b");

    [Test]
    public void The_menu_is_sorted_by_the_numbers_in_the_names_the_highest_first() =>
        new[] { "ostree-9-lab.conf", "ostree-10-lab.conf", "ostree-2.conf", "ostree-1-lab.conf", "a.conf" }.Order(StringComparer.Ordinal)
            .Select(file => BootLoaderEntry.Parse(file, "linux /l")).Order(BootLoaderEntry.MenuOrder).Select(entry => entry.File)
            .Should().Equal("ostree-10-lab.conf", "ostree-9-lab.conf", "ostree-2.conf", "ostree-1-lab.conf", "a.conf");

    [Property]
    public Property What_is_written_by_the_specification_is_read_back() => Prop.ForAll(Arb.From(Entries()), entry =>
        BootLoaderEntry.Parse(entry.File, $"title {entry.Title}\nversion {entry.Version}\noptions {entry.Options}\nlinux {entry.Linux}\n").Should().Be(entry));

    [Property]
    public void Any_text_is_read_or_refused(NonNull<string> text)
    {
        try
        {
            BootLoaderEntry.Parse("x.conf", text.Get).Linux.Should().NotBeEmpty();
        }
        catch (InvalidDataException)
        {
            // Refused in words.
        }
    }

    private static Gen<BootLoaderEntry> Entries() =>
        from title in Words()
        from version in Words()
        from linux in Words()
        from options in Words()
        select new BootLoaderEntry("ostree-1.conf", title, version, linux, options);

    private static Gen<string> Words() => Gen.NonEmptyListOf(Gen.Elements("a", "=", "/", "#", "ü", "root=LABEL=root")).Select(words => string.Join(' ', words));
}
