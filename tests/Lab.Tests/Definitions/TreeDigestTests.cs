using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Definitions;

public sealed class TreeDigestTests
{
    private static readonly SourceLocation _nowhere = SourceLocation.Whole("nowhere");

    // All that the package tool sees of a tree, changed one by one.
    private static readonly Func<TreeDefinition, TreeDefinition>[] _packageChanges =
    [
        tree => tree with { Base = Bare("below") with { Base = tree.Base } },
        tree => tree with { Sources = [.. tree.Sources, new TreeSource("sid", [], _nowhere)] },
        tree => tree with { Sources = [new TreeSource("sid", [], _nowhere), .. tree.Sources.Skip(1)] },
        tree => tree with { Sources = [new TreeSource("trixie", ["changed*"], _nowhere), .. tree.Sources.Skip(1)] },
        tree => tree with { Packages = [.. tree.Packages, new NamedPackage("changed", _nowhere)] },
        tree => tree with { Packages = [.. tree.Packages, new PackageFile("x.deb", "changed", _nowhere)] },
        tree => tree with { Packages = [.. tree.Packages, new PackageFolder("x", "changed", _nowhere)] },
        tree => tree with { Remove = [.. tree.Remove, "changed"] },
        tree => tree with { Users = [.. tree.Users, new TreeUser { Name = "changed", Home = "/", Location = _nowhere }] },
        tree => tree with { Users = [.. tree.Users.Select(user => user with { Uid = (user.Uid ?? 0) + 1 }), new TreeUser { Name = "z", Home = "/x", Location = _nowhere }] },
    ];

    // All else that makes it, changed one by one.
    private static readonly Func<TreeDefinition, TreeDefinition>[] _otherChanges =
    [
        tree => tree with { Ref = tree.Ref + "x" },
        tree => tree with { Version = tree.Version + "x" },
        tree => tree with { Units = [.. tree.Units, new TreeUnit { Name = "changed.service", Location = _nowhere }] },
        tree => tree with { Units = [.. tree.Units.Skip(1), new TreeUnit { Name = "changed.service", Content = "", Location = _nowhere }] },
        tree => tree with { Files = [.. tree.Files, new InlineFile("/etc/changed", "", TreeFile.DefaultMode, _nowhere)] },
        tree => tree with { Files = [.. tree.Files, new SymbolicLink("/etc/changed", "x", _nowhere)] },
        tree => tree with { Files = [.. tree.Files, new CopiedFile("/etc/changed", "x", "changed", TreeFile.DefaultMode, _nowhere)] },
        tree => tree with { KernelArguments = [.. tree.KernelArguments, "changed"] },
        tree => tree with { KernelArguments = ["changed", .. tree.KernelArguments] },
    ];

    [Property]
    public Property The_digest_is_the_same_in_any_style_and_any_place() => Prop.ForAll(GeneratedLab.Any(), Seeds(), Seeds(), (lab, one, other) =>
    {
        using var here = lab.WriteTo(new DefinitionFolder("here"), one);
        using var there = lab.WriteTo(new DefinitionFolder("there"), other);

        Digests(here.Lab()).Should().Equal(Digests(there.Lab()));
        Digests(here.Lab()).Should().Equal(Digests(lab.Definition), because: "the digest is over what is meant, not over how it came to be");
    });

    [Property]
    public Property The_digests_change_with_what_the_package_tool_sees() => Prop.ForAll(GeneratedLab.AnyTree(), Arb.From(Gen.Elements(_packageChanges)), (tree, change) =>
    {
        change(tree).PackageDigest.Should().NotBe(tree.PackageDigest);
        change(tree).Digest.Should().NotBe(tree.Digest);
    });

    [Property]
    public Property Only_the_whole_digest_changes_with_the_rest() => Prop.ForAll(GeneratedLab.AnyTree(), Arb.From(Gen.Elements(_otherChanges)), (tree, change) =>
    {
        change(tree).PackageDigest.Should().Be(tree.PackageDigest);
        change(tree).Digest.Should().NotBe(tree.Digest);
    });

    [Property]
    public Property A_tree_changes_with_its_base() => Prop.ForAll(GeneratedLab.AnyTree(), Arb.From(Gen.Elements([.. _packageChanges, .. _otherChanges])), (tree, change) =>
        (Bare("x") with { Base = tree }).PackageDigest.Should().NotBe((Bare("x") with { Base = change(tree) }).PackageDigest));

    [TestCase("mode", "/etc/x: { content: x, mode: '0600' }")]
    [TestCase("content", "/etc/x: { content: y }")]
    [TestCase("path", "/etc/y: { content: x }")]
    [TestCase("kind", "/etc/x: { link: x }")]
    public void The_digest_knows_every_part_of_a_file(string part, string file) =>
        Digest("files: { /etc/x: { content: x } }").Should().NotBe(Digest($"files: {{ {file} }}"), because: part);

