using System.Runtime.CompilerServices;
using Lab.Execution;

namespace Lab.Cli.Tests;

/// <summary>The script at the checkout's root, in a checkout of its own with a `dotnet` that only notes what it is asked.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LabScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("labsh-").FullName;

    public LabScriptTests()
    {
        foreach (var file in new[] { "src/LibvirtSharp/a.cs", "src/Lab/b.cs", "src/Lab.Cli/c.cs", "templates/d.hbs", "kickstart/e.ks", "Directory.Build.props", "Directory.Packages.props", "global.json" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, file))!);
            Touch(file, hoursAgo: 1);
        }

        foreach (var folder in new[] { "src/LibvirtSharp", "src/Lab", "templates", "kickstart" })
        {
            Directory.SetLastWriteTimeUtc(Path.Combine(_folder, folder), Now.AddHours(-1));
        }

        File.Copy(Script(), Path.Combine(_folder, "lab"));
        Dotnet("mkdir -p src/Lab.Cli/bin/Debug/net10.0 && touch src/Lab.Cli/bin/Debug/net10.0/Lab.Cli.dll");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task The_program_is_built_once_and_run_with_all_arguments()
    {
        var first = await RunAsync("up", "a b");
        var second = await RunAsync("list");

        first.Output.Should().Be($"ran {Program} up a b\n", because: first.Error);
        second.Output.Should().Be($"ran {Program} list\n", because: second.Error);
        Builds().Should().Be(1);
    }

    [TestCase("src/Lab/b.cs")]
    [TestCase("src/Lab.Cli/Commands/New.cs")]
    [TestCase("templates/d.hbs")]
    [TestCase("kickstart/e.ks")]
    [TestCase("Directory.Packages.props")]
    public async Task A_newer_source_is_built(string source)
    {
        await RunAsync("list");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, source))!);
        Touch(source, hoursAgo: -1);

        await RunAsync("list");

        Builds().Should().Be(2);
    }

    [Test]
    public async Task What_a_build_writes_is_no_source()
    {
        await RunAsync("list");
        Directory.CreateDirectory(Path.Combine(_folder, "src", "Lab", "obj"));
        Touch("src/Lab/obj/generated.cs", hoursAgo: -1);
        Directory.SetLastWriteTimeUtc(Path.Combine(_folder, "src", "Lab"), Now.AddHours(-1));

        await RunAsync("list");

        Builds().Should().Be(1);
    }

    [Test]
    public async Task The_programs_exit_code_is_the_scripts()
    {
        Dotnet(":", run: "exit 3");

        (await RunAsync("doctor")).ExitCode.Should().Be(3);
    }

    [Test]
    public async Task A_program_that_does_not_compile_is_shown_with_its_errors_and_tried_again()
    {
        Dotnet("echo 'c.cs(1,1): error CS0103'; exit 1");

        var result = await RunAsync("list");
        await RunAsync("list");

        result.ExitCode.Should().Be(70);
        result.Output.Should().BeEmpty();
        result.Error.Should().Be("Building lab …\nc.cs(1,1): error CS0103\nlab itself does not compile: see above.\n");
        Builds().Should().Be(2);
    }

    [Test]
    public async Task It_works_through_a_link_from_any_folder()
    {
        var elsewhere = Directory.CreateTempSubdirectory("labsh-").FullName;
        try
        {
            File.CreateSymbolicLink(Path.Combine(elsewhere, "lab"), Path.Combine(_folder, "lab"));

            var result = await new Command("bash", Path.Combine(elsewhere, "lab"), "list").In(elsewhere).WithEnvironment("PATH", SearchPath).RunAsync();

            result.Output.Should().Be($"ran {Program} list\n", because: result.Error);
        }
        finally
        {
            Directory.Delete(elsewhere, recursive: true);
        }
    }

    private static DateTime Now => TimeProvider.System.GetUtcNow().UtcDateTime;

    private string Program => Path.Combine(_folder, "src/Lab.Cli/bin/Debug/net10.0/Lab.Cli.dll");

    private string SearchPath => Path.Combine(_folder, "sdk") + ":" + Environment.GetEnvironmentVariable("PATH");

    private static string Script([CallerFilePath] string test = "") => Path.Combine(Path.GetDirectoryName(test)!, "..", "..", "lab");

    private int Builds() => File.ReadAllLines(Path.Combine(_folder, "builds")).Length;

    private void Touch(string file, int hoursAgo)
    {
        File.WriteAllText(Path.Combine(_folder, file), string.Empty);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, file), Now.AddHours(-hoursAgo));
    }

    private Task<CommandResult> RunAsync(params string[] words) =>
        new Command("bash", [Path.Combine(_folder, "lab"), .. words]).WithEnvironment("PATH", SearchPath).RunAsync();

    private void Dotnet(string build, string run = "echo ran \"$@\"")
    {
        var dotnet = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "sdk")).FullName, "dotnet");
        File.WriteAllText(dotnet, $"""
            #!/usr/bin/env bash
            case $1 in
                --version) echo 10.0.100 ;;
                build) cd '{_folder}' && echo built >> builds; {build} ;;
                *) {run} ;;
            esac
            """);
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
