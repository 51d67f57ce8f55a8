using Lab.Cli.Commands;
using Lab.Hosting;

namespace Lab.Cli.Views;

/// <summary>The doctor's findings as a table.</summary>
internal static class DoctorView
{
    public static void Write(Diagnosis diagnosis, Screen screen)
    {
        screen.Table(
            ["Check", "Verdict", "Found", "Needed", "Remedy"],
            diagnosis.Host.Checks.Select(check => new[]
            {
                check.Name,
                Verdict(check.Status),
                check.Found ?? "nothing",
                check.Needed,
                check.Remedy ?? string.Empty,
            }));
        screen.Line();
        screen.Line($"System: {diagnosis.Host.Os.Name}");
        screen.Line($"libvirt: {diagnosis.Host.Libvirt.Reason}");
        screen.Line("Accelerator: ", diagnosis.Accelerator is { } accelerator ? Speed(accelerator) : new Span(diagnosis.AcceleratorProblem!, Tone.Bad));
        screen.Line(diagnosis.Ready ? new Span("Labs run here.", Tone.Good) : new Span("Labs do not run here yet. `lab doctor --fix` installs what is missing.", Tone.Bad));
    }

    private static Span Verdict(CheckStatus status) => status switch
    {
        CheckStatus.Ok => new Span("ok", Tone.Good),
        CheckStatus.Warning => new Span("warning", Tone.Warning),
        CheckStatus.TooOld => new Span("too old", Tone.Bad),
        _ => new Span("missing", Tone.Bad),
    };

    private static Span Speed(AcceleratorVerdict verdict) => verdict.Kind == AcceleratorKind.Kvm
        ? new Span($"KVM. {verdict.Reason}", Tone.Good)
        : new Span($"emulation, so every deadline is {verdict.TimeFactor:0.#} times longer. {verdict.Reason}", Tone.Warning);
}
