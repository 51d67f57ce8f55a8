using FluentAssertions;
using Lab.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Definitions;

public sealed class ContainerDefinitionTests
{
    private const string Httpd = "container: httpd\ntags: [v1, prod]\nsources: [{ suite: trixie }]\npackages: [busybox-static]\nfiles:\n  /version: { content: \"v1\\n\" }\ncommand: [/bin/busybox, httpd, -f]\nports: [8080]\n";

    [Test]
    public void A_container_and_its_registry_are_read_as_they_are_written()
    {
        using var folder = Folder("registry: { segment: edge, port: 5001 }\ncontainers: [httpd.yaml]", ("httpd.yaml", Httpd));
        var lab = folder.Lab();

        (lab.Registry!.Segment, lab.Registry.Port).Should().Be(("edge", 5001));
        var container = lab.Containers.Should().ContainSingle().Which;
        container.Name.Should().Be("httpd");
        container.Tags.Should().Equal("v1", "prod");
        container.Command.Should().Equal("/bin/busybox", "httpd", "-f");
        container.Ports.Should().Equal(8080);
        container.Content.Files.Should().ContainSingle().Which.Path.Should().Be("/version");
        container.Should().BeEquivalentTo(ContainerDefinition.Load(folder["httpd.yaml"]), because: "its file says all");
    }

    [Test]
    public void A_registry_is_where_podman_looks_for_one_and_Debians_unless_told_otherwise()
    {
        using var folder = Folder("registry: { segment: edge }");
        (folder.Lab().Registry!.Port, folder.Lab().Registry!.Program).Should().Be((5000, "docker-registry"));
    }

    [Test]
    public void A_registry_of_ones_own_is_a_name_or_a_file_beside_the_lab()
    {
        using var folder = Folder("registry: { segment: edge, program: registry }", ("bin/registry", "#!/bin/sh\n"));
        folder.Lab().Registry!.Program.Should().Be("registry");
        using var beside = Folder("registry: { segment: edge, program: bin/registry }", ("bin/registry", "#!/bin/sh\n"));
        beside.Lab().Registry!.Program.Should().Be(beside["bin/registry"]);
    }

    [TestCase("registry: { segment: »egde }", "no segment is called `egde`", "Did you mean `edge`?")]
    [TestCase("registry: »{ port: 5000 }", "the registry has no `segment`", "segment: SEGMENT")]
    [TestCase("registry: { segment: edge, port: »70000 }", "expected a whole number from 1 to 65535", "1")]
    [TestCase("registry: { segment: edge, »prot: 5000 }", "the registry has no key `prot`", "Did you mean `port`?")]
    [TestCase("registry: { segment: edge, program: »./zot }", "zot does not exist", "correct the path")]
    [TestCase("»containers: [httpd.yaml]", "there is no registry", "Add `registry: { segment: SEGMENT }`")]
    [TestCase("registry: { segment: edge }\ncontainers: [»htpd.yaml]", "htpd.yaml", "httpd.yaml")]
    public void A_registry_that_cannot_be_is_refused(string text, string message, string remedy)
    {
        using var folder = Folder(text, ("httpd.yaml", Httpd));
        var problem = folder.LabProblems().Should().ContainSingle().Which;
        problem.Message.Should().Contain(message);
        problem.Fix.Should().Contain(remedy);
    }

    [TestCase("tags: [v1, prod]", "tags: [».hidden]", "is not a tag")]
    [TestCase("container: httpd", "container: »Httpd", "Httpd")]
    [TestCase("ports: [8080]", "ports: [»0]", "expected a whole number from 1 to 65535")]
    [TestCase("files:\n  /version: { content: \"v1\\n\" }", "files:\n  »version: { content: x }", "version")]
    [TestCase("ports: [8080]", "»units: {}", "the container has no key `units`")]
    public void A_container_file_that_is_wrong_is_told_with_its_place(string right, string wrong, string message)
    {
        Httpd.Should().Contain(right);
        using var folder = Folder("registry: { segment: edge }\ncontainers: [httpd.yaml]", ("httpd.yaml", Httpd.Replace(right, wrong, StringComparison.Ordinal)));
        folder.LabProblems().Should().ContainSingle().Which.Message.Should().Contain(message);
    }

    [TestCase("command")]
    [TestCase("tags")]
    [TestCase("sources")]
    public void What_a_container_must_say_is_asked_for(string key)
    {
        using var folder = Folder("registry: { segment: edge }\ncontainers: [httpd.yaml]", ("httpd.yaml", string.Concat(Httpd.Split('\n').Where(line => !line.StartsWith(key, StringComparison.Ordinal)).Select(line => line + '\n'))));
        folder.Invoking(wrong => wrong.Lab()).Should().Throw<DefinitionException>().Which.Message.Should().Contain($"has no `{key}`");
    }

    [Test]
    public void A_tag_is_one_images()
    {
        using var folder = Folder("registry: { segment: edge }\ncontainers: [httpd.yaml, other.yaml]", ("httpd.yaml", Httpd), ("other.yaml", "»" + Httpd.Replace("v1, prod", "v2, prod", StringComparison.Ordinal)));
        folder.LabProblems().Should().ContainSingle().Which.Message.Should().Contain("`httpd:prod` is").And.Contain("httpd.yaml:1:1's already");
    }

    [Test]
    public void What_makes_an_image_is_in_its_digest_and_what_it_is_called_is_not()
    {
        var digests = new[] { ("prod", "latest"), ("v1\\n", "v2\\n"), ("busybox-static", "busybox"), ("httpd, -f", "httpd, -v"), ("8080", "8081") }
            .Select(change => Digest(Httpd.Replace(change.Item1, change.Item2, StringComparison.Ordinal))).ToList();

        digests[0].Should().Be(Digest(Httpd));
        digests.Should().OnlyHaveUniqueItems();
    }

    private static string Digest(string text)
    {
        using var folder = new DefinitionFolder().With("httpd.yaml", text);
        return ContainerDefinition.Load(folder["httpd.yaml"]).Digest;
    }

    private static DefinitionFolder Folder(string text, params IEnumerable<(string File, string Text)> files)
    {
        var folder = new DefinitionFolder()
            .With("trees/one.yaml", "tree: one\nref: one\nversion: \"1\"\nsources: [{ suite: trixie }]\n")
            .With("lab.yaml", $"lab: web\ntrees: [trees/one.yaml]\nsegments: {{ edge: {{ subnet: 192.168.100.0/24 }} }}\n{text}\nguests: {{ node1: {{ tree: one, segments: {{ edge: 192.168.100.11 }} }} }}\n");
        foreach (var (file, content) in files)
        {
            folder.With(file, content);
        }

        return folder;
    }
}
