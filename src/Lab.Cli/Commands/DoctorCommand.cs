using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary>What the doctor says.</summary>
/// <param name="Ready">Whether labs run here.</param>
/// <param name="Host">What was found on the host.</param>
/// <param name="Accelerator">What executes guests; null where that could not be found out.</param>
/// <param name="AcceleratorProblem">Why it could not.</param>
internal sealed record Diagnosis(bool Ready, HostReport Host, AcceleratorVerdict? Accelerator, string? AcceleratorProblem);

/// <summary><c>lab doctor</c>.</summary>
internal sealed class DoctorCommand : LabCommand
{
    private readonly Option<bool> _fix = new("--fix") { Description = "Install what is missing, with apt-get, as root or through sudo" };

    public DoctorCommand()
        : base("doctor", "Checks whether labs run on this host, and says what to do where they don't.", "lab doctor", "lab doctor --fix") => Add(_fix);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var doctor = new Doctor(context.Home.Root);
        var report = await doctor.ExamineAsync(cancellation);
        if (line.GetValue(_fix) && report.LackingPackages.Count > 0)
        {
            await new PackageInstaller(context.Progress).InstallAsync(report, cancellation);
            report = await doctor.ExamineAsync(cancellation);
        }

        var diagnosis = await ProbeAsync(report, context, cancellation);
        context.Show(diagnosis, Documents.All.Diagnosis, DoctorView.Write);
        return diagnosis.Ready ? 0 : (int)FailureKind.Infrastructure;
    }

    // The probe boots a kernel, which takes what the checks look for.
    private static async Task<Diagnosis> ProbeAsync(HostReport report, CommandContext context, CancellationToken cancellation)
    {
        if (!report.Ready)
        {
            return new Diagnosis(Ready: false, report, null, "not probed: a guest can't run before the rest is mended");
        }

        try
        {
            return new Diagnosis(Ready: true, report, await new Accelerator(context.Home.Host, context.Progress).DecideAsync(cancellation), null);
        }
        catch (LabException failure)
        {
            return new Diagnosis(Ready: false, report, null, $"{failure.Message} {failure.Remedy}".TrimEnd());
        }
    }
}
