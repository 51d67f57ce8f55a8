using System.Globalization;
using System.Runtime.InteropServices;
using Lab.Definitions;
using Lab.Execution;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;
using Pipeline;

namespace Lab.Building;

/// <summary>The pipeline of this checkout: `./build.sh [target…]`.</summary>
internal sealed class Build : PipelineBuild
{
    private const string MainScenario = "TestCategory=atomic-host";

    // Needs Vagrant, which nothing else does, and takes as long as ten other tests.
    private const string VagrantTests = "Vagrant";

    // Takes long and differs little from what Test runs, or takes longer than all of that: Soak is for it.
    private const string LongTests = "Long";

    // What the end-to-end tests run in place of the checkout's `lab`.
    private const string PublishedVariable = "LAB_PROGRAM";

    private readonly List<TestOutcome> _tests = [];

    [Parameter("The configuration that is compiled and tested")]
    public BuildConfiguration Configuration { get; set; }

    [Parameter("Run only the tests that match, for instance 'FullyQualifiedName~Reboot' or 'Category=Slow'")]
    public string? Filter { get; set; }

    [Parameter("Run only these test projects, for instance Lab.Tests")]
    public string[] Project { get; set; } = [];

    [Parameter("How often Soak and Bench repeat")]
    public int Rounds { get; set; } = 5;

    [Parameter("Let Bench measure only these parts, for instance 'Up,Seats'")]
    public BenchPart[] Only { get; set; } = [];

    [Parameter("How many seeded power cuts Soak makes")]
    public int Cuts { get; set; } = 30;

    [Parameter("How many power cuts Soak measures the failover of")]
    public int Failovers { get; set; } = 20;

    [Parameter("How often Soak restores two guests from a checkpoint")]
    public int Restores { get; set; } = 100;

    [Parameter("How often Soak runs the tests that take longest")]
    public int Longest { get; set; } = 1;

    private Target Default => _ => _
        .Description("The main job: sets this host up, composes the trees, boots the atomic host, upgrades it, rolls it back, and reports")
        .DependsOn(Scenario);

    private Target Setup => _ => _
        .Description("Installs what this host lacks, and finds out how it runs guests")
        .Executes(async cancellation =>
        {
            var setup = new HostSetup(LabHome.Default(), Progress, WriteLine);
            await setup.RunAsync(cancellation);
        });

