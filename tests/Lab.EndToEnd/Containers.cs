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
    [Test]
    public async Task An_image_is_built_pushed_and_tagged_anew()
    {
        var folder = Directory.CreateTempSubdirectory("lab-containers").FullName;
        var progress = new ConsoleProgress(TestContext.Progress, interactive: false, TimeProvider.System);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "httpd-1.yaml"), """
                container: httpd
                tags: [v1]
                sources: [{ suite: trixie }]
                packages: [busybox-static]
                files:
                  /usr/share/www/index.html: { content: "v1\n" }
                command: [/bin/busybox, httpd, -f, -p, "8080", -h, /usr/share/www]
                ports: [8080]
                """);
            await File.WriteAllTextAsync(Path.Combine(folder, "lab.yaml"), $$"""
                lab: containers
                trees: ["{{AtomicHost.Folder}}/trees/labtree-1.yaml"]
                segments: { edge: { subnet: 192.168.100.0/24 } }
                registry: { segment: edge }
                containers: [httpd-1.yaml]
                guests:
                  node1: { tree: labtree-1, segments: { edge: 192.168.100.11 } }
                """);
            var home = LabHome.Default();
            var lab = LabDefinition.Load(folder);
            var network = LabInstance.Network(home, lab);
            await using var segments = await LabSegments.StartAsync(Path.Combine(folder, "sockets"), network, TimeProvider.System);
            var composer = new TreeComposer(home, new AptMirrors().FindAsync, progress, TimeProvider.System);
            var archive = await new ContainerBuilder(home, composer, progress).BuildAsync(lab.Containers[0]);
            var registry = new Registry(Path.Combine(folder, "sockets"), lab.Registry!.Port);
            await registry.PushAsync(lab.Containers[0], archive);
            await registry.RetagAsync("httpd", "v1", "prod");
            (await segments.Host!.Run("curl", "--silent", "http://host:5000/v2/httpd/tags/list").SucceedAsync()).Should().Contain("v1").And.Contain("prod");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