    [TestCase("uid", "core: { uid: 1001, groups: [a], gecos: x }")]
    [TestCase("groups", "core: { uid: 1000, groups: [b], gecos: x }")]
    [TestCase("gecos", "core: { uid: 1000, groups: [a], gecos: y }")]
    [TestCase("shell", "core: { uid: 1000, groups: [a], gecos: x, shell: /bin/sh }")]
    [TestCase("home", "core: { uid: 1000, groups: [a], gecos: x, home: /var/x }")]
    [TestCase("name", "cora: { uid: 1000, groups: [a], gecos: x, home: /var/home/core }")]
    public void The_digest_knows_every_part_of_a_user(string part, string user) =>
        Digest("users: { core: { uid: 1000, groups: [a], gecos: x } }").Should().NotBe(Digest($"users: {{ {user} }}"), because: part);

    [TestCase("enabled", "a.timer: { enabled: false, content: x }")]
    [TestCase("left alone", "a.timer: { content: x }")]
    [TestCase("masked", "a.timer: { masked: true }")]
    [TestCase("content", "a.timer: { enabled: true, content: y }")]
    [TestCase("name", "b.timer: { enabled: true, content: x }")]
    public void The_digest_knows_every_part_of_a_unit(string part, string unit) =>
        Digest("units: { a.timer: { enabled: true, content: x } }").Should().NotBe(Digest($"units: {{ {unit} }}"), because: part);

    [Test]
    public void The_digest_knows_a_masked_unit() =>
        Digest("units: { a.timer: { masked: true } }").Should().NotBe(Digest("units: { a.timer: { masked: false } }"));

    [Test]
    public void A_text_in_the_definition_and_the_same_text_in_a_file_are_one()
    {
        using var folder = new DefinitionFolder()
            .With("motd", "hello\n")
            .With("inline.yaml", Sources + "files: { /etc/motd: { content: \"hello\\n\" } }\nunits: { a.timer: { content: \"hello\\n\" } }")
            .With("copied.yaml", Sources + "files: { /etc/motd: { source: motd } }\nunits: { a.timer: { source: motd } }");

        folder.Tree("inline.yaml").Digest.Should().Be(folder.Tree("copied.yaml").Digest);
    }

    [Test]
    public void Every_change_in_what_a_tree_takes_from_disk_changes_its_digest()
    {
        using var folder = new DefinitionFolder()
            .With("packages/web/DEBIAN/control", "Package: web\n")
            .With("packages/web/usr/bin/web", "#!/bin/sh\n")
            .With("packages/x.deb", "!<arch>\n")
            .With("files/motd", "hello\n")
            .With("files/a.service", "[Service]\n")
            .With("tree.yaml", Sources + """
                packages: [./packages/web, ./packages/x.deb]
                units: { a.service: { source: files/a.service } }
                files: { /etc/motd: { source: files/motd } }
                """);
        var script = folder["packages/web/usr/bin/web"];
        var digests = new List<(string Digest, string PackageDigest)>();
        void Take() => digests.Add((folder.Tree().Digest, folder.Tree().PackageDigest));

        Take();
        folder.With("files/motd", "hallo\n");
        Take();
        folder.With("files/a.service", "[Service]\nType=oneshot\n");
        Take();
        digests.Select(digest => digest.PackageDigest).Distinct().Should().ContainSingle(because: "no package has changed yet");

        folder.With("packages/x.deb", "!<arch>\n\n");
        Take();
        folder.With("packages/web/usr/bin/web", "#!/bin/bash\n");
        Take();
        File.SetUnixFileMode(script, File.GetUnixFileMode(script) | UnixFileMode.UserExecute);
        Take();
        File.Move(script, script + "2");
        Take();
        File.CreateSymbolicLink(script, "web2");
        Take();
        Directory.CreateDirectory(folder["packages/web/usr/share/web"]);
        Take();

        digests.Select(digest => digest.Digest).Should().OnlyHaveUniqueItems();
        digests.Skip(2).Select(digest => digest.PackageDigest).Should().OnlyHaveUniqueItems();
    }

    [Test]
    public void A_digest_stays_what_it_was()
    {
        // A cache key. If the form of what is hashed must change, so must its number, and then these.
        using var folder = new DefinitionFolder().With("tree.yaml", """
            ref: labtree
            version: 1
            sources: [{ suite: trixie }, { suite: forky, only: [grub*] }]
            packages: [strace]
            users: { core: { uid: 1000, groups: [sudo] } }
            units: { a.timer: { masked: true } }
            files: { /etc/motd: { content: hello } }
            kernel-arguments: [quiet]
            """);

        $"{folder.Tree().Digest}\n{folder.Tree().PackageDigest}\n".ShouldMatchSnapshot("digest");
    }

    private const string Sources = "sources: [{ suite: trixie }]\n";

    private static string Digest(string lines)
    {
        using var folder = new DefinitionFolder().With("tree.yaml", Sources + lines);
        return folder.Tree().Digest;
    }

    private static IEnumerable<string> Digests(LabDefinition lab) => lab.Trees.SelectMany(tree => new[] { tree.Digest, tree.PackageDigest });

    private static TreeDefinition Bare(string name) => new() { Name = name, File = name, Location = _nowhere };

    private static Arbitrary<int> Seeds() => Arb.From(Gen.Choose(0, int.MaxValue));
}
