using System.Text;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Definitions;

/// <summary>Whatever a file holds, reading it ends well or in a <see cref="DefinitionException"/> that points into a file.</summary>
public sealed class HostileInputTests
{
    private const string Lab = """
        lab: atomic-host
        description: >
          One host, upgraded
          and rolled back.
        trees:
          - trees/one.yaml
          - "trees/two.yaml"
        guests:
          node1: &node # the first
            tree: one
            memory: 1 GiB
            cpus: 2
            forward: [80, 9090]
            health:
              - unit: lab-web.service
              - { http: 80 }
            kickstart:
              url: http://192.0.2.1/repo
              disk: { device: vda, layout: lvm, swap: 1 GiB }
              network: { device: enp1s0, address: 192.0.2.2/24, nameservers: [192.0.2.1] }
              users: { core: { keys: [ssh-ed25519 AAAA] } }
              keepalived: { address: 192.0.2.3/24 }
              greenboot: { wanted: { a.sh: "true" } }
              post: |
                echo
          node2: *node
        """;

    private const string Tree = """
        tree: one
        ref: labtree
        version: '1'
        base: two.yaml
        packages: [strace, ../packages/web]
        remove: [ed]
        users:
          core: { uid: 1000, groups: [sudo], home: /var/home/core }
        units:
          lab-web.service: { enabled: true }
          hello.service:
            content: |
              [Service]
              ExecStart=/usr/bin/true
        files:
          /usr/share/lab-web/index.html: { content: "<p>\n", mode: "0644" }
          /usr/bin/x: { link: ../lib/x }
        kernel-arguments: [console=ttyS0]
        """;

    // What is likely to upset a YAML parser, or code that trusts its values.
    private static readonly string[] _tokens =
    [
        "\n", "\r\n", "\t", "  ", "\n- ", ": ", "- ", "? ", "# ", "&a ", "*a", "*node", "<<: ", "!!int ", "!x ", "| ", "> ", "|2\n", "%YAML 9\n", "---\n", "...\n",
        "[", "]", "{", "}", ",", "'", "\"", "\\", "\"\\0\"", "\"\\x07\"", "\"\\ud800\"", "@", "`", "~", "null", "true", "0", "-1", "1e9", "99999999999999999999", "0x1F", "é", "😀", "\u2028",
        "\u0085", "\ufeff", "/", "..", "//", "/dev/null", "/proc/self/mem", "~/x", "node1:", "tree: one\n", "base: one.yaml\n", "tree: two\n", "\0", "\u001b",
    ];

    [Property(MaxTest = 400)]
    public Property A_damaged_lab_is_read_or_refused_in_its_place() => Prop.ForAll(
        Arb.From(Damaged(Lab), text => Shrunk(text)),
        Arb.From(Gen.Frequency((2, Gen.Constant(Tree)), (1, Damaged(Tree))), text => Shrunk(text)),
        (lab, tree) =>
        {
            using var folder = new DefinitionFolder().With("packages/web/DEBIAN/control", "Package: web\n");
            IsReadOrRefused(folder, Encoding.UTF8.GetBytes(lab), Encoding.UTF8.GetBytes(tree));
        });

    [Property(MaxTest = 200)]
    public Property Any_text_is_read_or_refused_in_its_place() => Prop.ForAll(
        Arb.From(Gen.ArrayOf(Gen.OneOf(Gen.Elements(_tokens), Gen.Elements("lab", "trees", "guests", "tree", "sources", "suite", "x"))).Select(string.Concat), text => Shrunk(text)),
        text =>
        {
            using var folder = new DefinitionFolder();
            IsReadOrRefused(folder, Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(text));
        });

    [Property(MaxTest = 100)]
    public void Any_bytes_are_read_or_refused_in_their_place(byte[] lab, byte[] tree)
    {
        using var folder = new DefinitionFolder();
        IsReadOrRefused(folder, lab, tree);
    }

    private static void IsReadOrRefused(DefinitionFolder folder, byte[] lab, byte[] tree)
    {
        folder
            .WithBytes("trees/two.yaml", "sources: [{ suite: trixie }]\nref: labtree\nversion: 2\n"u8.ToArray())
            .WithBytes("trees/one.yaml", tree)
            .WithBytes("lab.yaml", lab);
        IsReadOrRefused(() => folder.Lab());
        IsReadOrRefused(() => folder.Tree("trees/one.yaml"));
    }

    private static void IsReadOrRefused(Action load)
    {
        try
        {
            load();
        }
        catch (DefinitionException failure)
        {
            failure.Diagnostics.Should().NotBeEmpty();
            foreach (var diagnostic in failure.Diagnostics)
            {
                IsInside(diagnostic.Location);
                diagnostic.ToString().Should().NotContainAny("\n", "\r", "\0");
                diagnostic.Message.Should().NotBeEmpty().And.NotEndWith(".");
                diagnostic.Fix.Should().EndWith(".");
            }
        }
    }

    private static void IsInside(SourceLocation location)
    {
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(location.File));
        var lines = text.TrimStart('\ufeff').Split('\n');
        location.Line.Should().BeInRange(1, lines.Length);
        location.Column.Should().BeInRange(1, lines[location.Line - 1].Length + 1);
    }

    private static Gen<string> Damaged(string text) =>
        from edits in Gen.ArrayOf(Edit(), 5)
        from count in Gen.Choose(1, edits.Length)
        select edits.Take(count).Aggregate(text, (damaged, edit) => edit(damaged));

    private static Gen<Func<string, string>> Edit() =>
        from at in Gen.Choose(0, 10_000)
        from length in Gen.Choose(1, 12)
        from token in Gen.Elements(_tokens)
        from edit in Gen.Elements<Func<string, int, string>>(
            (text, place) => text.Insert(place, token),
            (text, place) => text.Remove(place, Math.Min(length, text.Length - place)),
            (text, place) => text.Remove(place, Math.Min(length, text.Length - place)).Insert(place, token),
            (text, place) => text.Insert(place, text.Substring(place, Math.Min(length * 4, text.Length - place))),
            (text, place) => text[..place])
        select new Func<string, string>(text => edit(text, at % (text.Length + 1)));

    private static IEnumerable<string> Shrunk(string text) =>
        from part in new[] { 2, 4, 8, 16, 64 }
        let length = Math.Max(1, text.Length / part)
        from start in Enumerable.Range(0, text.Length / length)
        select text.Remove(start * length, length);
}
