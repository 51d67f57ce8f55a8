using FluentAssertions;
using Lab.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class LabDefinitionTests
{
    private const string Minimal = """
        trees: [trees/one.yaml]
        guests: { node1: { tree: one } }
        """;

    [Test]
    public void A_lab_with_every_key_is_read_as_it_is_written()
    {
        using var folder = new DefinitionFolder()
            .With("trees/one.yaml", Tree("labtree-1"))
            .With("trees/two.yaml", Tree("badtree"))
            .With("lab.yaml", """
                lab: atomic-host
                description: One host, upgraded and rolled back.
                trees:
                  - trees/one.yaml
                  - trees/two.yaml
                guests:
                  node1:
                    tree: labtree-1
                    memory: 1536 MiB
                    cpus: 4
                    disk: 16 GiB
                    forward: [80, 9090]
                    user: admin
                    health:
                      - unit: lab-web.service
                      - http: 80
                      - http: 9090/healthz?deep=1
                """);

        var lab = folder.Lab();

        lab.Name.Should().Be("atomic-host");
        lab.Description.Should().Be("One host, upgraded and rolled back.");
        lab.File.Should().Be(folder["lab.yaml"]);
        lab.Folder.Should().Be(folder.Root);
        lab.Trees.Select(tree => tree.Name).Should().Equal("labtree-1", "badtree");
        var guest = lab.Guests.Should().ContainSingle().Subject;
        guest.Name.Should().Be("node1");
        guest.Tree.Should().BeSameAs(lab.Trees[0]);
        guest.Memory.Should().Be(ByteSize.FromMiB(1536));
        guest.Cpus.Should().Be(4);
        guest.Disk.Should().Be(ByteSize.FromGiB(16));
        guest.Forward.Should().Equal(80, 9090);
        guest.User.Should().Be("admin");
        guest.Location.Should().Be(new SourceLocation(lab.File, 7, 3));
        guest.Health.Should().Equal(
            new UnitCheck("lab-web.service", new SourceLocation(lab.File, 15, 9)),
            new HttpCheck(80, "/", new SourceLocation(lab.File, 16, 9)),
            new HttpCheck(9090, "/healthz?deep=1", new SourceLocation(lab.File, 17, 9)));
    }

    [Test]
    public void What_is_left_out_has_a_default()
    {
        using var folder = new DefinitionFolder("web-lab").With("trees/one.yaml", Tree("one")).With("lab.yaml", Minimal);

        var lab = folder.Lab();

        lab.Name.Should().Be("web-lab", because: "that is its folder's name");
        lab.Description.Should().BeEmpty();
        var guest = lab.Guests.Single();
        guest.Memory.Should().Be(ByteSize.FromGiB(1));
        guest.Cpus.Should().Be(2);
        guest.Disk.Should().Be(ByteSize.FromGiB(8));
        guest.Forward.Should().BeEmpty();
        guest.User.Should().Be("core");
        guest.Health.Should().BeEmpty();
    }

    [Test]
    public void A_lab_is_loaded_from_its_file_or_its_folder()
    {
        using var folder = new DefinitionFolder().With("trees/one.yaml", Tree("one")).With("lab.yaml", Minimal);

        LabDefinition.Load(folder["lab.yaml"]).Should().BeEquivalentTo(LabDefinition.Load(folder.Root + "/"));
    }

    [Test]
    public void A_lab_that_is_not_there_is_reported_with_the_file_that_was_meant()
    {
        using var folder = new DefinitionFolder().With("lab.yml", Minimal);

        folder.Invoking(it => it.Lab()).Should().Throw<DefinitionException>()
            .WithMessage($"{folder["lab.yaml"]}: does not exist. Did you mean `lab.yml`? Create it, or correct the path.");
        folder.Invoking(_ => LabDefinition.Load(folder["nowhere/lab.yaml"])).Should().Throw<DefinitionException>()
            .WithMessage($"{folder["nowhere/lab.yaml"]}: does not exist. There is no folder {folder["nowhere"]} either: see the path.");
    }

    [Test]
    public void A_path_below_the_current_directory_is_shown_relative_to_it()
    {
        new SourceLocation(Path.GetFullPath("labs/web/lab.yaml"), 3, 7).ToString().Should().Be("labs/web/lab.yaml:3:7");
        new SourceLocation("/nowhere/lab.yaml", 3, 7).ToString().Should().Be("/nowhere/lab.yaml:3:7");
        SourceLocation.Whole("/nowhere/lab.yaml").ToString().Should().Be("/nowhere/lab.yaml");
    }

    // Keys of the lab itself.
    [TestCase("»lab_name: x", "the lab has no key `lab_name`", "The keys are `lab`, `description`, `trees`, `segments`, `registry`, `containers`, `reboot-slots` and `guests`.")]
    [TestCase("»descripton: x", "the lab has no key `descripton`", "Did you mean `description`? The keys are `lab`, `description`, `trees`, `segments`, `registry`, `containers`, `reboot-slots` and `guests`.")]
    [TestCase("lab: »Web", "`lab` of the lab: `Web` is not a name", "Take 1 to 31 lower-case letters, digits and `-`, beginning with a letter.")]
    [TestCase("lab: »[web]", "`lab` of the lab: expected a text, found a list", "Write one, in quotes if it holds `: ` or ` #`.")]
    [TestCase("description:»", "`description` of the lab: expected a text, found nothing", "Write one, in quotes if it holds `: ` or ` #`.")]
    public void A_wrong_key_of_the_lab_is_reported(string line, string message, string fix)
    {
        using var folder = new DefinitionFolder().With("trees/one.yaml", Tree("one")).With("lab.yaml", line + "\n" + Minimal);

        folder.LabProblems().Should().ContainSingle().Which.Should().BeEquivalentTo(new { Message = message, Fix = fix });
    }

    [TestCase("memory: »1024", "`1024` is not a size", "Add the unit, KiB, MiB, GiB or TiB: `1024 MiB`, say.")]
    [TestCase("memory: »1 GB", "`1 GB` is not a size", "Write `1 GiB`: units are KiB, MiB, GiB and TiB, powers of 1024.")]
    [TestCase("memory: »256 MiB", "256 MiB is out of range", "Write a size from `512 MiB` to `1 TiB`.")]
    [TestCase("memory: »2 TiB", "2 TiB is out of range", "Write a size from `512 MiB` to `1 TiB`.")]
    [TestCase("memory: »1073741825 B", "1073741825 B is not a whole number of KiB", "Write `1048577 KiB`.")]
    [TestCase("memory: »{}", "expected a size, found a mapping", "Write a number and a unit, as in `512 MiB`.")]
    [TestCase("disk: »1 GiB", "1 GiB is out of range", "Write a size from `4 GiB` to `16 TiB`.")]
    [TestCase("firmware: »efi", "expected `bios` or `uefi`, found the text `efi`", "Leave it out for `bios`.")]
    [TestCase("cpus: »0", "expected a whole number from 1 to 64, found the number 0", "Write a number in that range, as in `1`.")]
    [TestCase("cpus: »2.", "expected a whole number from 1 to 64, found the number `2.`", "Write a number in that range, as in `1`.")]
    [TestCase("cpus: »65", "expected a whole number from 1 to 64, found the number 65", "Write a number in that range, as in `1`.")]
    [TestCase("cpus: »1.5", "expected a whole number from 1 to 64, found the number 1.5", "Write a number in that range, as in `1`.")]
    [TestCase("cpus: »\"2\"", "expected a whole number from 1 to 64, found the text `2`", "Write a number, without quotes.")]
    [TestCase("cpus: »two", "expected a whole number from 1 to 64, found the text `two`", "Write a number in that range, as in `1`.")]
    [TestCase("cpus: »true", "expected a whole number from 1 to 64, found the truth value true", "Write a number in that range, as in `1`.")]
    [TestCase("forward: »80", "expected a list, found the number 80", "Write `[80]`.")]
    [TestCase("forward: [80, »70000]", "expected a whole number from 1 to 65535, found the number 70000", "Write a number in that range, as in `1`.")]
    [TestCase("forward: [»22]", "22 is always forwarded, for SSH", "Remove it.")]
    [TestCase("forward: [80, 81, »80]", "`80` is listed twice, first in line 5", "Remove one of the two.")]
    [TestCase("user: »Core", "`Core` is not a user or group name", "Take 1 to 32 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`.")]
    [TestCase("user: »root:x", "`root:x` is not a user or group name", "Take 1 to 32 lower-case letters, digits, `_` and `-`, beginning with a letter or `_`.")]
    public void A_wrong_value_of_a_guest_is_reported(string line, string message, string fix)
    {
        var problem = GuestProblem(line);

        problem.Message.Should().Be($"`{line.Split(':')[0]}` of guest `node1`: {message}");
        problem.Fix.Should().Be(fix);
    }

    [TestCase("»memroy: 1 GiB", "guest `node1` has no key `memroy`", "Did you mean `memory`? The keys are `tree`, `image`, `memory`, `cpus`, `disk`, `firmware`, `forward`, `user`, `health`, `segments`, `kickstart` and `ignition`.")]
    [TestCase("health: [{ unit: »lab-web }]", "`unit` of a health check of guest `node1`: `lab-web` is not a unit's name", "Write it in full, as in `lab-web.service`.")]
    [TestCase("health: [{ http: »80 }]", "`http` of a health check of guest `node1`: port 80 is not forwarded, so the check cannot reach it", "Add 80 to the guest's `forward`.")]
    [TestCase("health: [{ http: »healthz }]", "`http` of a health check of guest `node1`: expected a port, with or without a path, found the text `healthz`", "Write `80`, or `8080/healthz`.")]
    [TestCase("health: [»{}]", "a health check of guest `node1` has none of `unit` and `http`", "Give one of them.")]
    [TestCase("health: [»lab-web.service]", "a health check of guest `node1`: expected a mapping, found the text `lab-web.service`", "Write `key: value` lines.")]
    [TestCase("health: [{ unit: a.service, »http: 80 }]\n    forward: [80]", "`http` of a health check of guest `node1`: it cannot be given together with `unit`", "Remove one of the two.")]
    [TestCase("health: [{ unit: a.service, »timeout: 3 }]", "a health check of guest `node1` has no key `timeout`", "The keys are `unit` and `http`.")]
    public void A_wrong_key_or_health_check_of_a_guest_is_reported(string line, string message, string fix) =>
        GuestProblem(line).Should().BeEquivalentTo(new { Message = message, Fix = fix });

    [Test]
    public void A_check_is_not_blamed_for_a_port_that_is_written_wrongly() =>
        GuestProblem("forward: [»\"80\"]\n    health: [{ http: 80 }]").Message.Should().StartWith("`forward`");

    [Test]
    public void A_guest_with_neither_tree_nor_image_is_reported_at_its_name()
    {
        using var folder = new DefinitionFolder().With("trees/one.yaml", Tree("one")).With("lab.yaml", """
            trees: [trees/one.yaml]
            guests:
              »node1:
            """);

        folder.LabProblems().Single().Should().BeEquivalentTo(new { Message = "guest `node1` has none of `tree` and `image`", Fix = "Give one of them." });
    }

    [Test]
    public void A_guest_with_an_unknown_tree_is_told_the_one_that_was_meant()
    {
        using var folder = new DefinitionFolder().With("trees/one.yaml", Tree("labtree-1")).With("trees/two.yaml", Tree("other")).With("lab.yaml", """
            trees: [trees/one.yaml, trees/two.yaml]
            guests: { node1: { tree: »labtre-1 } }
            """);

        folder.LabProblems().Single().Should().BeEquivalentTo(new
        {
            Message = "`tree` of guest `node1`: no tree is called `labtre-1`",
            Fix = "Did you mean `labtree-1`? The lab's trees are `labtree-1` and `other`.",
        });
    }

    [Test]
    public void A_guest_cannot_have_a_tree_that_is_only_a_base()
    {
        using var folder = new DefinitionFolder().With("trees/base.yaml", "sources: [{ suite: trixie }]").With("lab.yaml", """
            trees: [trees/base.yaml]
            guests: { node1: { tree: »base } }
            """);

        folder.LabProblems().Single().Should().BeEquivalentTo(new
        {
            Message = "`tree` of guest `node1`: tree `base` has no `ref`, so it is only a base and cannot be installed",
            Fix = $"Name a tree with a `ref`, or add one to {folder["trees/base.yaml"]}.",
        });
    }

    [Test]
    public void Two_guests_of_one_name_are_reported_with_both_lines()
    {
        using var folder = new DefinitionFolder().With("trees/one.yaml", Tree("one")).With("lab.yaml", """
            trees: [trees/one.yaml]
            guests:
              node1: { tree: one }
              »node1: { tree: one }
            """);

        folder.LabProblems().Single().ToString().Should().Be($"{folder["lab.yaml"]}:4:3: `node1` is given twice, first in line 3. Remove or rename one of the two.");
    }

    [Test]
    public void A_guests_name_is_checked()
    {
        using var folder = new DefinitionFolder().With("trees/one.yaml", Tree("one")).With("lab.yaml", """
            trees: [trees/one.yaml]
            guests: { »Node_1: { tree: one } }
            """);

        folder.LabProblems().Single().Message.Should().Be("`guests` of the lab: `Node_1` is not a name");
    }

    [TestCase("»guests: { n: { tree: x } }", "the lab has no `trees`", "Add `trees: [trees/TREE.yaml]`.")]
    [TestCase("»trees: [one.yaml]", "the lab has no `guests`", "Add `guests: { node1: { tree: TREE } }`.")]
    [TestCase("trees: »[]\nguests: { n: { tree: x } }", "`trees` of the lab: it is empty", "Write `trees: [trees/TREE.yaml]`.")]
    [TestCase("trees: [one.yaml]\nguests: »{}", "`guests` of the lab: it is empty", "Write `guests: { node1: { tree: TREE } }`.")]
    [TestCase("trees: [one.yaml]\nguests: »[one]", "`guests` of the lab: expected a mapping, found a list", "Write one `name: …` a line below the key, indented.")]
    [TestCase("»just a text", "the lab: expected a mapping, found the text `just a text`", "Write `key: value` lines.")]
    public void A_lab_needs_trees_and_guests(string text, string message, string fix)
    {
        using var folder = new DefinitionFolder().With("one.yaml", Tree("one")).With("lab.yaml", text);

        folder.LabProblems()[0].Should().BeEquivalentTo(new { Message = message, Fix = fix });
    }

    [Test]
    public void A_folders_name_that_is_no_name_asks_for_one()
    {
        using var folder = new DefinitionFolder("My Lab").With("trees/one.yaml", Tree("one")).With("lab.yaml", "»" + Minimal);

        folder.LabProblems().Single().Should().BeEquivalentTo(new
        {
            Message = "`lab` of the lab: it is not given, and its folder's name, `My Lab`, is not a name",
            Fix = "Add `lab: NAME`. Take 1 to 31 lower-case letters, digits and `-`, beginning with a letter.",
        });
    }

    [Test]
    public void A_tree_file_that_is_not_there_is_reported_where_it_is_named_and_guests_are_not_blamed()
    {
        using var folder = new DefinitionFolder().With("trees/labtree-1.yaml", Tree("one")).With("lab.yaml", """
            trees: [»trees/labtre-1.yaml, »trees]
            guests: { node1: { tree: one } }
            """);

        folder.LabProblems().Select(problem => $"{problem.Message}. {problem.Fix}").Should().Equal(
            $"`trees` of the lab: {folder["trees/labtre-1.yaml"]} does not exist. Did you mean `labtree-1.yaml`? Create it, or correct the path.",
            $"`trees` of the lab: {folder["trees"]} is a folder, not a file. Name a file in it.");
    }

    [Test]
    public void A_tree_file_listed_twice_is_reported()
    {
        using var folder = new DefinitionFolder().With("one.yaml", Tree("one")).With("lab.yaml", """
            trees: [one.yaml, »./one.yaml]
            guests: { node1: { tree: one } }
            """);

        folder.LabProblems().Single().Message.Should().Be($"`trees` of the lab: `{folder["one.yaml"]}` is listed twice, first in line 1");
    }

    [Test]
    public void Two_trees_of_one_name_are_reported_with_both_places()
    {
        using var folder = new DefinitionFolder().With("one.yaml", Tree("same")).With("two.yaml", "»" + Tree("same")).With("lab.yaml", """
            trees: [one.yaml, two.yaml]
            guests: { node1: { tree: same } }
            """);

        folder.LabProblems().Single().Should().BeEquivalentTo(new
        {
            Message = $"there is another tree `same`, at {folder["one.yaml"]}:1:1",
            Fix = "Give one of the two another name with `tree: NAME`.",
        });
    }

    [Test]
    public void A_tree_that_is_listed_and_a_base_is_loaded_once()
    {
        using var folder = new DefinitionFolder()
            .With("one.yaml", Tree("one"))
            .With("two.yaml", "base: one.yaml\nref: x\nversion: 2")
            .With("lab.yaml", """
                trees: [one.yaml, two.yaml]
                guests: { node1: { tree: two } }
                """);

        var lab = folder.Lab();

        lab.Trees[1].Base.Should().BeSameAs(lab.Trees[0]);
    }

    [Test]
    public void A_base_that_no_lab_lists_is_not_among_its_trees()
    {
        using var folder = new DefinitionFolder()
            .With("common/debian.yaml", "sources: [{ suite: trixie }]")
            .With("one.yaml", "base: common/debian.yaml\nref: x\nversion: 2")
            .With("lab.yaml", "trees: [one.yaml]\nguests: { node1: { tree: one } }");

        folder.Lab().Trees.Select(tree => tree.Name).Should().Equal("one");
    }

    [Test]
    public void Everything_wrong_in_all_files_is_told_together()
    {
        using var folder = new DefinitionFolder()
            .With("trees/one.yaml", """
                tree: labtree-1
                ref: labtree
                sources:
                  - suite: trixie
                  - siute: forky
                    only: grub*
                packages: [strace, Curl, ../packages/lab-web]
                units:
                  lab-web.service: { enabled: yes }
                files:
                  /var/lib/seed: { content: "x" }
                  /etc/motd: { source: motd, mode: 0644 }
                kernel-argument: [quiet]
                """)
            .With("lab.yaml", """
                lab: atomic host
                trees:
                  - trees/one.yaml
                  - trees/two.yaml
                guests:
                  node1:
                    tree: labtree-1
                    memory: 1024
                    cpus: many
                    foward: [80]
                    health:
                      - unit: lab-web
                      - http: 80
                  node1: { tree: labtree-1 }
                  node2: { tree: labtree-1, disk: 8 GB }
                networks: {}
                """);

        var failure = folder.Invoking(it => it.Lab()).Should().Throw<DefinitionException>().Which;

        failure.Message.Replace(folder.Root, "labs/web", StringComparison.Ordinal).ShouldMatchSnapshot("everything-wrong");
    }

    private static string Tree(string name) => $$"""
        tree: {{name}}
        ref: lab/{{name}}
        version: "1"
        sources: [{ suite: trixie }]
        """;

    private static Diagnostic GuestProblem(string line)
    {
        using var folder = new DefinitionFolder().With("one.yaml", Tree("one")).With("lab.yaml", $"""
            trees: [one.yaml]
            guests:
              node1:
                tree: one
                {line}
            """);

        return folder.LabProblems().Single();
    }
}
