using System.Text.Json;
using FluentAssertions;
using Lab.Hosting;
using NUnit.Framework;

namespace Lab.Tests.Hosting;

public sealed class DoctorTests
{
    private static readonly string[] HostFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    [Test]
    public async Task A_host_that_runs_these_tests_is_ready()
    {
        var report = await new Doctor("/var/lib/lab").ExamineAsync();

        report.Checks.Where(check => check.Status is CheckStatus.Missing or CheckStatus.TooOld).Should().BeEmpty();
        report.Ready.Should().BeTrue();
        report.Checks.Where(check => check.Status == CheckStatus.Ok).Should().OnlyContain(check => check.Remedy == null && check.Found != null);
    }

    [Test]
    public async Task A_missing_program_is_found_missing_with_the_package_that_holds_it()
    {
        using var host = HostWithout("xorriso");

        var report = await Examine(host);

        report.Ready.Should().BeFalse();
        Of(report, "xorriso").Should().BeEquivalentTo(new HostCheck(
            "xorriso", CheckStatus.Missing, null, "any version, to make seed and kickstart media", "apt-get install xorriso", ["xorriso"]));
        report.LackingPackages.Should().Contain("xorriso");
    }

    [Test]
    public async Task A_missing_convenience_is_only_a_warning()
    {
        using var host = HostWithout("virsh");

        Of(await Examine(host), "virsh").Status.Should().Be(CheckStatus.Warning);
    }

    [Test]
    public async Task A_QEMU_that_is_too_old_on_Debian_12_is_to_come_from_backports()
    {
        using var host = HostWithout("qemu-system-x86_64");
        host.Program("bin/qemu-system-x86_64", "echo 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)'");

        var check = Of(await Examine(host), "qemu-system-x86_64");

        check.Should().BeEquivalentTo(new
        {
            Status = CheckStatus.TooOld,
            Found = "7.2.22",
            Remedy = "apt-get install -t bookworm-backports qemu-system-x86",
        });
        check.Needed.Should().StartWith("8.0 or newer");
    }

    [Test]
    public async Task A_program_that_does_not_run_is_as_good_as_missing_and_says_why()
    {
        using var host = HostWithout("ostree");
        host.Program("bin/ostree", "echo 'ostree: error while loading shared libraries: libostree-1.so.1' >&2; exit 127");

        var check = Of(await Examine(host), "ostree");

        check.Status.Should().Be(CheckStatus.Missing);
        check.Found.Should().Be($"{host["bin/ostree"]} does not run: ostree: error while loading shared libraries: libostree-1.so.1");
    }

    [Test]
    public async Task An_ordinary_user_needs_subordinate_ids_and_is_told_how_to_get_them()
    {
        using var host = HostWithout("newuidmap");
        host.Write("etc/subuid", "somebody-else:100000:65536\n");

        var report = await Examine(host, privileged: false);

        Of(report, "subuid").Status.Should().Be(CheckStatus.Missing);
        Of(report, "subuid").Remedy.Should().EndWith(Environment.UserName).And.StartWith("sudo usermod --add-subuids");
        Of(report, "newuidmap").Remedy.Should().Be("sudo apt-get install uidmap");
    }

    [Test]
    public async Task Root_needs_no_subordinate_ids()
    {
        using var host = HostWithout("newuidmap");

        (await Examine(host)).Checks.Select(check => check.Name).Should().NotContain("subuid");
    }

    [Test]
    public async Task Other_distributions_are_told_the_packages_names_at_Debian()
    {
        using var host = HostWithout("xorriso");
        host.Write("etc/os-release", "ID=fedora\nPRETTY_NAME=Fedora\n");

        Of(await Examine(host), "xorriso").Remedy.Should().Be("Install what Debian calls xorriso.");
    }

    [TestCase("[ \"acpi-s3\" ]", CheckStatus.Ok, null)]
    [TestCase("[ \"secure-boot\", \"enrolled-keys\" ]", CheckStatus.Warning, "apt-get install ovmf")]
    public async Task Firmware_for_UEFI_is_found_as_libvirt_finds_it(string features, CheckStatus status, string? remedy)
    {
        using var host = HostWithout();
        host.Write("usr/share/qemu/firmware/10-broken.json", "{");
        host.Write("usr/share/qemu/firmware/60-edk2.json", $$"""{ "interface-types": [ "uefi" ], "targets": [ { "architecture": "x86_64", "machines": [ "pc-q35-*" ] } ], "features": {{features}} }""");

        Of(await Examine(host), "UEFI firmware").Should().BeEquivalentTo(new { Status = status, Remedy = remedy });
    }

    [Test]
    public async Task A_home_that_is_not_there_yet_is_measured_where_it_would_be()
    {
        using var host = HostWithout();

        Of(await Examine(host), "disk").Found.Should().MatchRegex(@"^[0-9]+\.[0-9] GB$");
    }

    [Test]
    public async Task The_report_reads_well_as_JSON()
    {
        using var host = HostWithout("xorriso");

        var json = JsonSerializer.Serialize(await Examine(host));

        json.Should().Contain("\"Name\":\"xorriso\",\"Status\":\"Missing\"").And.Contain("\"Kind\":\"Private\"").And.Contain("\"Ready\":false");
    }

    private static Task<HostReport> Examine(HostFolder host, bool privileged = true) =>
        new Doctor(host["not/there/yet"]) { Root = host.Path, SearchPath = [host["bin"]], Privileged = privileged }.ExamineAsync();

    private static HostCheck Of(HostReport report, string name) => report.Checks.Single(check => check.Name == name);

    /// <summary>A Debian 12 host that has this host's programs but for one.</summary>
    private static HostFolder HostWithout(string? program = null)
    {
        var host = new HostFolder();
        host.Write("etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Directory.CreateDirectory(host["bin"]);
        foreach (var name in HostTool.All.Select(tool => tool.Program).Where(name => name != program))
        {
            if (HostFolders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } path)
            {
                File.CreateSymbolicLink(host[Path.Combine("bin", name)], path);
            }
        }

        return host;
    }
}
