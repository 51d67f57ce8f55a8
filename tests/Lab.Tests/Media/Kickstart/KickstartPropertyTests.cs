using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Execution;
using Lab.Media.Kickstart;
using NUnit.Framework;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Media.Kickstart;

public sealed class KickstartPropertyTests
{
    private const string Whole = """
        # An edge host
        text
        network --bootproto=static --device=link --ip=192.0.2.2 --netmask=255.255.255.0 --hostname="edge 1"
        rootpw --lock
        user --name=core --groups=wheel --lock
        sshkey --username=core "ssh-ed25519 AAAA core@lab"
        part / --fstype=xfs --size=1024 --grow
        ostreesetup --osname=lab --remote=lab --url='http://192.0.2.1/repo' --ref=lab/x86_64/edge --nogpg
        %include /tmp/more.ks
        %packages --nocore
        @^minimal-environment
        -plymouth
        %end
        %post --log /root/post.log
        echo "100 %"   # done
        %end
        reboot --eject
        """;

    private static readonly string[] _tokens =
    [
        "\n", "\r\n", "\n\n", "\t", " ", "#", "'", "\"", "\\", "\\\n", "=", "--", "-", "--x", "--size", "--size=", "--grow=1", "%", "%end\n", "\n%end\n", "\n%pre\n", "\n%post --log", "%include", "%ksappend\n",
        "%nothing\n", "part ", "rootpw x\n", "user --name=core\n", "bootloader\n", "autopart\n", "ostreecontainer --url=x\n", "\0", "\u2028", "é", "😀", "\ud800", "-1e9", "--type=lvm", "network --bootproto=static\n",
    ];

    [Property(MaxTest = 300)]
    public Property What_is_written_by_the_rules_is_read_as_it_was_meant_and_given_back() => Prop.ForAll(Arb.From(Documents()), document =>
    {
        var problems = new Problems(KickstartText.File);

        var entries = new KickstartReader(KickstartText.File, KickstartSyntax.Of(document.Version), problems).Read(document.Text);

        problems.Invoking(found => found.ThrowIfAny()).Should().NotThrow();
        string.Concat(entries.Select(entry => entry.Text)).Should().Be(document.Text);
        var read = entries.SelectMany(Meant).ToList();
        read.Should().Equal(document.Meant);
    });

    [Property(MaxTest = 500)]
    public Property A_damaged_kickstart_is_read_or_refused_in_its_place() => Prop.ForAll(Arb.From(Damaged()), Arb.From(Gen.Elements(Enum.GetValues<KickstartVersion>())), IsReadOrRefused);

    [Property(MaxTest = 300)]
    public Property Any_text_is_read_or_refused_in_its_place() => Prop.ForAll(
        Arb.From(Gen.ArrayOf(Gen.Elements(_tokens)).Select(string.Concat)), Arb.From(Gen.Elements(Enum.GetValues<KickstartVersion>())), IsReadOrRefused);

    [TestCaseSource(nameof(Versions))]
    public void The_undamaged_one_is_read(KickstartVersion version) => KickstartText.Read(Whole, version).ToString().Should().Be(Whole);

    private static KickstartVersion[] Versions() => Enum.GetValues<KickstartVersion>();

    private static void IsReadOrRefused(string text, KickstartVersion version)
    {
        string.Concat(new KickstartReader(KickstartText.File, KickstartSyntax.Of(version), new Problems(KickstartText.File)).Read(text).Select(entry => entry.Text)).Should().Be(text);
        try
        {
            KickstartText.Read(text, version).ToString().Should().Be(text);
        }
        catch (DefinitionException failure)
        {
            var lines = text.Split('\n');
            failure.Diagnostics.Should().NotBeEmpty();
            foreach (var diagnostic in failure.Diagnostics)
            {
                diagnostic.Location.Line.Should().BeInRange(1, lines.Length);
                diagnostic.Location.Column.Should().BeInRange(1, lines[diagnostic.Location.Line - 1].Length + 1);
                diagnostic.ToString().Should().NotContainAny("\n", "\r", "\0");
                diagnostic.Message.Should().NotBeEmpty().And.NotEndWith(".");
                diagnostic.Fix.Should().MatchRegex("[.?]$");
            }
        }
    }

