using System.Text.Json;

namespace Lab.Cli.Tests;

internal sealed class MediaKickstartTests
{
    private const string Url = "http://192.0.2.1:8000/repo";

    [Test]
    public async Task A_kickstart_goes_to_standard_output_or_to_a_file_that_only_its_owner_reads_and_passes_its_own_check()
    {
        using var user = new LabUser();
        Lab(user);

        var printed = await user.RunAsync("media", "kickstart", ".", "--url", Url);
        var written = await user.RunAsync("media", "kickstart", ".", "node1", "--url", Url, "-o", "ks.cfg");
        var check = await user.RunAsync("media", "check", "ks.cfg");

        printed.ExitCode.Should().Be(0, because: printed.Error);
        printed.Output.Should().StartWith("# Kickstart of guest node1 in lab web").And.Contain($"ostreesetup --osname=lab --remote=lab --url={Url} --ref=web\n").And.Contain("-----BEGIN PGP PUBLIC KEY BLOCK-----");
        var file = Path.Combine(user.Folder, "ks.cfg");
        written.Output.Should().Be($"The kickstart of web/node1 is {file}.\n", because: written.Error);
        (await File.ReadAllTextAsync(file)).Should().Be(printed.Output);
        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        check.Output.Should().MatchRegex($@"^{file} is sound for rhel9: \d+ commands, 3 sections\.\n$", because: check.Error);
    }

    [Test]
    public async Task A_kickstart_is_json_where_json_was_asked_for()
    {
        using var user = new LabUser();
        Lab(user);

        var result = await user.RunAsync("media", "kickstart", ".", "--variant", "packages", "--url", Url, "--json");

        result.ExitCode.Should().Be(0, because: result.Error);
        var json = JsonDocument.Parse(result.Output).RootElement;
        json.GetProperty("variant").GetString().Should().Be("packages");
        json.GetProperty("file").ValueKind.Should().Be(JsonValueKind.Null);
        json.GetProperty("text").GetString().Should().Contain($"url --url={Url}\n");
    }

    [Test]
    public async Task A_wrong_kickstart_is_told_by_line_and_column_and_keeps_its_secret()
    {
        using var user = new LabUser();
        user.Write("ks.cfg", "text\nrootpw hunter2\nostreecontainer --url=quay.io/x\n");

        var result = await user.RunAsync("media", "check", "ks.cfg", "--version", "rhel8");

        result.ExitCode.Should().Be(2);
        result.Output.Should().BeEmpty();
        result.Error.Should().StartWith("ks.cfg:2:1: `rootpw` holds a password in plain text. ").And.Contain("\nks.cfg:3:1: `ostreecontainer` is no command of RHEL 8. ").And.NotContain("hunter2");
        Directory.Exists(user.Home).Should().BeFalse(because: "checking makes nothing");
    }

    private static void Lab(LabUser user)
    {
        user.Write("lab.yaml", "lab: web\ntrees: [tree.yaml]\nguests: { node1: { tree: web, kickstart: {} } }\n");
        user.Write("tree.yaml", "tree: web\nref: web\nversion: '1'\nsources: [{ suite: trixie }]\n");
    }
}
