using FluentAssertions;
using Lab.Containers;
using Lab.Execution;
using Lab.Hosting;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Containers;

public sealed class RegistryTests
{
    [Test]
    public void What_a_registry_keeps_is_listed_by_name_and_tag()
    {
        using var folder = new DefinitionFolder()
            .With(Link("httpd", "v2"), "sha256:22")
            .With(Link("httpd", "prod"), "sha256:22\n")
            .With(Link("base/tags", "1"), "sha256:11")
            .With("docker/registry/v2/repositories/httpd/_manifests/tags/v2/index/sha256/22/link", "sha256:22")
            .With("docker/registry/v2/repositories/httpd/_manifests/revisions/sha256/22/link", "sha256:22");

        At(folder.Root).List().Should().Equal(new RegistryImage("base/tags", "1", "sha256:11"), new RegistryImage("httpd", "prod", "sha256:22"), new RegistryImage("httpd", "v2", "sha256:22"));
    }

    [Test]
    public void Nothing_is_in_a_registry_that_nothing_was_pushed_to()
    {
        using var folder = new DefinitionFolder();
        At(folder.Root).List().Should().BeEmpty();
    }

    [Test]
    public async Task Without_a_lab_that_serves_it_a_push_says_so()
    {
        using var folder = new DefinitionFolder();
        await FluentActions.Awaiting(() => At(folder.Root).TagAsync("httpd:v1", "httpd:prod")).Should().ThrowAsync<HostException>().WithMessage("Nobody connects the segments of this lab*");
    }

    [Test]
    public void A_registrys_configuration_is_as_the_distribution_project_has_it() =>
        new RegistryPlan("docker-registry", "192.168.100.1:5000", "/var/lib/lab/labs/web/registry").Configuration.ShouldMatchSnapshot("registry.yml");

    private static string Link(string name, string tag) => $"docker/registry/v2/repositories/{name}/_manifests/tags/{tag}/current/link";

    private static Registry At(string folder) => new(folder, new RegistryPlan("docker-registry", "192.168.100.1:5000", folder), SilentProgress.Instance);
}