    private static Gen<string> Damaged() =>
        from edits in Gen.ArrayOf(
            from at in Gen.Choose(0, 10_000)
            from length in Gen.Choose(0, 12)
            from token in Gen.Elements(_tokens)
            select new Func<string, string>(text => text.Remove(at % (text.Length + 1), Math.Min(length, text.Length - (at % (text.Length + 1)))).Insert(at % (text.Length + 1), token)),
            4)
        select edits.Aggregate(Whole, (text, edit) => edit(text));

    private static IEnumerable<string> Meant(KickstartEntry entry) => entry switch
    {
        KickstartCommand command => Meant(command.Name, command.Options, command.Arguments),
        KickstartSection section => Meant(section.Name, section.Options, section.Arguments).Append(section.Body),
        _ => [],
    };

    private static IEnumerable<string> Meant(string name, IEnumerable<KickstartOption> options, IEnumerable<string> arguments) =>
        [name, .. options.Select(option => $"{option.Name}={option.Value}"), .. arguments];

    private static Gen<Document> Documents() =>
        from version in Gen.Elements(Versions())
        from parts in Gen.ArrayOf(Gen.Frequency((6, Parts(version)), (1, Gen.Elements("\n", "# %pre --x 'y\n", "   \t\r\n").Select(text => new Part(text, [])))))
        select new Document(version, string.Concat(parts.Select(part => part.Text)), [.. parts.SelectMany(part => part.Meant)]);

    private static Gen<Part> Parts(KickstartVersion version) =>
        from name in Gen.Elements(KickstartSyntax.Of(version).Names)
        let command = KickstartSyntax.Of(version).Find(name)!
        let options = command.Options ?? []
        from some in Gen.SubListOf(options.AsEnumerable())
        from given in Each(Chosen(command, some), Options)
        from arguments in Gen.ArrayOf(Values(), command.Least)
        from spaces in Gen.Elements(" ", "\t", "   ")
        from end in Gen.Elements("\n", "\r\n", "  # so\n")
        from body in Gen.Elements("", "echo 1\n", "  %notours\n'\n", "# %end\n")
        let line = string.Join(spaces, [name, .. given.Select(option => option.Text), .. arguments.Select(Quoted)]) + end
        let meant = new[] { name }.Concat(given.SelectMany(option => option.Meant)).Concat(arguments)
        select name.StartsWith('%') ? new Part($"{line}{body}%end\n", [.. meant, body]) : new Part(line, [.. meant]);

    // Of options that depend on each other, only as many as must be.
    private static IEnumerable<OptionSyntax> Chosen(CommandSyntax command, IEnumerable<OptionSyntax> some) => (command.Options ?? []).Where(option =>
        option.Required || (Grouped(command, option) is { } together ? together.Least > 0 && together.Options[0] == option.Names[0] : some.Contains(option)));

    private static OptionGroup? Grouped(CommandSyntax command, OptionSyntax option) => command.Groups.FirstOrDefault(group => group.Options.Contains(option.Names[0], StringComparer.Ordinal));

    private static Gen<Part> Options(OptionSyntax option) =>
        from name in Gen.Elements(option.Names.AsEnumerable())
        from value in option.Value switch
        {
            OptionValue.None => Gen.Constant<string?>(null),
            OptionValue.Number => Gen.Choose(0, int.MaxValue).Select(number => (string?)$"{number}"),
            OptionValue.Choice => Gen.Elements(option.Choices.AsEnumerable()).Select(choice => (string?)choice),
            _ => Values().Select(text => (string?)text),
        }
        from apart in option.Value is OptionValue.Optional ? Gen.Constant(false) : Gen.Elements(true, false)
        select new Part(value is null ? name : $"{name}{(apart ? " " : "=")}{Quoted(value)}", [$"{option.Names[0]}={value}"]);

    private static Gen<string> Values() =>
        Gen.NonEmptyListOf(Gen.Elements("a", "B", "7", "/", ".", ",", " ", "'", "\"", "\\", "#", "$", "%", "=", "é")).Select(string.Concat);

    // Either kind of quotes means the same.
    private static string Quoted(string text) => text.Length % 2 == 0
        ? Command.Quote(text)
        : "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static Gen<IReadOnlyList<Part>> Each(IEnumerable<OptionSyntax> options, Func<OptionSyntax, Gen<Part>> make) => options.Aggregate(
        Gen.Constant<IReadOnlyList<Part>>([]),
        (before, option) => before.SelectMany(_ => make(option), IReadOnlyList<Part> (made, next) => [.. made, next]));

    private sealed record Part(string Text, IReadOnlyList<string> Meant);

    private sealed record Document(KickstartVersion Version, string Text, IReadOnlyList<string> Meant);
}
