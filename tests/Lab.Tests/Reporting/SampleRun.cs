using Lab.Guests;
using Lab.Hosting;
using Lab.Remote;
using Lab.Reporting;

namespace Lab.Tests.Reporting;

/// <summary>A small run with something of everything: two guests, a nested step, a boot that never was ready, one failure of each kind.</summary>
internal static class SampleRun
{
    public const string One = "5d5c0f1e9a44b1a0c7be2f0b3c1de8f4a9f0e1d2c3b4a5968778695a4b3c2d1e";
    public const string Bad = "9be2417fa0c3d5e6b7a8f9e0d1c2b3a4958677869504a3b2c1d0e9f8a7b6c5d4";
    private const string Argument = "/ostree/boot.1/lab/691f0b795a7f20ef381644d47d5c4b93/0";

    public static RunRecord Failed { get; } = new()
    {
        Lab = "atomic-host",
        Scenario = "UpgradeAndRollback",
        Accelerator = new AcceleratorVerdict(AcceleratorKind.Tcg, "QEMU can't use KVM: no such device", TimeSpan.FromSeconds(2.8), null, "QEMU emulator version 10.0.2", 4.7),
        Facts = [new Fact("libvirt", "11.3.0")],
        Trees = [new PublishedTree("lab:labtree", "1", One), new PublishedTree("lab:badtree", "1-bad", Bad)],
        Consoles = [new ConsoleTranscript("node1", [Line(62, "[    0.000000] Linux version 6.12"), Line(90.5, "[   28.1] Kernel panic - not syncing: <init> & co")])],
        Attachments = [new Attachment("node1 journal", "Mar 14 node1 systemd[1]: Started \"lab-web\".\n")],
        Waits = [new Interval(At(56), At(60))],
        Run = new StepRecord
        {
            Name = "UpgradeAndRollback",
            Start = At(0),
            Duration = TimeSpan.FromSeconds(120),
            Notes = ["The lab runs as atomic-host-run."],
            Steps =
            [
                new StepRecord
                {
                    Name = "Bring the lab up",
                    Start = At(0),
                    Duration = TimeSpan.FromSeconds(42),
                    Boots =
                    [
                        new RecordedBoot("node1", Boot(1, 4, [0.4, 1.1, 3, 6.2, 20], One, ready: true)),
                        new RecordedBoot("node2", Boot(1, 5, [0.4, 1.2, 3.4, 6.9, 24], One, ready: true) with
                        {
                            CounterBefore = 3,
                            CounterAfter = 2,
                            Green = false,
                            End = BootEnd.Red,
                            Checks = [new HealthVerdict("00_disk.sh", true, 0), new HealthVerdict("10_web.sh", true, 1), new HealthVerdict("20_printer.sh", false, 3)],
                        }),
                    ],
                },
                new StepRecord
                {
                    Name = "Rebase to badtree",
                    Start = At(42),
                    Duration = TimeSpan.FromSeconds(50),
                    Failure = Panic,
                    Findings = [new RecordedFinding("node1", new ConsoleFinding("kernel panic", true, Line(90.5, "[   28.1] Kernel panic - not syncing: <init> & co")), false)],
                    Boots = [new RecordedBoot("node1", Boot(2, 60, [0.4, 1.1, 3, 6.2, 20], null, ready: false))],
                    Steps =
                    [
                        new StepRecord
                        {
                            Name = "Fetch & stage",
                            Start = At(43),
                            Duration = TimeSpan.FromSeconds(12.5),
                            Commands =
                            [
                                new RecordedCommand(At(43), new RemoteResult("node1", "ostree admin upgrade --stage", 0, "Receiving objects: 100% (31/31)\n", "", TimeSpan.FromSeconds(11))),
                                new RecordedCommand(At(54.5), new RemoteResult("node1", "test -e /no/such/file", 1, "", "no\u001b[1m luck\u001b[0m", TimeSpan.FromSeconds(0.5))),
                            ],
                            Measurements = [new Measurement("badtree: fetched", 3_564_211, "bytes"), new Measurement("badtree: requests", 15, "requests")],
                        },
                    ],
                },
                new StepRecord { Name = "Roll back", Start = At(92), Duration = TimeSpan.FromSeconds(3), Failure = new RecordedFailure(FailureKind.Infrastructure, At(95), "The disk is full.", "`lab gc` makes room.", "labs/atomic-host/UpgradeAndRollback.cs:58", "Lab.HostException", "   at Lab.State.WholeFile.MakeAsync()") },
                new StepRecord { Name = "Rebase to nothing", Start = At(96), Duration = TimeSpan.FromSeconds(1), Failure = new RecordedFailure(FailureKind.Definition, At(97), "'nothing' is not a refspec.") },
                new StepRecord { Name = "Take the lab down", Start = At(118), Duration = TimeSpan.FromSeconds(2) },
            ],
        },
    };

    public static RunRecord Passed { get; } = Failed with
    {
        Consoles = [],
        Attachments = [],
        Run = Failed.Run with { Steps = [Failed.Run.Steps[0], Failed.Run.Steps[4]] },
    };

    private static RecordedFailure Panic => new(FailureKind.Product, At(91), "Guest node1: kernel panic: Kernel panic - not syncing: <init> & co.", null, "labs/atomic-host/UpgradeAndRollback.cs:41", "Lab.Remote.GuestDeadException", "   at Lab.Guests.Guest.WaitUntilReadyAsync()");

    public static DateTimeOffset At(double seconds) => ManualTime.Start.AddSeconds(seconds);

    public static ConsoleLine Line(double seconds, string text) => new(At(seconds), text);

    public static BootRecord Boot(int number, double start, double[] phases, string? commit, bool ready)
    {
        var at = start;
        var timings = phases.Select((duration, index) => new PhaseTiming((BootPhase)index, At((at += duration) - duration), TimeSpan.FromSeconds(duration))).ToList();
        return new BootRecord
        {
            Number = number,
            Phases = timings,
            Entry = "0",
            OstreeArgument = Argument,
            BootId = ready ? $"7b1e3f0a-0000-4000-8000-00000000000{number}" : null,
            Commit = commit,
            Ready = ready ? At(at) : null,
        };
    }
}
