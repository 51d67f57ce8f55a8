using Lab.Containers;
using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;

namespace Lab.EndToEnd;

/// <summary>A container image from nothing but a package and files, in a registry on a segment. No guest takes part.</summary>
[TestFixture]
public sealed class Containers
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lab-containers").FullName;
    private readonly IProgressSink _progress = new ConsoleProgress(TestContext.Progress, interactive: false, TimeProvider.System);
    private LabDefinition _lab = null!;
    private LabHome _home = null!;

    [OneTimeSetUp]
    public void Prepare()
    {
        // A home of its own: what another run built proves nothing.
        _home = new LabHome(Path.Combine(_folder, "home"));
        File.WriteAllText(Path.Combine(_folder, "httpd-1.yaml"), """
            container: httpd
            tags: [v1]
            sources: [{ suite: trixie }]
            packages: [busybox-static]
            files:
              /usr/share/www/index.html: { content: "v1\n" }
            command: [/bin/busybox, httpd, -f, -p, "8080", -h, /usr/share/www]
            ports: [8080]
            """);
        File.WriteAllText(Path.Combine(_folder, "registry"), "#!/bin/sh\nexec docker-registry \"$@\"\n");
        File.SetUnixFileMode(Path.Combine(_folder, "registry"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(_folder, "lab.yaml"), $$"""
            lab: e2e-containers
            trees: ["{{AtomicHost.Folder}}/trees/labtree-1.yaml"]
            segments: { edge: { subnet: 192.168.100.0/24 } }
            registry: { segment: edge, program: ./registry }
            containers: [httpd-1.yaml]
            guests:
              node1: { tree: labtree-1, segments: { edge: 192.168.100.11 } }
            """);
        _lab = LabDefinition.Load(_folder);
    }

    [OneTimeTearDown]
    public void Delete()
    {
        Directory.Delete(_home.Runtime, recursive: true);
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task An_image_is_built_pushed_and_tagged_anew_and_nothing_of_its_registry_stays()
    {
        await using (var segments = await LabSegments.StartAsync(LabInstance.NetworkFolder(_home, _lab.Name), LabInstance.Network(_home, _lab), TimeProvider.System))
        {
            var registry = LabInstance.RegistryOf(_home, _lab, _progress)!;
            var builder = new ContainerBuilder(_home, new TreeComposer(_home, new AptMirrors().FindAsync, _progress, TimeProvider.System), _progress);
            var archive = await builder.BuildAsync(_lab.Containers[0]);
            await registry.PushAsync(_lab.Containers, builder);
            await registry.TagAsync("httpd:v1", "httpd:prod");

            var listed = registry.List();
            listed.Select(image => $"{image}").Should().Equal("httpd:prod", "httpd:v1");
            listed.Select(image => image.Digest).Distinct().Should().ContainSingle("they are one image");
            var told = await segments.Host!.Run("skopeo", "inspect", "--tls-verify=false", "--config", "docker://host:5000/httpd:prod").SucceedAsync();
            told.Should().Contain("/usr/share/www").And.Contain("8080/tcp");
            (await builder.BuildAsync(_lab.Containers[0])).Should().Be(archive, "it has not changed");
            (await FilesAsync(registry)).Should().Contain(["bin", "usr/bin/busybox", "usr/share/www/index.html"]).And.NotContain(file => file.StartsWith("etc/apt", StringComparison.Ordinal) || file.StartsWith("dev/", StringComparison.Ordinal));

            // What a second registry of the lab finds.
            await FluentActions.Awaiting(() => segments.Host!.Run("docker-registry", "serve", Path.Combine(LabInstance.NetworkFolder(_home, _lab.Name), "registry.yml")).SucceedAsync())
                .Should().ThrowAsync<HostCommandFailedException>().WithMessage("*address already in use*");
        }

        Leftovers.Processes(_folder, LabInstance.SocketFolder(_home, _lab.Name)).Should().BeEmpty();
        Directory.Exists(LabInstance.NetworkFolder(_home, _lab.Name)).Should().BeFalse();
    }

    // As the registry has it: the only layer of the image.
    private async Task<IReadOnlyList<string>> FilesAsync(Registry registry)
    {
        var folder = Path.Combine(_folder, "pulled");
        await (await SegmentHost.ReachAsync(LabInstance.NetworkFolder(_home, _lab.Name), ["skopeo", "copy", "--quiet", "--src-tls-verify=false", $"docker://host:5000/{registry.List()[0]}", $"dir:{folder}"])).SucceedAsync();
        var layer = new DirectoryInfo(folder).EnumerateFiles().MaxBy(file => file.Length)!;
        return [.. (await new Command("tar", "-tf", layer.FullName).SucceedAsync()).Split('\n').Select(file => file.TrimStart('.').Trim('/'))];
    }

    [Test]
    public async Task A_killed_server_takes_the_registry_with_it_and_its_folder_is_collected()
    {
        var sockets = LabInstance.SocketFolder(_home, _lab.Name);
        Directory.CreateDirectory(LabInstance.RepositoryFolder(_home, _lab.Name));
        await SegmentPlan.WriteAsync(GuestPlan.LabFolder(_home, _lab.Name), LabInstance.Network(_home, _lab));
        using (var serve = new LabCli(_home).Start("tree", "serve", "--lab", _lab.Name))
        {
            await serve.KillWhenAsync(() => Task.FromResult(Leftovers.Processes(sockets).Any(process => process.Contains("docker-registry", StringComparison.Ordinal))));
        }

        await Leftovers.ProcessesEndAsync(sockets);

        await new GarbageCollector(_home, hypervisor: null, _progress).CollectAsync(remove: true);
        new[] { sockets, GuestPlan.LabFolder(_home, _lab.Name) }.Where(Directory.Exists).Should().BeEmpty();
    }

    [Test]
    public async Task A_half_built_image_and_one_that_a_newer_replaced_are_collected()
    {
        var (old, now) = (Path.Combine(_home.Containers, "web@1.1.oci"), Path.Combine(_home.Containers, "web@2.1.oci"));
        await File.WriteAllTextAsync(old, "old");
        await File.WriteAllTextAsync(now, "new");
        File.SetLastWriteTimeUtc(old, DateTime.UnixEpoch);
        var foreign = Path.Combine(_home.Containers, "foreign.oci");
        await File.WriteAllTextAsync(foreign, "of nobody knows whom");
        var work = Directory.CreateDirectory(Path.Combine(_home.Containers, "work-1")).FullName;

        var report = await new GarbageCollector(_home, hypervisor: null, _progress).CollectAsync(remove: true);

        report.Found.Select(garbage => garbage.Name).Should().Contain([work, old]).And.NotContain([now, foreign]);
        (Directory.Exists(work), File.Exists(old), File.Exists(now)).Should().Be((false, false, true));
    }
}
