using System.Formats.Tar;
using FluentAssertions;
using Lab.Execution;
using Lab.Tests.Definitions;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

public sealed class OstreeLayoutTests
{
    [TestCase("usr/bin/sh", "usr/bin/sh")]
    [TestCase("bin", "bin")]
    [TestCase("usr", "usr")]
    [TestCase("etc", "usr/etc")]
    [TestCase("etc/passwd", "usr/etc/passwd")]
    [TestCase("etcetera", "etcetera")]
    [TestCase("etc/machine-id", null)]
    [TestCase("etc/hostname", null)]
    [TestCase("etc/resolv.conf", null)]
    [TestCase("etc/ssh/sshd_config", "usr/etc/ssh/sshd_config")]
    [TestCase("etc/ssh/ssh_host_rsa_key", null)]
    [TestCase("etc/ssh/ssh_host_rsa_key.pub", null)]
    [TestCase("etc/pam.d/sshd.dpkg-dist", null)]
    [TestCase("boot", null)]
    [TestCase("boot/vmlinuz-6.12.0", "usr/lib/modules/6.12.0/vmlinuz")]
    [TestCase("boot/initrd.img-6.12.0", "usr/lib/modules/6.12.0/initramfs.img")]
    [TestCase("boot/config-6.12.0", null)]
    [TestCase("vmlinuz", null)]
    [TestCase("initrd.img.old", null)]
    [TestCase("var", null)]
    [TestCase("var/log/syslog", null)]
    [TestCase("var/lib/dpkg", "usr/lib/sysimage/dpkg")]
    [TestCase("var/lib/dpkg/info/dash.list", "usr/lib/sysimage/dpkg/info/dash.list")]
    [TestCase("var/lib/dpkg/lock-frontend", null)]
    [TestCase("var/lib/dpkg-more", null)]
    [TestCase("home", null)]
    [TestCase("home/core/.profile", null)]
    [TestCase("opt/x", null)]
    [TestCase("usr/local", null)]
    [TestCase("usr/local/bin", null)]
    [TestCase("usr/locale", "usr/locale")]
    [TestCase("dev/null", null)]
    [TestCase("proc", null)]
    [TestCase("", null)]
    public void A_path_of_a_root_file_system_has_its_place_in_a_commit_or_none(string path, string? place) => OstreeLayout.Map(path).Should().Be(place);

    [TestCase("etc/hosts", "usr/etc/hosts")]
    [TestCase("etc", "usr/etc")]
    [TestCase("usr/lib/x", "usr/lib/x")]
    [TestCase("etcetera/x", "etcetera/x")]
    public void A_file_that_a_definition_names_is_kept_where_the_running_system_finds_it(string path, string place) => OstreeLayout.Place(path).Should().Be(place);

    [Test]
    public async Task What_comes_out_is_what_is_checked_in()
    {
        var entries = await SmallRoot.Debian().Capable("usr/bin/ping", SmallRoot.NetRaw).RewrittenAsync();

        string.Concat(entries.Values.OrderBy(entry => entry.Name, StringComparer.Ordinal).Select(entry =>
            entry.LinkName.Length > 0 ? $"{entry.EntryType} {entry.Name} -> {entry.LinkName}\n" : $"{entry.EntryType} {entry.Name} {Convert.ToString((int)entry.Mode, 8).PadLeft(4, '0')}\n"))
            .ShouldMatchSnapshot("layout");
    }

    [Test]
    public async Task What_packages_made_below_var_is_made_again_on_the_machine()
    {
        var entries = await SmallRoot.Debian().RewrittenAsync();

        using var lines = new StreamReader(entries["usr/lib/tmpfiles.d/00-lab-var.conf"].DataStream!);
        (await lines.ReadToEndAsync()).ShouldMatchSnapshot("tmpfiles");
    }

    [Test]
    public async Task Owners_and_times_stay()
    {
        var entry = new PaxTarEntry(TarEntryType.RegularFile, "usr/bin/x") { Uid = 7, Gid = 8, ModificationTime = DateTimeOffset.UnixEpoch };
        using var source = new MemoryStream();
        await using (var writer = new TarWriter(source, leaveOpen: true))
        {
            await writer.WriteEntryAsync(entry);
        }

        source.Position = 0;
        using var target = new MemoryStream();
        await OstreeLayout.RewriteAsync(source, target);
        target.Position = 0;
        await using var reader = new TarReader(target);
        TarEntry? found;
        while ((found = await reader.GetNextEntryAsync())?.Name != "usr/bin/x")
        {
            found.Should().NotBeNull();
        }

        (found.Uid, found.Gid, found.ModificationTime).Should().Be((7, 8, DateTimeOffset.UnixEpoch));
    }

    [Test]
    public async Task A_hard_link_to_what_is_not_in_a_commit_is_refused() =>
        await new SmallRoot().File("var/cache/x", "x").HardLink("usr/x", "var/cache/x").Awaiting(root => root.RewriteAsync())
            .Should().ThrowAsync<InvalidDataException>().WithMessage("./usr/x is a hard link to ./var/cache/x, which is not part of a tree.");

