using Lab.Execution;
using Lab.Hosting;
using Lab.State;

namespace Lab.Building;

/// <summary>Makes a fresh machine able to run guests: examines it, installs what it lacks, and measures how it runs them.</summary>
internal sealed class HostSetup(LabHome home, IProgressSink progress, Action<string> line)
{
    /// <summary>Whether it is to have Vagrant as well: a minute more, once. False by default.</summary>
    public bool WithVagrant { get; init; }

    /// <summary>Whether it is to have what the tests make installer media of. False by default.</summary>
    public bool WithInstallers { get; init; }

    /// <summary>Whether it is to have what links programs that are compiled ahead of time. False by default.</summary>
    public bool WithLinker { get; init; }

    /// <summary>Does it; costs a second where nothing is lacking.</summary>
    /// <exception cref="HostException">Something is lacking that can't be installed; with the remedy.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var doctor = new Doctor(home.Root) { WithVagrant = WithVagrant, WithInstallers = WithInstallers, WithLinker = WithLinker };
        var report = await doctor.ExamineAsync(cancellation);
        if (report.LackingPackages.Count > 0)
        {
            await new PackageInstaller(progress).InstallAsync(report, cancellation);
            report = await doctor.ExamineAsync(cancellation);
        }

        foreach (var check in report.Checks.Where(check => check.Status != CheckStatus.Ok))
        {
            line($"{check.Name}: {check.Status}, found {check.Found ?? "nothing"}, needed {check.Needed}. {check.Remedy}");
        }

        if (!report.Ready)
        {
            throw new HostException("This host is not ready to run guests; see above.", "`./lab doctor` shows every check.");
        }

        var verdict = await new Accelerator(home.Host, progress).DecideAsync(cancellation);
        line($"Guests run under {(verdict.Kind == AcceleratorKind.Kvm ? "KVM" : "emulation")}: {verdict.Reason} Deadlines are multiplied by {verdict.TimeFactor:0.0}.");
    }
}
