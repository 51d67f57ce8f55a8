using System.Globalization;
using Lab.Cli.Commands;
using Lab.Cli.Labs;

namespace Lab.Cli.Views;

/// <summary>Labs and guests as tables.</summary>
internal static class LabViews
{
    private const int ShortCommit = 10;
    private const int ShortBootId = 8;

    /// <summary>The port of a guest's SSH server.</summary>
    public const int SshPort = 22;

    /// <summary>The first digits of a commit, as the field shows it.</summary>
    public static string Short(string commit) => commit.Length <= ShortCommit ? commit : commit[..ShortCommit];

    /// <summary>All labs that are up.</summary>
    public static void List(IReadOnlyList<UpLab> labs, Screen screen)
    {
        if (labs.Count == 0)
        {
            screen.Line("No lab is up.");
            return;
        }

        screen.Table(
            ["Lab", "Guest", "Power", "Tree or image", "Commit", "Lab file"],
            labs.SelectMany(lab => lab.Guests.Select((guest, index) => new[]
            {
                index == 0 ? $"{lab.Name}{(lab.Seat is { Student.Length: > 0 } seat ? $" ({seat.Student})" : string.Empty)}" : string.Empty,
                guest.Name,
                PowerOf(guest.Power),
                guest.Image ?? guest.Tree,
                Short(guest.Commit),
                index == 0 ? lab.File : string.Empty,
            })));
    }

    /// <summary>A lab's guests in detail.</summary>
    public static void Status(LabStatus lab, Screen screen)
    {
        screen.Table(
            ["Guest", "Power", "Booted", "Next boot", "Health", "Address", "Costs", "Boots"],
            lab.Guests.Select(guest => new[]
            {
                guest.Name,
                PowerOf(guest.Power),
                Text(guest.Booted),
                NextBoot(guest),
                Health(guest),
                string.Join('\n', guest.Addresses.Select(address => $"{address.Address} {(address.Port == SshPort ? "ssh" : $":{address.Port}")}").Concat(guest.Segments.Select(on => $"{on.Address.Split('/')[0]} {on.Segment}"))),
                string.Join('\n', Costs(guest)),
                Boots(guest),
            }));
        if (lab.Note is { } note)
        {
            screen.Line(new Span(note, Tone.Warning));
        }
    }

    /// <summary>What to do with a lab that has just come up.</summary>
    public static void Next(LabStatus lab, Screen screen)
    {
        var guest = lab.Guests[0].Name;
        (string Command, string What)[] next =
        [
            ($"lab ssh {guest} --lab {lab.Lab}", "log in"),
            ($"lab console {guest} --lab {lab.Lab} --follow", "watch its console"),
            ($"lab status {lab.Lab}", "see deployments and health"),
            ($"lab down {lab.Lab}", "take it down"),
        ];
        screen.Line();
        screen.Line("Next:");
        foreach (var (command, what) in next)
        {
            screen.Line($"  {command.PadRight(next.Max(other => other.Command.Length))}  {what}");
        }
    }

    /// <summary>What went down.</summary>
    /// <param name="labs">The labs.</param>
    /// <param name="screen">Where to.</param>
    /// <param name="kind">What was looked for, where there is none.</param>
    public static void Down(IReadOnlyList<TakenDown> labs, Screen screen, string kind = "lab")
    {
        foreach (var lab in labs)
        {
            screen.Line(lab.WasUp ? $"Lab {lab.Lab} is down." : $"Lab {lab.Lab} was not up.");
        }

        if (labs.Count == 0)
        {
            screen.Line($"No {kind} is up.");
        }
    }

    private static IEnumerable<string> Costs(GuestStatus guest)
    {
        if (guest.Cost is { } cost)
        {
            yield return $"{cost.Memory / 1_000_000} MB";
            yield return string.Create(CultureInfo.InvariantCulture, $"{cost.Processor.TotalSeconds:0} s CPU");
        }

        if (guest.Fetched?.Install is { } install)
        {
            yield return $"{Bytes.Text(install.Bytes)} install";
        }

        if (guest.Fetched?.Since is { Requests: > 0 } since)
        {
            yield return $"{Bytes.Text(since.Bytes)} {(guest.Fetched.Install is null ? "fetched" : "since")}";
        }
    }

    /// <summary>A guest's power, in its colour.</summary>
    public static Span PowerOf(string power) => new(power, power == Power.Running ? Tone.Good : Tone.Warning);

    private static string NextBoot(GuestStatus guest) =>
        string.Join('\n', new[] { Text(guest.Next), guest.HoldsRebootSlot ? "has a reboot slot" : string.Empty }.Where(line => line.Length > 0));

    private static string Text(DeploymentSummary? deployment) => deployment is null
        ? string.Empty
        : $"{deployment.Refspec} {deployment.Version}{(deployment.Staged ? ", staged" : string.Empty)}\n{Short(deployment.Commit)}";

    // The last few, newest last: what a host went through while nobody looked.
    private static string Boots(GuestStatus guest)
    {
        var lines = guest.Boots.TakeLast(5).Select(boot => string.Join(' ', new[]
        {
            $"{boot.Number}: entry {boot.Entry ?? "?"}",
            boot.Counter is null ? null : $"counter {boot.Counter}",
            boot.Green switch { true => "green", false => $"red {string.Join(' ', boot.Failures)}".TrimEnd(), null => boot.End == "panic" ? boot.End : null },
        }.OfType<string>()));
        return string.Join('\n', guest.BootId is { Length: > ShortBootId } id ? lines.Append($"id {id[..ShortBootId]}") : lines);
    }

    /// <summary>A guest's health, or why it is not known.</summary>
    public static Span Health(GuestStatus guest)
    {
        if (guest.Silence is { } silence)
        {
            return new Span($"does not answer: {silence}", Tone.Bad);
        }

        if (guest.Health is null or [])
        {
            return guest.Health is null ? string.Empty : new Span("no checks", Tone.Faint);
        }

        var ill = guest.Health.Where(check => !check.Healthy).ToList();
        return ill.Count == 0
            ? new Span($"healthy, {guest.Health.Count} of {guest.Health.Count}", Tone.Good)
            : new Span(string.Join('\n', ill.Select(check => $"{check.Name}: {check.Detail}")), Tone.Bad);
    }
}