    [Test]
    public async Task Ostree_commits_it_and_finds_the_kernel_where_it_looks_for_it()
    {
        using var small = await SmallRepository.CreateAsync();

        var commit = await small.CommitAsync(SmallRoot.Debian());

        (await small.Repository.ReadAsync(commit, "/usr/lib/modules/6.12.0/vmlinuz")).Should().Be("kernel");
        (await small.Repository.ReadAsync(commit, "/usr/etc/hosts.again")).Should().Be("127.0.0.1 localhost\n");
        (await small.Repository.ReadAsync(commit, "/usr/bin/dash")).Should().Be("shell");
        (await small.Repository.ReadAsync(commit, "/usr/etc/machine-id")).Should().BeEmpty();
        (await small.Repository.ContainsAsync(commit, "/usr/etc/ssh/ssh_host_ed25519_key")).Should().BeFalse();
        (await small.Repository.ContainsAsync(commit, "/var/lib")).Should().BeFalse("a machine has a /var of its own");
        (await small.Repository.Ostree("ls", commit, "/home", "/tmp").SucceedAsync()).Should().Contain("/home -> var/home").And.Contain("d01777 ");
    }

    [Test]
    public async Task File_capabilities_reach_the_commit()
    {
        using var small = await SmallRepository.CreateAsync();

        var commit = await small.CommitAsync(SmallRoot.Debian().Capable("usr/bin/ping", SmallRoot.NetRaw));

        (await small.Repository.Ostree("ls", "--xattrs", commit, "/usr/bin/ping").SucceedAsync())
            .Should().Contain("security.capability").And.Contain("0x01, 0x00, 0x00, 0x02, 0x00, 0x20");
    }

    [Test]
    public async Task A_capability_whose_bytes_are_no_text_reaches_the_commit_too()
    {
        // cap_setuid is bit 7: a byte that is not UTF-8.
        byte[] setUid = [.. SmallRoot.NetRaw[..4], 0x80, 0, .. SmallRoot.NetRaw[6..]];
        using var small = await SmallRepository.CreateAsync();

        var commit = await small.CommitAsync(SmallRoot.Debian().Capable("usr/bin/newuidmap", setUid));

        (await small.Repository.Ostree("ls", "--xattrs", commit, "/usr/bin/newuidmap").SucceedAsync())
            .Should().Contain("security.capability").And.Contain("0x01, 0x00, 0x00, 0x02, 0x80, 0x00, 0x00");
    }

    [Test]
    public async Task Odd_names_below_var_are_escaped()
    {
        var entries = await new SmallRoot().Folder("var/lib/two words/").Folder("var/lib/100%/").Folder("var/lib/it's \"quoted\"/").Link("var/lib/link", "a b%").RewrittenAsync();

        using var lines = new StreamReader(entries["usr/lib/tmpfiles.d/00-lab-var.conf"].DataStream!);
        (await lines.ReadToEndAsync()).Should().StartWith(
            "d /var/lib/two\\ words 0755 0 0 -\nd /var/lib/100%% 0755 0 0 -\nd /var/lib/it\\'s\\ \\\"quoted\\\" 0755 0 0 -\nL /var/lib/link - - - - a b%%\n");
    }

    [Test]
    public async Task Odd_names_below_var_are_there_for_a_derived_tree()
    {
        using var small = await SmallRepository.CreateAsync();
        var commit = await small.CommitAsync(SmallRoot.Debian().Folder("var/lib/two words/").Folder("var/lib/100%/").Folder("var/lib/it's/"));
        Directory.CreateDirectory(small.File("root/etc"));
        await AsRoot("sh", "-ec", ComposeHooks.Unpack(small.Repository, commit), "hook", small.File("root")).SucceedAsync();

        Directory.GetDirectories(small.File("root/var/lib")).Select(Path.GetFileName).Should().Contain(["two words", "100%", "it's"]);
    }

    [Test]
    public async Task A_derived_tree_begins_with_the_root_that_its_base_was_made_from()
    {
        using var small = await SmallRepository.CreateAsync();
        var commit = await small.CommitAsync(SmallRoot.Debian());
        Directory.CreateDirectory(small.File("root"));
        Directory.CreateDirectory(small.File("root/etc"));

        await AsRoot("sh", "-ec", ComposeHooks.Unpack(small.Repository, commit), "hook", small.File("root")).SucceedAsync();

        var listing = await new Command("find", ".", "-mindepth", "1", "-printf", "%m %y %P %l\\n").In(small.File("root")).SucceedAsync();
        string.Concat(listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(line => line.TrimEnd() + "\n")).ShouldMatchSnapshot("unpacked");
        (await File.ReadAllTextAsync(small.File("root/var/lib/dpkg/status"))).Should().Be("Package: dash\n");
    }

    private static Command AsRoot(params string[] words) =>
        Environment.IsPrivilegedProcess ? new Command(words[0], words[1..]) : new Command("unshare", ["--user", "--map-root-user", .. words]);
}
