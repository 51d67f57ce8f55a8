using System.Formats.Tar;
using FluentAssertions;
using Lab.Definitions;
using Lab.Tests.Hosting;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class TreeLayerTests : IDisposable
{
    private const UnixFileMode Program = (UnixFileMode)0b111_101_101;
    private static readonly SourceLocation Place = new("/labs/web/trees/web.yaml", 12, 5);
    private readonly HostFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestCase("[Install]\nWantedBy=multi-user.target\n", "multi-user.target.wants/web.service -> ../web.service")]
    [TestCase("[Install]\nWantedBy = a.target b.target\nWantedBy=c.target\n", "a.target.wants/web.service -> ../web.service", "b.target.wants/web.service -> ../web.service", "c.target.wants/web.service -> ../web.service")]
    [TestCase("[Install]\r\nRequiredBy=a.service\r\n", "a.service.requires/web.service -> ../web.service")]
    [TestCase("[Install]\nAlias=http.service www.service\n", "http.service -> web.service", "www.service -> web.service")]
    [TestCase("[Unit]\nWantedBy=a.target\n[Install]\n# WantedBy=b.target\n; WantedBy=c.target\n[Service]\nWantedBy=d.target\n")]
    [TestCase("[Install]\nWantedBy=\n")]
    [TestCase("[Service]\nExecStart=/bin/true\n")]
    public void A_unit_is_enabled_by_the_links_that_its_install_section_asks_for(string unit, params string[] links) =>
        TreeLayer.InstallLinks("web.service", unit).Select(link => $"{link.Link} -> {link.Target}").Should().Equal(links.Select(link => "usr/lib/systemd/system/" + link));

    [Test]
    public async Task Files_go_where_they_are_kept_with_their_modes()
    {
        var source = _folder.Write("source", "copied");
        var tree = Tree() with
        {
            Files =
            [
                new InlineFile("/etc/motd", "grün\n", (UnixFileMode)0b110_000_000, Place),
                new CopiedFile("/usr/bin/web", source, "d1", Program, Place),
                new SymbolicLink("/etc/localtime", "/usr/share/zoneinfo/UTC", Place),
            ],
        };

        (await WriteAsync(tree)).Should().Equal(
            "0600 usr/etc/motd: grün\n",
            "0755 usr/bin/web: copied",
            "usr/etc/localtime -> /usr/share/zoneinfo/UTC");
    }

    [Test]
    public async Task Files_for_a_running_root_go_to_their_own_paths()
    {
        var tree = Tree() with { Files = [new InlineFile("/etc/motd", "hello", (UnixFileMode)0b110_100_100, Place)] };

        (await WriteAsync(tree, place: path => path)).Should().Equal("0644 etc/motd: hello");
    }

    [Test]
    public async Task A_unit_of_the_definition_is_written_and_enabled_below_usr()
    {
        var tree = Tree(new TreeUnit { Name = "web.service", Enabled = true, Content = "[Install]\nWantedBy=multi-user.target", Location = Place });

        (await WriteAsync(tree)).Should().Equal(
            "0644 usr/lib/systemd/system/web.service: [Install]\nWantedBy=multi-user.target",
            "usr/lib/systemd/system/multi-user.target.wants/web.service -> ../web.service");
    }

    [Test]
    public async Task A_packages_unit_is_enabled_as_its_own_file_says()
    {
        var tree = Tree(new TreeUnit { Name = "ssh.service", Enabled = true, Location = Place });

        (await WriteAsync(tree, unit => unit == "ssh.service" ? "[Install]\nWantedBy=multi-user.target\n" : null))
            .Should().Equal("usr/lib/systemd/system/multi-user.target.wants/ssh.service -> ../ssh.service");
    }

    [Test]
    public async Task An_instance_of_a_template_is_enabled_as_the_template_says()
    {
        var tree = Tree(new TreeUnit { Name = "getty@tty2.service", Enabled = true, Location = Place });

        (await WriteAsync(tree, unit => unit == "getty@.service" ? "[Install]\nWantedBy=getty.target\n" : null))
            .Should().Equal("usr/lib/systemd/system/getty.target.wants/getty@tty2.service -> ../getty@.service");
    }

    [Test]
    public async Task A_unit_of_the_definition_that_is_not_enabled_is_only_written()
    {
        var tree = Tree(new TreeUnit { Name = "web.service", Enabled = false, Content = "[Install]\nWantedBy=multi-user.target", Location = Place });

        (await WriteAsync(tree)).Should().ContainSingle();
    }

    [Test]
    public async Task A_packages_unit_that_is_to_be_disabled_is_reported_at_its_line_with_what_can_be_had()
    {
        var tree = Tree(new TreeUnit { Name = "ssh.service", Enabled = false, Location = Place });

        (await FluentActions.Awaiting(() => WriteAsync(tree)).Should().ThrowAsync<DefinitionException>())
            .WithMessage("/labs/web/trees/web.yaml:12:5: Ssh.service comes with a package, *`masked: true`*");
    }

    [Test]
    public async Task A_masked_unit_leads_to_nothing() =>
        (await WriteAsync(Tree(new TreeUnit { Name = "apt-daily.timer", Masked = true, Location = Place }))).Should().Equal("usr/etc/systemd/system/apt-daily.timer -> /dev/null");

    [Test]
    public async Task A_unit_that_nobody_brings_is_reported_at_its_line()
    {
        var tree = Tree(new TreeUnit { Name = "wbe.service", Enabled = true, Location = Place });

        var failure = (await FluentActions.Awaiting(() => WriteAsync(tree)).Should().ThrowAsync<DefinitionException>()).Which;

        failure.Message.Should().Be("/labs/web/trees/web.yaml:12:5: No package brings the unit wbe.service. Give it `content` or `source`, or add the package that holds it.");
    }

    [Test]
    public async Task A_unit_that_can_not_be_enabled_is_reported_at_its_line()
    {
        var tree = Tree(new TreeUnit { Name = "web.service", Enabled = true, Content = "[Service]\nExecStart=/bin/true\n", Location = Place });

        (await FluentActions.Awaiting(() => WriteAsync(tree)).Should().ThrowAsync<DefinitionException>())
            .WithMessage("/labs/web/trees/web.yaml:12:5: Web.service can't be enabled: it has no WantedBy= or RequiredBy= under [Install].*");
    }

    private static TreeDefinition Tree(params TreeUnit[] units) => new() { Name = "web", File = Place.File, Location = Place, Units = units };

    private async Task<IReadOnlyList<string>> WriteAsync(TreeDefinition tree, Func<string, string?>? units = null, Func<string, string>? place = null)
    {
        await TreeLayer.WriteAsync(tree, _folder["layer.tar"], name => Task.FromResult(units?.Invoke(name)), place ?? OstreeLayout.Place);
        var entries = new List<string>();
        await using var reader = new TarReader(File.OpenRead(_folder["layer.tar"]));
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            using var text = new StreamReader(entry.DataStream ?? Stream.Null);
            if (entry.EntryType == TarEntryType.SymbolicLink)
            {
                ((int)entry.Mode).Should().Be(0b111_111_111, "no file system gives a link another mode, and `ostree fsck` compares");
            }

            entries.Add(entry.EntryType == TarEntryType.SymbolicLink
                ? $"{entry.Name} -> {entry.LinkName}"
                : $"{Convert.ToString((int)entry.Mode, 8).PadLeft(4, '0')} {entry.Name}: {await text.ReadToEndAsync()}");
        }

        return entries;
    }
}
