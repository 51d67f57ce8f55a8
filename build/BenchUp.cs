using Lab.Definitions;
using Lab.EndToEnd.Vagrant;
using Lab.Execution;
using Lab.Guests;
using Lab.Hosting;

namespace Lab.Building;

/// <summary>
/// A lab brought up as its users do, by command: the first time, when it boots and a checkpoint is kept, and every later time, when that is
/// resumed. Beside it the peer that people know, Vagrant with vagrant-libvirt, brings up as many guests from a box of the same tree, with the
/// same memory and processors.
/// </summary>
/// <param name="lab">The lab whose trees and first guest are taken.</param>
/// <param name="hypervisor">Where it runs.</param>
/// <param name="program">The published <c>lab</c>.</param>
/// <param name="scratch">Where lab files and Vagrant's are.</param>
/// <param name="turns">Counts and measures the rounds.</param>
internal sealed class BenchUp(LabDefinition lab, Hypervisor hypervisor, string program, BenchScratch scratch, BenchTurns turns)
{
    // What `lab up` says once all guests have answered.
    private const string Resumed = $"resume checkpoint {Checkpoint.Ready}: done";

    private readonly GuestDefinition _guest = lab.Guests[0];

    /// <summary>The line of a lab that is resumed.</summary>
    public static string Again(int guests) => $"lab up, again, {Count(guests)}";

    /// <summary>Measures labs of a number of guests. Vagrant has its turns where this is root, whose libvirt can be given a network of its own.</summary>
    public async Task<IReadOnlyList<BenchLine>> MeasureAsync(int guests, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(scratch.PathOf($"up-{guests}")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, LabDefinition.FileName), LabFile(guests), cancellation);
        await using var vagrant = Environment.IsPrivilegedProcess
            ? await PrivateVagrant.StartAsync(Directory.CreateDirectory(scratch.PathOf($"vagrant-{guests}")).FullName, hypervisor.Verdict.Kind == AcceleratorKind.Tcg)
            : null;
        if (vagrant is not null)
        {
            await PrepareAsync(vagrant, folder, cancellation);
        }

        var (ours, plain) = await turns.TakeAsync(() => TwiceAsync(folder, cancellation), () => ByVagrantAsync(vagrant, cancellation));
        var side = vagrant is null ? BenchSide.None : new BenchSide("vagrant up, its box unpacked already: until SSH answers", plain);
        return
        [
            new BenchLine($"lab up, first, {Count(guests)}", new BenchSide("lab up: boot until all is ready, and a checkpoint; trees and base disk are there", [.. ours.Select(up => up.First)]), side),
            new BenchLine(Again(guests), new BenchSide("lab up: the same, resumed from that checkpoint, until it has told its state", [.. ours.Select(up => up.Again)]), side),
            new BenchLine($"lab up, again, {Count(guests)}, to SSH", new BenchSide("lab up: the same, until all guests have answered by SSH", [.. ours.Select(up => up.Ssh)]), side),
        ];
    }

    // At the first start Vagrant unpacks its box and copies it to libvirt, which is not measured, as the making of Lab's base disk is not.
    private async Task PrepareAsync(PrivateVagrant vagrant, string folder, CancellationToken cancellation)
    {
        var box = Path.Combine(vagrant.Project, $"{_guest.Tree!.Name}.box");
        await Lab("box", "export", "--lab", folder, "--tree", _guest.Tree.Name, "--output", box).SucceedAsync(cancellation);
        await File.WriteAllTextAsync(Path.Combine(vagrant.Project, "Vagrantfile"), await Lab("vagrantfile", folder).SucceedAsync(cancellation) + "\n", cancellation);
        await vagrant.Inside("vagrant", "up", "node1").SucceedAsync(cancellation);
        await vagrant.Inside("vagrant", "destroy", "--force").SucceedAsync(cancellation);
        File.Delete(box);
    }

    private async Task<(TimeSpan First, TimeSpan Again, TimeSpan Ssh)> TwiceAsync(string folder, CancellationToken cancellation)
    {
        await ForgetAsync(cancellation);
        var first = await turns.TimeAsync(() => Lab("up", folder).SucceedAsync(cancellation));
        await Lab("down", Bench.Name).SucceedAsync(cancellation);
        var started = turns.Clock.GetTimestamp();
        TimeSpan? ssh = null;
        var again = await turns.TimeAsync(() => Lab("up", folder).WithLines(line => ssh ??= line.StartsWith(Resumed, StringComparison.Ordinal) ? turns.Clock.GetElapsedTime(started) : null).SucceedAsync(cancellation));
        await ForgetAsync(cancellation);
        return (first, again, ssh ?? throw new HostException($"`lab up` did not say `{Resumed}`, so it booted the second time too."));
    }

    private async Task<TimeSpan> ByVagrantAsync(PrivateVagrant? vagrant, CancellationToken cancellation)
    {
        if (vagrant is null)
        {
            return TimeSpan.Zero;
        }

        var up = await turns.TimeAsync(() => vagrant.Inside("vagrant", "up").SucceedAsync(cancellation));
        await vagrant.Inside("vagrant", "destroy", "--force").SucceedAsync(cancellation);
        return up;
    }

    private async Task ForgetAsync(CancellationToken cancellation)
    {
        await LabInstance.DownAsync(Bench.Name, hypervisor, SilentProgress.Instance, cancellation);
        await Bench.ForgetAsync(hypervisor.Home, cancellation);
    }

    private Command Lab(params string[] words) => new Command(program, words).WithEnvironment("LAB_HOME", hypervisor.Home.Root);

    private string LabFile(int guests) => $$"""
        lab: {{Bench.Name}}
        trees: [{{string.Join(", ", lab.Trees.Select(tree => $"\"{tree.File}\""))}}]
        guests:
        {{string.Join('\n', Enumerable.Range(1, guests).Select(number => $"  node{number}: {{ tree: {_guest.Tree!.Name}, memory: {_guest.Memory}, cpus: {_guest.Cpus}, disk: {_guest.Disk} }}"))}}

        """;

    private static string Count(int guests) => guests == 1 ? "1 guest" : $"{guests} guests";
}
