using FluentAssertions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;
using NUnit.Framework;

namespace Lab.Tests.Guests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class CheckpointTests : IDisposable
{
    private static readonly CheckpointMachine Machine = new("QEMU emulator version 10.0.2", AcceleratorKind.Tcg, Processor: null);

    private static readonly Checkpoint Two = new(
        "pair", "ready", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Machine,
        [new CheckpointGuest("left", "aa", "boot-1", 0), new CheckpointGuest("right", "bb", null, 0)]);

    private readonly LabHome _home = new(Directory.CreateTempSubdirectory("lab-checkpoint-").FullName);

    private CheckpointStore Store => new(_home);

    public void Dispose()
    {
        Directory.Delete(_home.Root, recursive: true);
        Directory.Delete(_home.Runtime, recursive: true);
    }

    [Test]
    public void One_of_the_same_guests_on_the_same_machine_fits() => Two.Misfit(Machine, Digests("aa", "bb")).Should().BeNull();

    [Test]
    public void One_that_does_not_fit_says_why()
    {
        Two.Misfit(Machine, Digests("aa", "cc")).Should().Contain("guest right was made from another definition");
        Two.Misfit(Machine, new Dictionary<string, string> { ["left"] = "aa" }).Should().Be("it holds guests left, right, and the lab has left");
        Two.Misfit(Machine with { Qemu = "QEMU emulator version 10.1.0" }, Digests("aa", "bb")).Should().Be("QEMU emulator version 10.0.2 saved it, and this host has QEMU emulator version 10.1.0");
        Two.Misfit(Machine with { Accelerator = AcceleratorKind.Kvm, Processor = "X" }, Digests("aa", "bb")).Should().Be("its guests ran under TCG, and here they run under KVM");
        (Two with { Machine = Machine with { Accelerator = AcceleratorKind.Kvm, Processor = "X" } })
            .Misfit(Machine with { Accelerator = AcceleratorKind.Kvm, Processor = "Y" }, Digests("aa", "bb")).Should().Be("its guests saw the processor X, and this host has Y");
    }

    [Test]
    public async Task One_without_a_description_is_a_leftover_and_no_checkpoint()
    {
        var half = Store.Begin(Two);
        await File.WriteAllTextAsync(Path.Combine(half.Folder, "left.memory"), "half");

        Store.List("pair").Should().BeEmpty();
        (await Store.LeftoversAsync("pair")).Should().Equal(half.Folder);

        var whole = await Store.CommitAsync(half, default);
        Store.List("pair").Should().ContainSingle().Which.Should().BeEquivalentTo(whole);
        (whole with { Bytes = 0 }).Should().BeEquivalentTo(half);
        (await Store.LeftoversAsync("pair")).Should().BeEmpty();
    }

    [Test]
    public async Task One_takes_what_it_takes_on_the_disk_without_the_holes_in_it()
    {
        var half = Store.Begin(Two);
        await using (var memory = File.Create(Path.Combine(half.Folder, "left.memory")))
        {
            memory.SetLength(1L << 30);
            memory.Seek(1L << 29, SeekOrigin.Begin);
            await memory.WriteAsync(new byte[100_000].Select(_ => (byte)1).ToArray());
        }

        var whole = await Store.CommitAsync(half, default);

        whole.Bytes.Should().BeInRange(100_000, 1_000_000);
        Store.Find("pair", "ready")!.Bytes.Should().Be(whole.Bytes);
    }

    [Test]
    public async Task A_later_one_takes_the_place_of_an_earlier_one_of_its_name_only_when_it_is_whole()
    {
        await Store.CommitAsync(Store.Begin(Two), default);
        await Store.CommitAsync(Store.Begin(Two with { Name = "other", Saved = Two.Saved.AddMinutes(1) }), default);
        var later = Store.Begin(Two with { Saved = Two.Saved.AddHours(1) });
        Store.Find("pair", "ready")!.Saved.Should().Be(Two.Saved);

        await Store.CommitAsync(later, default);

        Store.List("pair").Select(found => (found.Name, found.Saved)).Should().Equal(("other", Two.Saved.AddMinutes(1)), ("ready", later.Saved));
        Directory.GetDirectories(Path.Combine(_home.Checkpoints, "pair")).Should().HaveCount(2, "what was replaced is gone");
    }

    [Test]
    public void Guests_whose_names_begin_alike_keep_their_disks_apart()
    {
        var checkpoint = Store.Begin(Two);

        checkpoint.DiskFile("web", "/labs/pair/web/disk-2.qcow2").Should().NotBe(checkpoint.DiskFile("web-2", "/labs/pair/web-2/disk.qcow2"));
    }

    [Test]
    public async Task A_deleted_one_is_gone()
    {
        await Store.CommitAsync(Store.Begin(Two), default);

        (await Store.DeleteAsync("pair", "ready", SilentProgress.Instance)).Should().BeTrue();

        Store.List("pair").Should().BeEmpty();
        Directory.GetDirectories(Path.Combine(_home.Checkpoints, "pair")).Should().BeEmpty();
        (await Store.DeleteAsync("pair", "ready", SilentProgress.Instance)).Should().BeFalse();
    }

    private static Dictionary<string, string> Digests(string left, string right) => new(StringComparer.Ordinal) { ["left"] = left, ["right"] = right };
}
