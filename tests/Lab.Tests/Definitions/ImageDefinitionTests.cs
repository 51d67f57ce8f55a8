using FluentAssertions;
using Lab.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class ImageDefinitionTests
{
    private const string Sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Test]
    public void A_lab_of_images_has_no_trees()
    {
        using var folder = Folder("guests: { node1: { image: debian.qcow2 } }");

        var lab = folder.Lab();

        lab.Trees.Should().BeEmpty();
        lab.Guests[0].Image.Should().BeEquivalentTo(new { Name = "debian.qcow2", Path = folder["debian.qcow2"] });
        (lab.Guests[0].Tree, lab.Guests[0].DiskLocation).Should().Be(((TreeDefinition?)null, (SourceLocation?)null));
    }

    [TestCase("image: box:debian-13", "box:debian-13")]
    [TestCase($"image: {{ url: 'https://lab.test/a%20b.qcow2', sha256: {Sha256} }}", "a b.qcow2")]
    [TestCase($"image: {{ url: 'file:///srv/x.raw', sha256: {Sha256}, format: raw }}", "x.raw")]
    [TestCase($"image: {{ file: debian.qcow2, sha256: {Sha256} }}", "debian.qcow2")]
    public void An_image_is_called_by_its_file_or_its_box(string image, string name)
    {
        using var folder = Folder($"guests:\n  node1:\n    {image}");

        folder.Lab().Guests[0].Image!.Name.Should().Be(name);
    }

    [TestCase("tree: one\n    »image: debian.qcow2", "`image` of guest `node1`: it cannot be given together with `tree`", "Remove one of the two.")]
    [TestCase("image: debian.qcow2\n    »kickstart: {}", "`kickstart` of guest `node1`: it cannot be given together with `image`", "Remove one of the two.")]
    [TestCase("image: »debain.qcow2", "`image` of guest `node1`: {debain.qcow2} does not exist", "Did you mean `debian.qcow2`? Create it, or correct the path.")]
    [TestCase("image: »https://lab.test/x.qcow2", "`image` of guest `node1`: a URL needs the checksum of what it leads to", "Write `{ url: https://lab.test/x.qcow2, sha256: … }`, with the digest that its publisher gives.")]
    [TestCase("image: »box:My Box", "`image` of guest `node1`: `My Box` is not the name of a box", "`lab box list` shows the names. Take 1 to 31 lower-case letters, digits and `-`, beginning with a letter.")]
    [TestCase("»image: { url: 'https://lab.test/x.qcow2' }", "the image of guest `node1` has none of `sha256` and `sha512`", "Give one of them.")]
    [TestCase("»image: { sha256: " + Sha256 + " }", "the image of guest `node1` has none of `file` and `url`", "Give one of them.")]
    [TestCase("image: { url: »'ftp://lab.test/x', sha256: " + Sha256 + " }", "`url` of the image of guest `node1`: `ftp://lab.test/x` is not the URL of an image", "Write `https://HOST/PATH`, `http` or `file:///PATH`, without a user name.")]
    [TestCase("image: { url: 'https://lab.test/x', sha256: »abc }", "`sha256` of the image of guest `node1`: `abc` is not a SHA-256 digest", "Write the 64 hexadecimal digits that `sha256sum` prints.")]
    [TestCase("image: { file: debian.qcow2, format: »vmdk }", "`format` of the image of guest `node1`: `vmdk` is not a format that guests begin on", "Write `qcow2` or `raw`, or convert it: `qemu-img convert -O qcow2 FROM TO`.")]
    [TestCase("image: debian.qcow2\n    ignition: »a.ign", "`ignition` of guest `node1`: {a.ign} has no `ignition.version`", "An Ignition configuration begins `{ \"ignition\": { \"version\": \"3.4.0\" } …`.")]
    [TestCase("image: debian.qcow2\n    ignition: »b.ign", "`ignition` of guest `node1`: {b.ign} is no JSON, line 2: 'v' is an invalid start of a property name. Expected a '\"'", "Ignition takes JSON. A Butane file (YAML) is made into it with `butane`.")]
    public void A_mistake_in_an_image_is_told_with_its_place_and_a_fix(string guest, string message, string fix)
    {
        using var folder = Folder("trees: [one.yaml]\nguests:\n  node1:\n    " + guest);

        var problem = folder.LabProblems().Should().ContainSingle().Which;

        problem.Message.Should().Be(message.Replace("{debain.qcow2}", folder["debain.qcow2"], StringComparison.Ordinal).Replace("{a.ign}", folder["a.ign"], StringComparison.Ordinal).Replace("{b.ign}", folder["b.ign"], StringComparison.Ordinal));
        problem.Fix.Should().Be(fix);
    }

    private static DefinitionFolder Folder(string lab) => new DefinitionFolder()
        .With("one.yaml", "ref: x\nversion: 1\nsources: [{ suite: trixie }]\n")
        .With("debian.qcow2", string.Empty)
        .With("a.ign", "{}")
        .With("b.ign", "{\nvariant: fcos\n}")
        .With("lab.yaml", lab);
}
