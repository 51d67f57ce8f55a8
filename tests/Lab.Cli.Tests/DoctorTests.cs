using System.Text.Json;

namespace Lab.Cli.Tests;

internal sealed class DoctorTests
{
    [Test]
    public async Task A_host_without_tools_is_told_what_it_lacks_and_the_code_is_3()
    {
        using var user = new LabUser();
        user.Environment["PATH"] = user.Folder;

        var result = await user.RunAsync("doctor", "--json");

        result.ExitCode.Should().Be(3, because: result.Error);
        result.Error.Should().BeEmpty();
        var diagnosis = JsonDocument.Parse(result.Output).RootElement;
        diagnosis.GetProperty("ready").GetBoolean().Should().BeFalse();
        diagnosis.GetProperty("accelerator").ValueKind.Should().Be(JsonValueKind.Null);
        var qemu = diagnosis.GetProperty("host").GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "qemu-system-x86_64");
        qemu.GetProperty("status").GetString().Should().Be("missing");
        qemu.GetProperty("remedy").GetString().Should().Contain("qemu-system-x86");
    }

    [Test]
    public async Task The_table_ends_with_the_verdict()
    {
        using var user = new LabUser();
        user.Environment["PATH"] = user.Folder;

        var result = await user.RunAsync("doctor");

        result.ExitCode.Should().Be(3);
        result.Output.Should().StartWith("Check ").And.EndWith("Labs do not run here yet. `lab doctor --fix` installs what is missing.\n");
    }
}
