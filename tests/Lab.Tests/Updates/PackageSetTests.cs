using FluentAssertions;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

public sealed class PackageSetTests
{
    [Test]
    public void The_difference_tells_added_removed_and_changed()
    {
        var difference = Set("etcd 2.0.9 amd64", "same 1 all", "setools 3 amd64").DifferenceTo(Set("etcd 2.0.11 amd64", "same 1 all", "strace 5 amd64"));

        difference.Should().BeEquivalentTo(new PackageDifference(
            [Of("strace 5 amd64")],
            [Of("setools 3 amd64")],
            [new PackageChange(Of("etcd 2.0.9 amd64"), Of("etcd 2.0.11 amd64"))]));
        difference.IsEmpty.Should().BeFalse();
    }

    [Test]
    public void A_package_that_changed_its_architecture_changed() =>
        Set("tool 1 all").DifferenceTo(Set("tool 2 amd64")).Changed.Should().Equal(new PackageChange(Of("tool 1 all"), Of("tool 2 amd64")));

    [Test]
    public void Of_several_architectures_each_is_compared_with_its_own()
    {
        var difference = Set("libc6 1 amd64", "libc6 1 i386").DifferenceTo(Set("libc6 2 i386"));

        difference.Changed.Should().Equal(new PackageChange(Of("libc6 1 i386"), Of("libc6 2 i386")));
        difference.Removed.Should().Equal(Of("libc6 1 amd64"));
    }

    [Test]
    public void A_set_does_not_differ_from_itself() => Set("a 1 all", "b 2 all").DifferenceTo(Set("b 2 all", "a 1 all")).IsEmpty.Should().BeTrue();

    [Test]
    public void A_package_is_found_by_name() => Set("a 1 all", "b 2 all").Find("b").Should().Be(Of("b 2 all"));

    [FsCheck.NUnit.Property]
    public void Undoing_the_difference_gives_the_earlier_set(byte[] earlier, byte[] later)
    {
        var (from, to) = (Set(earlier), Set(later));
        var difference = from.DifferenceTo(to);

        var undone = to.Except(difference.Added).Except(difference.Changed.Select(change => change.To))
            .Concat(difference.Removed).Concat(difference.Changed.Select(change => change.From));

        undone.Should().BeEquivalentTo(from);
        difference.Changed.Should().NotContain(change => change.From.Name != change.To.Name || change.From == change.To);
        difference.Added.Select(package => package.Name).Should().NotIntersectWith(difference.Removed.Select(package => package.Name), "what has a name in both changed");
    }

    // Few names, versions and architectures, so that they meet.
    private static PackageSet Set(byte[] seeds) => new(seeds.Select(seed => new Package($"p{seed % 4}", $"{seed / 4 % 3}", seed > 127 ? "amd64" : "i386")));

    private static PackageSet Set(params string[] packages) => new(packages.Select(Of));

    private static Package Of(string text) => text.Split(' ') is [var name, var version, var architecture] ? new Package(name, version, architecture) : throw new ArgumentException("name version architecture", nameof(text));
}