    private Target Compose => _ => _
        .Description("Composes the trees of every lab; what has not changed costs nothing")
        .DependsOn(Setup)
        .Executes(async cancellation =>
        {
            var composer = new TreeComposer(LabHome.Default(), new AptMirrors().FindAsync, Progress, TimeProvider.System);
            foreach (var lab in Directory.EnumerateFiles(Path.Combine(RootDirectory, "labs"), LabDefinition.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                await composer.ComposeAsync(LabDefinition.Load(lab).Trees, cancellation);
            }
        });

    private Target Scenario => _ => _
        .Description("Runs the scenario of labs/atomic-host on a real guest")
        .DependsOn(Compile, Compose)
        .Executes(cancellation => RunTestsAsync(["Labs"], MainScenario, cancellation));

    private Target Soak => _ => _
        .Description("Runs the scenario again and again (--rounds, 5 by default), then cuts the power during updates (--cuts, 30 by default), and of hosts that share an address (--failovers, 20 by default), restores those from a checkpoint (--restores, 100 by default), and runs the tests that take longest (--longest, once by default)")
        .DependsOn(Compile, Compose)
        .Executes(async cancellation =>
        {
            for (var round = 1; round <= Rounds; round++)
            {
                WriteLine($"Round {round} of {Rounds}");
                await RunTestsAsync(["Labs"], MainScenario, cancellation);
            }

            await RepeatAsync("LAB_CUTS", Cuts, "FullyQualifiedName~Labs.Faults.PowerCuts", cancellation);
            await RepeatAsync("LAB_FAILOVERS", Failovers, "FullyQualifiedName~Labs.EdgeFailover.Failover.Every_power_cut", cancellation);
            await RepeatAsync("LAB_RESTORES", Restores, "FullyQualifiedName~Labs.EdgeFailover.Failover.A_pair_that_is_restored", cancellation);
            for (var round = 1; round <= Longest; round++)
            {
                await RunTestsAsync(["Lab.EndToEnd", "Labs"], $"TestCategory={LongTests}", cancellation);
            }
        });

    private Target Publish => _ => _
        .Description("Compiles a lab that needs no .NET on its host and starts at once: output/lab/lab")
        .Executes(async cancellation =>
        {
            if (!Command.SearchFolders.Any(folder => File.Exists(Path.Combine(folder, "gcc")) || File.Exists(Path.Combine(folder, "clang"))))
            {
                await new HostSetup(LabHome.Default(), Progress, WriteLine) { WithLinker = true }.RunAsync(cancellation);
            }

            var program = Checkout.Published(RootDirectory);
            var folder = Path.GetDirectoryName(program)!;
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            // Apart from what Compile leaves, and with the packages that a runtime of its own needs besides those of the lock files.
            await DotnetAsync(
                "publish lab", FailureKind.Product, cancellation,
                "publish", Path.Combine("src", "Lab.Cli"), "--configuration", "Release", "--runtime", $"linux-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant(), "--self-contained",
                "--output", folder, "--artifacts-path", Path.Combine(RootDirectory, "output", "publish"),
                "-property:NuGetLockFilePath=obj/publish.lock.json", "-property:RestoreLockedMode=false", "-property:DebugType=none", "-property:GenerateDocumentationFile=false");
            File.Move(Path.Combine(folder, "Lab.Cli"), program);
            WriteLine($"`{Path.GetRelativePath(RootDirectory, program)} --help` says what it can do; it can be copied to other hosts.");
        });

    private Target Bench => _ => _
        .Description("Measures Lab against the plain tools beneath it and against Vagrant, which it installs, as ratios (--rounds, --only)")
        .DependsOn(Compile, Compose, Publish)
        .Executes(async cancellation =>
        {
            await new HostSetup(LabHome.Default(), Progress, WriteLine) { WithVagrant = Building.Bench.HasVagrant(Only) }.RunAsync(cancellation);
            await new Bench(LabHome.Default(), Progress, WriteLine, Only, Checkout.Published(RootDirectory)).RunAsync(RootDirectory, Rounds, cancellation);
        });

    private Target Vagrant => _ => _
        .Description("Tries an exported box with the real Vagrant, which it installs: up, SSH, upgrade, rollback")
        .DependsOn(Compile, Compose)
        .Executes(async cancellation =>
        {
            await new HostSetup(LabHome.Default(), Progress, WriteLine) { WithVagrant = true }.RunAsync(cancellation);
            await RunTestsAsync(["Lab.EndToEnd"], $"TestCategory={VagrantTests}", cancellation);
        });

    private Target Clean => _ => _
        .Description("Deletes what was built, except the pipeline itself")
        .Before(Restore)
        .Executes(async cancellation =>
        {
            using var taken = await LockAsync(cancellation);
            Checkout.Clean(RootDirectory);
        });

    private Target Restore => _ => _
        .Description("Fetches the packages that the lock files name")
        .Executes(cancellation => DotnetAsync("restore packages", FailureKind.Infrastructure, cancellation, "restore", "Lab.sln"));

    private Target Compile => _ => _
        .Description("Compiles the solution; warnings are errors")
        .DependsOn(Restore)
        .Executes(cancellation => DotnetAsync("compile Lab.sln", FailureKind.Product, cancellation, "build", "Lab.sln", "--no-restore", "--configuration", $"{Configuration}"));

    private Target Test => _ => _
        .Description("Runs every test project, quick ones first; what needs Vagrant has a target of its own, and what takes longest is Soak's")
        .DependsOn(Compile, Compose, Publish)
        .Executes(async cancellation =>
        {
            await new HostSetup(LabHome.Default(), Progress, WriteLine) { WithInstallers = true }.RunAsync(cancellation);
            Environment.SetEnvironmentVariable(PublishedVariable, Checkout.Published(RootDirectory));
            await RunTestsAsync(Project, Filter, cancellation, besides: [VagrantTests, LongTests]);
        });

    protected override string? ClosingLine => _tests.Count == 0 ? null : TestOutcome.Total(_tests).ToString();

    private static Task<int> Main(string[] args) => Execute<Build>(args, x => x.Default);

    private async Task RepeatAsync(string variable, int count, string filter, CancellationToken cancellation)
    {
        if (count > 0)
        {
            Environment.SetEnvironmentVariable(variable, count.ToString(CultureInfo.InvariantCulture));
            await RunTestsAsync(["Labs"], filter, cancellation);
        }
    }

    private async Task RunTestsAsync(IReadOnlyList<string> projects, string? filter, CancellationToken cancellation, IReadOnlyList<string>? besides = null)
    {
        using var run = new TestRun(Path.Combine(RootDirectory, "output", "tests"), filter, besides ?? [], WriteLine);
        var all = TestProject.In(RootDirectory, $"{Configuration}", projects);
        foreach (var project in all.Where(project => !project.BootsGuests))
        {
            _tests.Add(await RunTestsAsync(run, project.Whole, isNamed: false, cancellation));
        }

        // Two side by side: a guest that boots is busy with one processor most of the time, and half of what tests do is to wait. What a filter chooses is too little to take apart.
        var slow = all.Where(project => project.BootsGuests).SelectMany(project => filter is null ? project.Parts : [project.Whole]).ToList();
        await Parallel.ForEachAsync(slow, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellation }, async (part, token) =>
        {
            var outcome = await RunTestsAsync(run, part, isNamed: slow.Count > 1, token);
            lock (_tests)
            {
                _tests.Add(outcome);
            }
        });
        if (filter is null)
        {
            _tests.AddRange(TestOutcome.Idle(_tests));
        }

        TestOutcome.Judge(_tests);
    }

    private async Task<TestOutcome> RunTestsAsync(TestRun run, TestPart part, bool isNamed, CancellationToken cancellation)
    {
        using var activity = Progress.Begin($"test {part.Name}");
        var outcome = await run.RunAsync(part, isNamed, cancellation);
        if (outcome.Fault is null)
        {
            activity.Done(outcome.Counts.ToString());
        }

        return outcome;
    }

    private async Task DotnetAsync(string what, FailureKind kind, CancellationToken cancellation, params string[] arguments)
    {
        using var taken = await LockAsync(cancellation);
        using var activity = Progress.Begin(what);
        await Dotnet.RunAsync(RootDirectory, arguments, kind, activity, cancellation);
        activity.Done();
    }

    private Task<FileLock> LockAsync(CancellationToken cancellation) =>
        FileLock.TakeAsync(Checkout.LockFile(RootDirectory), () => WriteLine("Another build runs in this checkout; waiting for its end."), cancellation);
}
