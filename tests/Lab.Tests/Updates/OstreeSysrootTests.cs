using FluentAssertions;
using Lab.Execution;
using Lab.Updates;
using NUnit.Framework;

namespace Lab.Tests.Updates;

/// <summary>The parser against the ostree of this host, on a sysroot of its own. Nothing boots from it, so nothing is booted in it.</summary>
public sealed class OstreeSysrootTests
{
    private string folder = string.Empty;

    [SetUp]
    public async Task Make_a_sysroot_with_two_deployments()
    {
        folder = Directory.CreateTempSubdirectory("sysroot-").FullName;
        Directory.CreateDirectory(In("sysroot"));
        Directory.CreateDirectory(In("tree/usr/lib/modules/6.12.0"));
        Directory.CreateDirectory(In("tree/usr/etc"));
        await File.WriteAllTextAsync(In("tree/usr/lib/modules/6.12.0/vmlinuz"), "kernel");
        await File.WriteAllTextAsync(In("tree/usr/lib/modules/6.12.0/initramfs.img"), "initramfs");
        await File.WriteAllTextAsync(In("tree/usr/lib/os-release"), "NAME=Lab\nID=lab\n");
        await OstreeAsync("admin", "init-fs", "--modern", In("sysroot"));
        await OstreeAsync("admin", "--sysroot=" + In("sysroot"), "os-init", "debian");
        await OstreeAsync("--repo=" + In("sysroot/ostree/repo"), "config", "set", "sysroot.bootloader", "none");
        await DeployAsync("1.0");
        await DeployAsync("2.0", "--retain");
    }

    [TearDown]
    public void Remove_the_sysroot() => Directory.Delete(folder, recursive: true);

    [Test]
    public async Task What_this_hosts_ostree_prints_is_read()
    {
        await OstreeAsync("admin", "--sysroot=" + In("sysroot"), "pin", "1");

        var status = OstreeStatusParser.Parse(await OstreeAsync("admin", "--sysroot=" + In("sysroot"), "status"));

        status.Deployments.Select(deployment => (deployment.StateRoot, deployment.Version, deployment.Refspec, deployment.Serial, deployment.Pinned))
            .Should().Equal(("debian", "2.0", "labtree", 0, false), ("debian", "1.0", "labtree", 0, true));
        status.Next!.Commit.Should().Be((await OstreeAsync("--repo=" + In("sysroot/ostree/repo"), "rev-parse", "labtree")).Trim());
        status.Booted.Should().BeNull();
    }

    private async Task DeployAsync(string version, params string[] options)
    {
        await OstreeAsync("--repo=" + In("sysroot/ostree/repo"), "commit", "--branch=labtree", "--tree=dir=" + In("tree"), "--add-metadata-string=version=" + version);
        await OstreeAsync(["admin", "--sysroot=" + In("sysroot"), "deploy", "--os=debian", .. options, "labtree"]);
    }

    // Without it deployments are made immutable, and only root could remove the folder again.
    private static Task<string> OstreeAsync(params string[] arguments) =>
        new Command("ostree", arguments).WithEnvironment("OSTREE_SYSROOT_DEBUG", "mutable-deployments").SucceedAsync();

    private string In(string path) => Path.Combine(folder, path);
}
