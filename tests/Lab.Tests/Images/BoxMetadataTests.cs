using System.Text.Json.Nodes;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Images;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Images;

public sealed class BoxMetadataTests
{
    private static readonly string[] Pieces = ["{", "}", "[", "]", ":", ",", "\"provider\"", "\"libvirt\"", "\"disks\"", "\"path\"", "\"format\"", "\"qcow2\"", "\"../x\"", "null", "1", " ", "\"", "\\", "é"];

    [TestCase("""{ "provider": "libvirt", "format": "qcow2", "virtual_size": 8 }""", "box.img")]
    [TestCase("""{ "provider": "libvirt", "virtual_size": 8 }""", "box.img")]
    [TestCase("""{ "provider": "libvirt", "disks": [] , "format": "qcow2" }""", "box.img")]
    [TestCase("""{ "provider": "libvirt", "disks": [{ "path": "root.img" }, { "path": "./data/x.img", "name": "data" }] }""", "root.img data/x.img")]
    public void A_box_says_which_disks_it_has(string json, string disks) => BoxMetadata.Parse(json, "x.box").Disks.Should().Equal(disks.Split(' '));

    [TestCase("""{ "provider": "virtualbox" }""", "it is for virtualbox, not for libvirt")]
    [TestCase("""{ "format": "qcow2" }""", "its metadata.json names no provider")]
    [TestCase("""[1]""", "its metadata.json is array, not an object")]
    [TestCase("""{ "provider": "libvirt", "format": "vmdk" }""", "its disk is in the format vmdk, and a box of version 1 has qcow2")]
    [TestCase("""{ "provider": "libvirt", "disks": 1 }""", "`disks` in its metadata.json is no list")]
    [TestCase("""{ "provider": "libvirt", "disks": [{ "path": "a" }, {}] }""", "disk 2 in its metadata.json has no path")]
    [TestCase("""{ "provider": "libvirt", "disks": [{ "path": "a" }, { "path": "./a" }] }""", "its metadata.json lists a disk twice")]
    [TestCase("""{ "provider": "libvirt", "disks": [{ "path": "../a" }] }""", "it holds a file whose name leads out of it or is none: \"../a\"")]
    [TestCase("""{ "provider": """, "its metadata.json is no JSON: Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed")]
    public void What_is_not_for_libvirt_is_told(string json, string message) =>
        FluentActions.Invoking(() => BoxMetadata.Parse(json, "x.box")).Should().Throw<BoxException>().WithMessage($"x.box: {message}.");

    [Property]
    public Property Any_list_of_disks_is_read_back() => Prop.ForAll(
        Arb.From(Gen.SubListOf("a.img", "b/c.img", "é", "x y", "box.img", "null", "...").Where(disks => disks.Count > 0)),
        disks => BoxMetadata.Parse(new JsonObject { ["provider"] = "libvirt", ["disks"] = new JsonArray([.. disks.Select(disk => (JsonNode)new JsonObject { ["path"] = disk, ["format"] = "qcow2" })]) }.ToJsonString(), "x.box").Disks.Should().Equal(disks));

    [Property]
    public Property Any_size_is_a_box_of_one_disk() => Prop.ForAll(Arb.From(Gen.Choose(1, 1 << 20)), size => BoxMetadata.Parse(BoxMetadata.Version1(size), "x.box").Disks.Should().Equal("box.img"));

    [Property]
    public Property Nothing_but_a_box_s_own_failure_comes_of_any_text() => Prop.ForAll(Arb.From(Gen.ArrayOf(Gen.Elements(Pieces)).Select(string.Concat)), text =>
    {
        try
        {
            BoxMetadata.Parse(text, "x.box").Disks.Should().NotBeEmpty();
        }
        catch (BoxException)
        {
            // That is the answer.
        }
    });

    [Property]
    public Property A_name_in_a_box_never_leads_out_of_it() => Prop.ForAll(Arb.From(Gen.ArrayOf(Gen.Elements("..", ".", "/", "a", "\\", "\0", "\n", "...", "//")).Select(string.Concat)), name =>
    {
        try
        {
            var plain = BoxMetadata.Plain(name, "x.box");
            Path.GetFullPath(plain, "/box").Should().StartWith("/box/").And.NotEndWith("/");
        }
        catch (BoxException)
        {
            // Refused.
        }
    });
}
