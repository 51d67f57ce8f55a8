using Lab.Trees;
using FluentAssertions;
using Lab.Execution;
using Lab.Hosting;
using Lab.Tests.Definitions;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class PackageInstallerTests
{
    private static readonly HostCheck Xorriso = new("xorriso", CheckStatus.Missing, null, "any", "apt-get install xorriso", ["xorriso"]);

    [Test]
    public async Task Nothing_is_done_or_said_where_nothing_lacks()
    {
        var said = new Said();

        await new PackageInstaller(said).InstallAsync(Report("debian", Xorriso with { Status = CheckStatus.Ok }));

        said.Lines.Should().BeEmpty();
    }

    [Test]
    public async Task A_host_that_is_not_Debian_is_told_what_to_install_by_hand()
    {
        var install = () => new PackageInstaller(new Said()).InstallAsync(Report("fedora", Xorriso));

        (await install.Should().ThrowAsync<HostException>().WithMessage("*this is Fedora Linux*"))
            .Which.Remedy.Should().Be("Install by hand what Debian calls xorriso.");
    }

    [Test]
    public void A_backports_source_is_as_the_format_wants_it() =>
        PackageInstaller.DescribeSource(new AptMirror("http://mirror.example/debian", "/usr/share/keyrings/debian-archive-keyring.gpg"), "bookworm-backports")
            .ShouldMatchSnapshot("lab-backports.sources");

    [TestCase("pmstatus:qemu-utils:12.5000:Unpacking qemu-utils (amd64)", "0.125 Unpacking qemu-utils (amd64)")]
    [TestCase("pmstatus:libc6:amd64:50:Installing libc6:amd64", "0.5 Installing libc6:amd64")]
    [TestCase("dlstatus:3:7.5:Retrieving file 3 of 40 (2 min remaining)", "0.075 Retrieving file 3 of 40 (2 min remaining)")]
    public void A_status_line_of_apt_tells_how_far_it_is(string line, string told)
    {
        var said = new Said();

        PackageInstaller.Tell(said, line);

        said.Lines.Should().Equal(told);
    }

    [TestCase("(Reading database ... 5%")]
    [TestCase("Setting up qemu-utils (1:10.0.2) ...")]
    [TestCase("")]
    public void Other_lines_of_apt_are_not_told(string line)
    {
        var said = new Said();

        PackageInstaller.Tell(said, line);

        said.Lines.Should().BeEmpty();
    }

    private static HostReport Report(string id, HostCheck check) =>
        new(new OsRelease(id, null, "Fedora Linux"), [check], new LibvirtDaemon(LibvirtDaemonKind.Private, "As root."));

    private sealed class Said : IProgressSink, IActivity
    {
        public List<string> Lines { get; } = [];

        public IActivity Begin(string what)
        {
            Lines.Add(what);
            return this;
        }

        public void Report(string detail, double? fraction = null) => Lines.Add($"{fraction} {detail}");

        public void Done(string? outcome = null) => Lines.Add(outcome ?? "done");

        public void Dispose()
        {
        }
    }
}
