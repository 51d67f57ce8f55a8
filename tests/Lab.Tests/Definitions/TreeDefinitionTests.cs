using FluentAssertions;
using Lab.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class TreeDefinitionTests
{
    [Test]
    public void A_tree_with_every_key_is_read_as_it_is_written()
    {
        using var folder = new DefinitionFolder()
            .With("common/debian.yaml", """
                sources:
                  - suite: trixie
                  - suite: forky
                    only: [grub*, src:dracut]
                packages: [ostree, ed]
                kernel-arguments: [console=ttyS0]
                """)
            .With("packages/lab-web-1/DEBIAN/control", "Package: lab-web\n")
            .With("packages/hello_1_all.deb", "!<arch>\n")
            .With("files/hello.service", "[Service]\nExecStart=/usr/bin/true\n")
            .With("files/motd", "hello\n")
            .With("trees/labtree-1.yaml", """
                tree: labtree-one
                ref: labtree/x86_64
                version: 1.10
                base: ../common/debian.yaml
                packages: [strace, ../packages/lab-web-1/, ../packages/hello_1_all.deb]
                remove: [ed]
                users:
                  core: { uid: 1000, groups: [sudo, adm], shell: /bin/sh, gecos: Core User, home: /var/core }
                  web:
                units:
                  lab-web.service: { enabled: true }
                  hello@.service: { enabled: false, source: ../files/hello.service }
                  bye.timer: { content: "[Timer]\n" }
                  apt-daily.timer: { masked: true }
                files:
                  /usr/share/lab-web/index.html: { content: "<p>", mode: "0600" }
                  /etc/motd: { source: ../files/motd }
                  /usr/bin/x: { link: ../lib/x }
                kernel-arguments: [quiet, 'dyndbg="file a +p"']
                """);

        var tree = folder.Tree("trees/labtree-1.yaml");

        tree.Name.Should().Be("labtree-one");
        tree.Ref.Should().Be("labtree/x86_64");
        tree.Version.Should().Be("1.10", because: "a version is a text, whatever it looks like");
        tree.File.Should().Be(folder["trees/labtree-1.yaml"]);
        tree.IsOverlay.Should().BeFalse();
        tree.Base!.Name.Should().Be("debian");
        tree.Base.Ref.Should().BeNull();
        tree.Base.Sources.Should().BeEquivalentTo(new[] { new { Suite = "trixie", Only = Array.Empty<string>() }, new { Suite = "forky", Only = new[] { "grub*", "src:dracut" } } });
        tree.Sources.Should().BeEmpty();
        tree.Packages[0].Should().BeOfType<NamedPackage>().Which.Name.Should().Be("strace");
        tree.Packages[0].Location.Should().Be(new SourceLocation(tree.File, 5, 12));
        tree.Packages[1].Should().BeOfType<PackageFolder>().Which.Folder.Should().Be(folder["packages/lab-web-1"]);
        tree.Packages[2].Should().BeOfType<PackageFile>().Which.File.Should().Be(folder["packages/hello_1_all.deb"]);
        tree.Remove.Should().Equal("ed");
        tree.Users.Should().BeEquivalentTo(new object[]
        {
            new { Name = "core", Uid = 1000, Groups = new[] { "sudo", "adm" }, Shell = "/bin/sh", Gecos = "Core User", Home = "/var/core" },
            new { Name = "web", Uid = (int?)null, Groups = Array.Empty<string>(), Shell = "/bin/bash", Gecos = string.Empty, Home = "/var/home/web" },
        });
        tree.Units.Should().BeEquivalentTo(new object[]
        {
            new { Name = "lab-web.service", Enabled = true, Masked = false, Content = (string?)null },
            new { Name = "hello@.service", Enabled = false, Masked = false, Content = "[Service]\nExecStart=/usr/bin/true\n" },
            new { Name = "bye.timer", Enabled = (bool?)null, Masked = false, Content = "[Timer]\n" },
            new { Name = "apt-daily.timer", Enabled = (bool?)null, Masked = true, Content = (string?)null },
        });
        tree.Files[0].Should().Be(new InlineFile("/usr/share/lab-web/index.html", "<p>", UnixFileMode.UserRead | UnixFileMode.UserWrite, new SourceLocation(tree.File, 16, 3)));
        var copied = tree.Files[1].Should().BeOfType<CopiedFile>().Subject;
        copied.Source.Should().Be(folder["files/motd"]);
        copied.Mode.Should().Be((UnixFileMode)Convert.ToInt32("0644", 8));
        copied.Location.Should().Be(new SourceLocation(tree.File, 17, 24), because: "that is where the path of the source stands");
        tree.Files[2].Should().Be(new SymbolicLink("/usr/bin/x", "../lib/x", new SourceLocation(tree.File, 18, 3)));
        tree.Base.KernelArguments.Should().Equal("console=ttyS0");
        tree.KernelArguments.Should().Equal("quiet", "dyndbg=\"file a +p\"");
    }

    [Test]
    public void A_tree_is_called_as_its_file_unless_it_says_otherwise()
    {
        using var folder = new DefinitionFolder().With("labtree-1.yaml", "sources: [{ suite: trixie }]").With("Lab Tree.yaml", "»sources: [{ suite: trixie }]");

        folder.Tree("labtree-1.yaml").Name.Should().Be("labtree-1");
        folder.TreeProblems("Lab Tree.yaml").Single().Message.Should().Be("`tree` of the tree: it is not given, and the file's name, `Lab Tree`, is not a name");
    }

    [TestCase("units: { a.service: { enabled: true } }\nfiles: { /etc/x: { content: x } }\nkernel-arguments: [quiet]", true)]
    [TestCase("packages: [strace]", false)]
    [TestCase("remove: [ed]", false)]
    [TestCase("users: { core: {} }", false)]
    public void A_tree_that_needs_no_package_tool_is_an_overlay(string own, bool overlay)
    {
        using var folder = new DefinitionFolder().With("base.yaml", "sources: [{ suite: trixie }]").With("tree.yaml", "base: base.yaml\n" + own);

        folder.Tree().IsOverlay.Should().Be(overlay);
        folder.Tree().Base!.IsOverlay.Should().BeFalse(because: "it has no base");
    }

    // A whole tree file; the base is there.
    [TestCase("»packages: [ed]", "the tree has none of `base` and `sources`", "Give one of them.")]
    [TestCase("base: base.yaml\n»sources: [{ suite: trixie }]", "`sources` of the tree: it cannot be given together with `base`", "Remove one of the two.")]
    [TestCase("sources: »[]", "`sources` of the tree: it is empty", "Write `sources: [{ suite: trixie }]`.")]
    [TestCase("sources: [»{ only: [x] }]", "a source has no `suite`", "Add `suite: trixie`.")]
    [TestCase("sources: [{ suite: »'tri xie' }]", "`suite` of a source: `tri xie` is not a suite's name", "Write it as the archive does: `trixie`, `bookworm-backports`.")]
    [TestCase("»sources: [{ suite: forky, only: [grub*] }]", "`sources` of the tree: each of them is limited by `only`, so nothing provides the system itself", "Add a source without `only`.")]
    [TestCase("sources: [{ suite: trixie }, { suite: forky, only: [»Grub] }]", "`only` of a source: `Grub` is not a pattern of package names", "Write a glob, as in `grub*`.")]
    [TestCase("sources: [{ suite: trixie }]\n»remove: [ed]", "`remove` of the tree: there is no base to remove packages from", "Remove the key, or add `base: FILE`.")]
    [TestCase("»base: base.yaml\nref: labtree", "the tree has no `version`, which a tree with a `ref` needs", "Add `version: \"1\"`.")]
    public void A_tree_is_made_from_sources_or_from_a_base(string text, string message, string fix) =>
        Problem(text).Should().BeEquivalentTo(new { Message = message, Fix = fix });

    [TestCase("ref: labtree\n»verison: 1", "the tree has no key `verison`", "Did you mean `version`? The keys are `tree`, `ref`, `version`, `base`, `sources`, `packages`, `remove`, `users`, `units`, `files` and `kernel-arguments`.")]
    [TestCase("version: 1\nref: »lab tree", "`ref` of the tree: `lab tree` is not an OSTree ref", "Take letters, digits, `.`, `_` and `-`, in components joined by `/`.")]
    [TestCase("version: 1\nref: »lab//tree", "`ref` of the tree: `lab//tree` is not an OSTree ref", "Take letters, digits, `.`, `_` and `-`, in components joined by `/`.")]
    [TestCase("version: 1\nref: »../tree", "`ref` of the tree: `../tree` is not an OSTree ref", "Take letters, digits, `.`, `_` and `-`, in components joined by `/`.")]
    [TestCase("»kernel-argument: [quiet]", "the tree has no key `kernel-argument`", "Did you mean `kernel-arguments`? The keys are `tree`, `ref`, `version`, `base`, `sources`, `packages`, `remove`, `users`, `units`, `files` and `kernel-arguments`.")]
    [TestCase("kernel-arguments: [»quiet splash]", "`kernel-arguments` of the tree: `quiet splash` is not one kernel argument", "Write one an item; a blank within one stands in double quotes.")]
    [TestCase("packages: [»Curl]", "`packages` of the tree: `Curl` is not a package's name", "Take lower-case letters, digits, `+`, `-` and `.`, without version or architecture; a path to a package contains a `/`.")]
    [TestCase("packages: [»x]", "`packages` of the tree: `x` is not a package's name", "Take lower-case letters, digits, `+`, `-` and `.`, without version or architecture; a path to a package contains a `/`.")]
    [TestCase("packages: [ed, »ed]", "`packages` of the tree: `ed` is listed twice, first in line 2", "Remove one of the two.")]
    [TestCase("packages: [»web.deb]", "`packages` of the tree: `web.deb` looks like a file, but is read as a package's name", "Write `./web.deb`.")]
    [TestCase("packages: [»./web]", "`packages` of the tree: the folder {0}/web has no DEBIAN/control, so it is no package", "Add the file, see deb-control(5), or name another folder.")]
    [TestCase("packages: [»./wev]", "`packages` of the tree: {0}/wev does not exist", "Did you mean `web`? Create it, or correct the path.")]
    [TestCase("packages: [»web/data]", "`packages` of the tree: {0}/web/data is no package", "Name a folder with DEBIAN/control, or a .deb file.")]
    [TestCase("packages: [»ed]\nremove: [ed]", "`packages` of the tree: `ed` is under `remove` too", "Remove it from one of the two.")]
    [TestCase("users: { »Core: {} }", "`users` of the tree: `Core` is not a user or group name", "Take 1 to 32 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`.")]
    [TestCase("users: { »root: {} }", "`users` of the tree: every tree has root already", "Give the user another name.")]
    [TestCase("users: { core: { uid: »0 } }", "`uid` of user `core`: expected a whole number from 1 to 65533, found the number 0", "Write a number in that range, as in `1`.")]
    [TestCase("users: { core: { uid: 7 }, »web: { uid: 7 } }", "`users` of the tree: `web` has the uid 7 of `core` in line 2", "Give it another uid, or none: then the system chooses.")]
    [TestCase("users: { core: { shell: »bash } }", "`shell` of user `core`: `bash` is not an absolute path", "Begin with `/`, and leave out `.`, `..`, blanks, colons and a closing `/`.")]
    [TestCase("users: { core: { home: »/var/../home } }", "`home` of user `core`: `/var/../home` is not an absolute path", "Begin with `/`, and leave out `.`, `..`, blanks, colons and a closing `/`.")]
    [TestCase("users: { core: { gecos: »'a:b' } }", "`gecos` of user `core`: a colon ends the field in passwd(5)", "Leave it out.")]
    [TestCase("units: { »lab-web: { enabled: true } }", "`units` of the tree: `lab-web` is not a unit's name", "Write it in full, as in `lab-web.service`.")]
    [TestCase("units: { »a.service: {} }", "unit `a.service` has none of `enabled`, `masked`, `content` and `source`", "Give one of them.")]
    [TestCase("units: { a.service: { enabled: »yes } }", "`enabled` of unit `a.service`: expected `true` or `false`, found the text `yes`", "Write `true` or `false`, in lower case and without quotes.")]
    [TestCase("units: { a.service: { masked: true, »enabled: true } }", "`enabled` of unit `a.service`: it cannot be given together with `masked`", "Remove one of the two.")]
    [TestCase("units: { a.service: { content: x, »source: web/data } }", "`source` of unit `a.service`: it cannot be given together with `content`", "Remove one of the two.")]
    [TestCase("units: { a.service: { source: »web/date } }", "`source` of unit `a.service`: {0}/web/date does not exist", "Did you mean `data`? Create it, or correct the path.")]
    [TestCase("files: { »etc/motd: { content: x } }", "`files` of the tree: `etc/motd` is not an absolute path", "Write `/etc/motd`, or where else in the tree it belongs.")]
    [TestCase("files: { »/etc/../motd: { content: x } }", "`files` of the tree: `/etc/../motd` is not a plain path", "Write `/motd`: no `.`, `..`, `//` or closing `/`.")]
    [TestCase("files: { »/etc//motd: { content: x } }", "`files` of the tree: `/etc//motd` is not a plain path", "Write `/etc/motd`: no `.`, `..`, `//` or closing `/`.")]
    [TestCase("files: { »/var/lib/x: { content: x } }", "`files` of the tree: `/var/lib/x` is neither under /usr nor under /etc, which are all that a tree brings: /var is filled on the machine, and the rest is made there", "Keep the file under /usr and have a line in /usr/lib/tmpfiles.d copy it at boot, see tmpfiles.d(5), type C.")]
    [TestCase("files: { »/bin/x: { content: x } }", "`files` of the tree: `/bin/x` lies behind a link into /usr", "Write `/usr/bin/x`.")]
    [TestCase("files: { »/usr/etc/x: { content: x } }", "`files` of the tree: `/usr/etc/x` is where OSTree keeps a tree's /etc", "Write `/etc/x`.")]
    [TestCase("files: { »/usr/local/bin/x: { content: x } }", "`files` of the tree: `/usr/local/bin/x` is on the machine, for /usr/local is a link into /var", "Write `/usr/bin/x`.")]
    [TestCase("files: { /etc/x: { content: x }, »/etc/x/y: { content: x } }", "`files` of the tree: `/etc/x/y` lies below `/etc/x`, which is a file itself", "Move one of the two.")]
    [TestCase("files: { »/etc/x: { mode: '0644' } }", "file `/etc/x` has none of `content`, `source` and `link`", "Give one of them.")]
    [TestCase("files: { /etc/x: { content: x, »link: y } }", "`link` of file `/etc/x`: it cannot be given together with `content`", "Remove one of the two.")]
    [TestCase("files: { /etc/x: { link: y, »mode: '0644' } }", "`mode` of file `/etc/x`: it cannot be given together with `link`", "Remove one of the two.")]
    [TestCase("files: { /etc/x: { source: »web } }", "`source` of file `/etc/x`: {0}/web is a folder, not a file", "Name a file in it.")]
    [TestCase("files: { /etc/x: { content: x, mode: »644 } }", "`mode` of file `/etc/x`: expected an octal mode in quotes, found the number 644", "Write `\"0644\"`: without quotes it is a decimal number.")]
    [TestCase("files: { /etc/x: { content: x, mode: »999 } }", "`mode` of file `/etc/x`: expected an octal mode in quotes, found the number 999", "Write a mode as chmod(1) takes it, as in `\"0644\"`.")]
    [TestCase("files: { /etc/x: { content: x, mode: »'rw' } }", "`mode` of file `/etc/x`: `rw` is not an octal mode", "Write three or four digits from 0 to 7 in quotes, as in `\"0644\"`.")]
    [TestCase("files: { /etc/x: »text }", "file `/etc/x`: expected a mapping, found the text `text`", "Write `key: value` lines.")]
    public void A_wrong_key_of_a_tree_is_reported(string lines, string message, string fix) =>
        Problem("base: base.yaml\n" + lines).Should().BeEquivalentTo(new { Message = message, Fix = fix });

    [Test]
    public void A_circle_of_bases_is_reported_with_the_chain()
    {
        using var folder = new DefinitionFolder()
            .With("tree.yaml", "base: b.yaml")
            .With("b.yaml", "base: c.yaml")
            .With("c.yaml", "base: »b.yaml");

        folder.TreeProblems().Single().Should().BeEquivalentTo(new
        {
            Message = $"`base` of the tree: it leads back to the tree itself: {folder["b.yaml"]} → {folder["c.yaml"]} → {folder["b.yaml"]}",
            Fix = "A tree cannot be built on itself: give one of these files another `base`, or `sources`.",
        });
    }

    [Test]
    public void What_is_wrong_with_a_base_is_reported_in_its_own_file_and_once()
    {
        using var folder = new DefinitionFolder()
            .With("debian.yaml", "sources: [{ suite: trixie }]\npackages: [»Ed]")
            .With("one.yaml", "base: debian.yaml\nref: x\nversion: 1")
            .With("two.yaml", "base: debian.yaml\nref: x\nversion: 2")
            .With("lab.yaml", "trees: [one.yaml, two.yaml]\nguests: { node1: { tree: one }, node2: { tree: »there } }");

        folder.LabProblems().Select(problem => problem.Location.File).Should().Equal(folder["lab.yaml"], folder["debian.yaml"]);
    }

    private static Diagnostic Problem(string text)
    {
        using var folder = new DefinitionFolder()
            .With("base.yaml", "sources: [{ suite: trixie }]")
            .With("web/data", "x")
            .With("tree.yaml", text);

        var problem = folder.TreeProblems().Single();
        return problem with { Message = problem.Message.Replace(folder.Root, "{0}", StringComparison.Ordinal) };
    }
}
