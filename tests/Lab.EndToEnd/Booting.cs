using Lab.Definitions;
using Lab.Execution;
using Lab.Guests;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>What a lab that boots costs its host.</summary>
[TestFixture]
public sealed class Booting
{
    private readonly LabHome _home = LabHome.Default();
    private readonly LabDefinition _lab = AtomicHost.Named("e2e-boot");

    [Test]
    public async Task A_guest_is_asked_nothing_before_its_console_says_that_ssh_is_there()
    {
        // A connection that is given up before the guest has a network keeps passt busy for ten seconds.
        var cli = new LabCli(_home);
        var folder = Directory.CreateTempSubdirectory("lab-e2e-boot-").FullName;
        var (ssh, asked) = (Path.Combine(folder, "ssh"), Path.Combine(folder, "asked"));
        await File.WriteAllTextAsync(ssh, $$"""
            #!/bin/sh
            if grep -qsE 'Started .*ssh|login:' '{{new GuestPlan(_home, _lab.Name, _lab.Guests[0]).ConsoleFile}}'; then echo after; else echo before; fi >> '{{asked}}'
            PATH=${PATH#*:} exec ssh "$@"
            """);
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            var up = await cli.ToRun("up", AtomicHost.Folder, "--as", _lab.Name, "--cold").WithEnvironment("PATH", $"{folder}:{Environment.GetEnvironmentVariable("PATH")}").RunAsync();

            up.ExitCode.Should().Be(0, up.Error);
            up.Error.Should().Contain("boot node1");
            (await File.ReadAllLinesAsync(asked)).Should().NotBeEmpty().And.NotContain("before");
        }
        finally
        {
            await cli.SucceedAsync("down", _lab.Name);
            Directory.Delete(folder, recursive: true);
        }
    }
}
