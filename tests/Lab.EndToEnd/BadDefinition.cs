using Lab.Execution;
using Lab.State;

namespace Lab.EndToEnd;

/// <summary>Lab files with mistakes: <c>lab up</c> says where and what, with the exit code of the user's mistakes, before it does anything.</summary>
[TestFixture]
public sealed class BadDefinition
{
    private const string Trees = "trees: [trees/labtree-1.yaml]\n";
    private readonly LabHome _home = LabHome.Default();
    private string _folder = null!;

    private string LabFolder => Path.Combine(_home.Labs, "e2e-bad");

    [SetUp]
    public async Task CopyTheLabsAsync()
    {
        _folder = Directory.CreateTempSubdirectory("lab-bad-").FullName;
        await new Command("cp", "-r", Path.GetFullPath("..", AtomicHost.Folder), Path.Combine(_folder, "labs")).SucceedAsync();
    }

    [TearDown]
    public void RemoveTheCopy()
    {
        Directory.Delete(_folder, recursive: true);
        if (Directory.Exists(LabFolder))
        {
            Directory.Delete(LabFolder, recursive: true);
        }
    }

    [Test]
    public async Task An_unknown_key_is_told_with_its_line_and_the_key_that_was_meant() =>
        (await UpAsync(Trees + "guests:\n  node1: { tree: labtree-1, memroy: 1 GiB }\n")).Should().Match("*lab.yaml:3:*memroy*memory*");

    [Test]
    public async Task A_guest_that_is_there_twice_is_told_with_its_line() =>
        (await UpAsync(Trees + "guests:\n  node1: { tree: labtree-1 }\n  node1: { tree: labtree-1 }\n")).Should().Match("*lab.yaml:4:*node1*");

    [Test]
    public async Task A_tree_file_that_is_missing_is_told_with_the_line_that_names_it() =>
        (await UpAsync("trees: [trees/labtree-9.yaml]\nguests:\n  node1: { tree: labtree-9 }\n")).Should().Match("*lab.yaml:1:*labtree-9.yaml*");

    [Test]
    public async Task A_mistake_in_a_tree_is_told_with_the_trees_own_file_and_line()
    {
        var tree = Path.Combine(_folder, "labs", "atomic-host", "trees", "labtree-1.yaml");
        await File.AppendAllTextAsync(tree, "pakages: [strace]\n");
        var line = (await File.ReadAllLinesAsync(tree)).Length;
        (await UpAsync(Trees + "guests:\n  node1: { tree: labtree-1 }\n")).Should().Match($"*labtree-1.yaml:{line}:*pakages*packages*");
    }

    [TestCase("network: nonet", "libvirt has no network `nonet`")]
    [TestCase("bridge: nobridge0", "this host has no bridge `nobridge0`")]
    public async Task A_network_that_this_host_does_not_have_is_told_with_its_line(string carrier, string message) =>
        (await UpAsync(Trees + $"segments: {{ lan: {{ subnet: 192.168.100.0/24, {carrier} }} }}\nguests:\n  node1: {{ tree: labtree-1, segments: {{ lan: 192.168.100.11 }} }}\n")).Should().Match($"*lab.yaml:2:46: segment `lan`: {message}*");

    [TestCase("memory: 3 parsecs")]
    [TestCase("memory: 1 MiB")]
    [TestCase("disk: 1 GiB")]
    [TestCase("cpus: 0")]
    public async Task An_impossible_size_is_told_with_its_line(string size) =>
        (await UpAsync(Trees + $"guests:\n  node1: {{ tree: labtree-1, {size} }}\n")).Should().Match("*lab.yaml:3:*");

    [Test]
    public async Task A_guest_larger_than_this_host_is_told_with_its_line() =>
        (await UpAsync(Trees + "guests:\n  node1: { tree: labtree-1, memory: 1 TiB }\n")).Should().Match("*lab.yaml:3:*node1*1 TiB*");

    [Test]
    public async Task A_lab_that_is_not_there_is_told_with_those_that_are()
    {
        var result = await new LabCli(_home).ToRun("up", "atomic-hots").In(_folder).RunAsync();
        result.ExitCode.Should().Be((int)FailureKind.Definition);
        result.Error.Should().Contain("atomic-host");
    }

    private async Task<string> UpAsync(string lab)
    {
        var file = Path.Combine(_folder, "labs", "atomic-host", "lab.yaml");
        await File.WriteAllTextAsync(file, lab);
        var result = await new LabCli(_home).RunAsync("up", file, "--as", "e2e-bad");
        result.ExitCode.Should().Be((int)FailureKind.Definition, result.Error);
        result.Output.Should().BeEmpty();
        Directory.Exists(LabFolder).Should().BeFalse("nothing is made from a definition that is wrong");
        return result.Error;
    }
}
