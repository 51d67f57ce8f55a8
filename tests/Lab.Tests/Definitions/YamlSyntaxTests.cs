using System.Text;
using FluentAssertions;
using Lab.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class YamlSyntaxTests
{
    private const string Sources = "sources: [{ suite: trixie }]\n";

    [TestCase("»", "the file is empty")]
    [TestCase("»# nothing but a comment\n", "the file is empty")]
    [TestCase("sources:\n»\t- suite: trixie\n", "a tab indents this line")]
    [TestCase("sources:\n  - suite: trixie\n  »\tonly: [x]\n", "a tab indents this line")]
    [TestCase("tree: a\nversion: b»: c\n", "a second `: ` within one value, or a key indented deeper than its siblings")]
    [TestCase("tree: »@x\n", "this character cannot begin a value")]
    [TestCase("tree: »\"x\nref: y\n", "the quote that opens here is never closed")]
    [TestCase("tree: »\"\\q\"\n", "unknown escape in double quotes")]
    [TestCase("packages: [a, b\n»", "expected `,` or the closing bracket here")]
    [TestCase("packages: [a,\n»", "expected a value here")]
    [TestCase("tree: x\n»ref\nversion: y\n", "expected a key here")]
    [TestCase("packages: »- a\n", "a list cannot begin on the line of its key")]
    [TestCase("\"a\nb\"»: c\n", "expected the end of the file here")]
    [TestCase("packages: »[a\nremove: b]\n", "not YAML after this")]
    [TestCase("packages:\n- a\n»b\n", "expected a key here")]
    [TestCase("packages:\n  - a\n »remove:\n  - b\n", "expected a key here")]
    [TestCase("packages:\n  - a\n  »b: c\n", "expected the next item of the list, `- …`, or its end")]
    [TestCase(Sources + "»--- \ntree: x\n", "a second document begins here")]
    [TestCase(Sources + "tree: x\n»tree: y\n»tree: z\n", "`tree` is given twice, first in line 2")]
    [TestCase(Sources + "»<<: { tree: x }\n", "merge keys (`<<`) are not understood")]
    [TestCase(Sources + "tree: »*nothing\n", "`*nothing` refers to no anchor above it")]
    [TestCase(Sources + "tree: &self [»*self]\n", "`*self` refers to no anchor above it")]
    [TestCase(Sources + "tree: »!!str x\n", "the tag `tag:yaml.org,2002:str` means nothing here")]
    [TestCase(Sources + "»[a, b]: x\n", "expected a key, found a list")]
    [TestCase(Sources + ": »x\n", "expected a key, found nothing")]
    [TestCase(Sources + "version: »\"a\\0b\"\n", "the text holds a NUL character, which no file, name or path can")]
    [TestCase("»- suite: trixie\n", "the tree: expected a mapping, found a list")]
    public void What_is_not_the_YAML_of_a_definition_is_reported_in_its_place(string text, string message)
    {
        using var folder = new DefinitionFolder().With("tree.yaml", text);

        folder.TreeProblems()[0].Message.Should().StartWith(message);
    }

    [Test]
    public void A_file_made_to_be_deep_is_refused()
    {
        using var folder = new DefinitionFolder().With("tree.yaml", new string('[', 33) + "»" + new string('[', 100_000));

        folder.TreeProblems().Single().Message.Should().Be("nested more than 32 levels deep");
    }

    [Test]
    public void A_file_that_is_too_large_is_refused()
    {
        using var folder = new DefinitionFolder().With("tree.yaml", new string('#', (1 << 20) + 1));

        folder.Invoking(it => it.Tree()).Should().Throw<DefinitionException>()
            .WithMessage($"{folder["tree.yaml"]}: is larger than 1 MiB, which no definition is. Name the right file, and keep large contents in files of their own.");
    }

    [Test]
    public void A_folder_is_not_a_tree_file()
    {
        using var folder = new DefinitionFolder();

        folder.Invoking(it => it.Tree(".")).Should().Throw<DefinitionException>().WithMessage($"{folder.Root}: is a folder, not a file. Name the file itself.");
    }

    // By number, for a test's name may not hold them either.
    [TestCase(0x00, "U+0000")]
    [TestCase(0x1b, "U+001B")]
    [TestCase(0x7f, "U+007F")]
    public void A_binary_file_is_refused(int character, string name) =>
        Refused(Encoding.UTF8.GetBytes($"a: 1\nb: {(char)character}[1m"), 2, 4, $"holds the control character {name}");

    [Test]
    public void A_file_in_another_encoding_is_refused()
    {
        Refused([.. "a: 1\nb: caf"u8, 0xe9, (byte)'\n'], 2, 7, "is not UTF-8 from here on");
        Refused(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Sources)).ToArray(), 1, 1, "is not UTF-8 from here on");
    }

    [Test]
    public void A_byte_order_mark_and_Windows_line_ends_are_harmless()
    {
        using var folder = new DefinitionFolder().WithBytes("tree.yaml", [.. Encoding.UTF8.GetPreamble(), .. "sources:\r\n- suite: trixie\r\nunits: {a.timer: {content: |\r\n x}}"u8]);
        using var sound = new DefinitionFolder().WithBytes("tree.yaml", [.. Encoding.UTF8.GetPreamble(), .. "sources:\r\n- suite: trixie\r\ntree: x\r\n"u8]);

        folder.Invoking(it => it.Tree()).Should().Throw<DefinitionException>(because: "a block cannot stand in braces");
        sound.Tree().Name.Should().Be("x");
        sound.Tree().Location.Should().Be(new SourceLocation(sound["tree.yaml"], 3, 1));
    }

    [Test]
    public void An_anchored_value_may_be_used_again()
    {
        using var folder = new DefinitionFolder().With("tree.yaml", Sources + """
            users:
              core: &user { groups: &groups [sudo] }
              web: *user
              db: { groups: *groups }
            """);
        using var wrong = new DefinitionFolder().With("tree.yaml", Sources + """
            users:
              core: { groups: &groups [»»Sudo] }
              web: { groups: *groups }
            """);

        folder.Tree().Users.Should().OnlyContain(user => user.Groups.Single() == "sudo");
        wrong.TreeProblems().Select(problem => problem.Message).Should().Equal("`groups` of user `core`: `Sudo` is not a user or group name", "`groups` of user `web`: `Sudo` is not a user or group name");
    }

    private static void Refused(byte[] bytes, int line, int column, string how)
    {
        using var folder = new DefinitionFolder().WithBytes("tree.yaml", bytes);

        folder.Invoking(it => it.Tree()).Should().Throw<DefinitionException>()
            .Which.Diagnostics.Single().Should().Be(new Diagnostic(
                new SourceLocation(folder["tree.yaml"], line, column),
                $"the file {how}, so it is not a text",
                "Name the right file, or save this one as UTF-8 text."));
    }
}
