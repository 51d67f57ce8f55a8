using FluentAssertions;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;
using Lab.State;
using Lab.Trees;
using NUnit.Framework;

namespace Lab.Tests.Guests;

/// <summary>A home in which no guest can be, so that everything in it is a leftover unless a lock says otherwise.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class GarbageCollectorTests : IDisposable
{
    private readonly LabHome _home = new(Directory.CreateTempSubdirectory("lab-gc-").FullName);

    public void Dispose()
    {
        Directory.Delete(_home.Root, recursive: true);
        Directory.Delete(_home.Runtime, recursive: true);
    }

    [Test]
    public async Task A_lab_without_guests_is_removed()
    {
        var folder = Lab("halfway");

        (await CollectAsync(remove: false)).Found.Should().ContainSingle().Which.Should().Match<Garbage>(found => found.Kind == GarbageKind.LabFolder && found.Name == folder && found.Bytes >= 100_000);
        Directory.Exists(folder).Should().BeTrue(because: "it was only looked for");
        (await CollectAsync()).Found.Should().ContainSingle();
        Directory.Exists(folder).Should().BeFalse();
        (await CollectAsync()).Found.Should().BeEmpty();
    }

    [Test]
    public async Task A_lab_that_somebody_works_on_is_left_alone_and_so_is_what_it_may_use()
    {
        var folder = Lab("halfway");
        var image = Image("0123");
        using var held = FileLock.TryTake(Path.Combine(_home.Locks, "lab-halfway"));

        var report = await CollectAsync();

        report.Found.Should().BeEmpty();
        report.Busy.Should().Equal("lab halfway, because another lab process works on it");
        Directory.Exists(folder).Should().BeTrue();
        File.Exists(image).Should().BeTrue();
    }

    [Test]
    public async Task A_lab_whose_trees_are_served_is_left_alone()
    {
        var folder = Lab("halfway");
        await using var content = await LabContent.TryStartAsync(_home, "halfway", LabInstance.RepositoryFolder(_home, "halfway"), LabInstance.ContentPort(_home, "halfway"));

        var report = await CollectAsync();

        report.Found.Should().BeEmpty();
        report.Busy.Should().Equal("lab halfway, because its trees are being served; `lab down halfway` ends that");
        Directory.Exists(folder).Should().BeTrue();
    }

    [Test]
    public async Task A_home_that_was_served_from_and_never_composed_in_has_no_trees()
    {
        Directory.CreateDirectory(TreeComposer.Store(_home).ObjectFolder);

        (await CollectAsync()).Found.Should().BeEmpty();
    }

    [Test]
    public async Task An_image_that_no_disk_rests_on_is_removed()
    {
        var image = Image("0123");

        (await CollectAsync()).Found.Should().Equal(new Garbage(GarbageKind.Image, image, "no guest's disk rests on it", 102_400));
        File.Exists(image).Should().BeFalse();
    }

    [Test]
    public async Task A_checkpoint_that_was_never_finished_is_removed_and_a_whole_one_keeps_its_labs_keys()
    {
        var store = new CheckpointStore(_home);
        var machine = new CheckpointMachine("QEMU", AcceleratorKind.Tcg, Processor: null);
        var whole = store.Begin(new Checkpoint("web", "ready", DateTimeOffset.UnixEpoch, machine, []));
        await store.CommitAsync(whole, default);
        var half = store.Begin(new Checkpoint("web", "ready", DateTimeOffset.UnixEpoch.AddDays(1), machine, []));
        await File.WriteAllTextAsync(Path.Combine(half.Folder, "node1.qcow2"), "half an image");
        foreach (var lab in new[] { "web", "gone" })
        {
            Directory.CreateDirectory(LabInstance.KeyFolder(_home, lab));
        }

        var expected = new[] { (GarbageKind.Keys, LabInstance.KeyFolder(_home, "gone")), (GarbageKind.Checkpoint, half.Folder) };
        (await CollectAsync(remove: false)).Found.Select(found => (found.Kind, found.Name)).Should().Equal(expected, "looking finds what removing removes");
        (await CollectAsync()).Found.Select(found => (found.Kind, found.Name)).Should().Equal(expected);

        Directory.Exists(half.Folder).Should().BeFalse();
        store.List("web").Should().ContainSingle();
        Directory.Exists(LabInstance.KeyFolder(_home, "web")).Should().BeTrue();
    }

    [Test]
    public async Task Images_stay_while_one_is_being_built()
    {
        var image = Image("0123");
        using var held = FileLock.TryTake(Path.Combine(_home.Locks, "images"));

        var report = await CollectAsync();

        report.Busy.Should().Equal("disks, because another lab process works on them");
        File.Exists(image).Should().BeTrue();
    }

    [Test]
    public async Task What_killed_processes_were_writing_is_removed_and_nothing_beside_it()
    {
        var kept = Path.Combine(_home.Trees, "kept");
        await File.WriteAllTextAsync(kept, "kept");
        string[] files = [Path.Combine(_home.Images, "0123.qcow2.77.partial"), Path.Combine(_home.Trees, "key.77.partial")];
        string[] folders = [Path.Combine(_home.Images, "work-0123"), Path.Combine(_home.Trees, "work-77")];
        foreach (var folder in folders)
        {
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(folder).FullName, "disk.raw.77.partial"), "half");
        }

        foreach (var file in files)
        {
            await File.WriteAllTextAsync(file, "half");
        }

        var report = await CollectAsync();

        report.Found.Select(found => found.Name).Should().BeEquivalentTo([.. files, .. folders]);
        report.Found.Should().OnlyContain(found => found.Kind == GarbageKind.PartialFile);
        files.Where(File.Exists).Concat(folders.Where(Directory.Exists)).Should().BeEmpty();
        File.Exists(kept).Should().BeTrue();
    }

    [Test]
    public async Task Sockets_and_notes_of_labs_that_are_gone_are_removed()
    {
        var sockets = Directory.CreateDirectory(Path.Combine(_home.Runtime, "deadbeef")).FullName;
        var daemon = Directory.CreateDirectory(Path.Combine(_home.Runtime, "libvirt")).FullName;
        var pid = Path.Combine(_home.Runtime, "content-gone.pid");
        await File.WriteAllTextAsync(pid, "1");

        (await CollectAsync()).Found.Select(found => found.Name).Should().Equal(sockets, pid);

        Directory.Exists(sockets).Should().BeFalse();
        File.Exists(pid).Should().BeFalse();
        Directory.Exists(daemon).Should().BeTrue();
    }

    [Test]
    public async Task Of_the_trees_of_a_name_the_newest_stays()
    {
        var repository = TreeComposer.Store(_home);
        await repository.EnsureAsync();
        var old = await CommitAsync(repository, "lab/web/old", day: 1);
        await CommitAsync(repository, "lab/web/new", day: 2);
        await CommitAsync(repository, "lab/other/only", day: 1);

        var report = await CollectAsync();

        report.Found.Where(found => found.Kind == GarbageKind.Tree).Should().Equal(new Garbage(GarbageKind.Tree, "lab/web/old", "there is a later tree web", Bytes: null));
        report.Found.Should().Contain(found => found.Kind == GarbageKind.Objects && found.Bytes > 0);
        (await repository.ListRefsAsync("lab")).Keys.Should().BeEquivalentTo("lab/web/new", "lab/other/only");
        (await repository.ContainsAsync(old, "/name")).Should().BeFalse(because: "its objects are gone as well");
        (await CollectAsync()).Found.Should().BeEmpty();
    }

    [Test]
    public async Task Trees_stay_while_one_is_being_composed()
    {
        var repository = TreeComposer.Store(_home);
        await repository.EnsureAsync();
        await CommitAsync(repository, "lab/web/old", day: 1);
        await CommitAsync(repository, "lab/web/new", day: 2);
        using var held = FileLock.TryTake(Path.Combine(_home.Locks, "trees"));

        (await CollectAsync()).Busy.Should().Equal("trees, because another lab process works on them");

        (await repository.ListRefsAsync("lab")).Should().HaveCount(2);
    }

    private Task<GarbageReport> CollectAsync(bool remove = true) => new GarbageCollector(_home, hypervisor: null, SilentProgress.Instance).CollectAsync(remove);

    private string Lab(string name)
    {
        var folder = GuestPlan.LabFolder(_home, name);
        File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "node1")).FullName, "disk.qcow2"), new byte[100_000]);
        return folder;
    }

    private string Image(string digest)
    {
        var file = Path.Combine(_home.Images, $"{digest}.qcow2");
        File.WriteAllBytes(file, new byte[100_000]);
        return file;
    }

    private async Task<string> CommitAsync(OstreeRepository repository, string name, int day)
    {
        var archive = Path.Combine(_home.Host, "tree.tar");
        var tree = Directory.CreateDirectory(Path.Combine(_home.Host, "tree")).FullName;
        await File.WriteAllTextAsync(Path.Combine(tree, "name"), name);
        await new Command("tar", "-C", tree, "-cf", archive, ".").SucceedAsync();
        var commit = await repository.CommitAsync(new TreeCommit("1", new DateTimeOffset(2026, 1, day, 0, 0, 0, TimeSpan.Zero)) { Archives = [archive] });
        await repository.SetRefAsync(name, commit);
        return commit;
    }
}
