using FluentAssertions;
using Lab.Definitions;
using Lab.Execution;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Trees;

/// <summary>The lines as a real shell reads them, with <c>chroot</c> told to say what it was asked for.</summary>
public sealed class ComposeHooksTests
{
    private const string Chroot = "chroot() { printf '%s\\n' \"$@\"; }; ";
    private static readonly SourceLocation Place = new("/labs/web/trees/web.yaml", 1, 1);

    [Test]
    public async Task A_user_is_added_with_every_word_as_it_was_written()
    {
        var user = new TreeUser { Name = "ops", Uid = 1001, Groups = ["sudo", "adm"], Gecos = "O'Brien, $HOME & sons", Home = "/var/home/ops", Location = Place };

        (await RunAsync(Tree() with { Users = [user] }))[0].Should().Equal(
            "/none", "useradd", "--no-create-home", "--shell", "/bin/bash", "--home-dir", "/var/home/ops", "--comment", "O'Brien, $HOME & sons", "--uid", "1001", "--groups", "sudo,adm", "ops");
    }

    [Test]
    public async Task A_user_without_id_and_groups_gets_those_of_the_system()
    {
        var user = new TreeUser { Name = "core", Home = "/var/home/core", Location = Place };

        (await RunAsync(Tree() with { Users = [user] }))[0].Should().Equal(
            "/none", "useradd", "--no-create-home", "--shell", "/bin/bash", "--home-dir", "/var/home/core", "--comment", "", "core");
    }

    [Test]
    public async Task Packages_that_are_to_go_are_purged_at_once() =>
        (await RunAsync(Tree() with { Remove = ["nano", "vim-tiny"] }))[0].Should().Equal("/none", "apt-get", "--yes", "purge", "nano", "vim-tiny");

    [Test]
    public async Task A_root_without_grub_is_left_without_a_bootloader() => (await RunAsync(Tree()))[^1].Should().BeEmpty();

    private static TreeDefinition Tree() => new() { Name = "web", File = Place.File, Location = Place };

    private static async Task<IReadOnlyList<string[]>> RunAsync(TreeDefinition tree)
    {
        var asked = new List<string[]>();
        foreach (var hook in ComposeHooks.After(tree, []).Concat(ComposeHooks.Bootloader))
        {
            var output = await new Command("sh", "-euc", Chroot + hook, "hook", "/none").SucceedAsync();
            asked.Add(output.Length == 0 ? [] : output[..^1].Split('\n'));
        }

        return asked;
    }
}
