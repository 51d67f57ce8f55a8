using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary>An entry of the boot loader's menu.</summary>
/// <param name="Next">Whether the next boot takes it.</param>
/// <param name="File">The entry's file.</param>
/// <param name="Title">What the menu shows.</param>
/// <param name="Version">Its version.</param>
/// <param name="Linux">The kernel's path.</param>
/// <param name="Options">The kernel's command line.</param>
/// <param name="Ostree">The path of its deployment's link.</param>
/// <param name="Commit">The commit of its deployment; null where that is gone.</param>
internal sealed record InspectedEntry(bool Next, string File, string Title, string? Version, string Linux, string Options, string? Ostree, string? Commit);

/// <summary>A deployment on a guest's disk.</summary>
internal sealed record InspectedDeployment(string? StateRoot, string Commit, int? Serial, string? Refspec, string? Version, bool Pinned, string? Unlocked);

/// <summary>What a guest's disk says.</summary>
/// <param name="Guest">Its name.</param>
/// <param name="Verdict">What GRUB will do at the next power-on.</param>
/// <param name="TriesLeft">How many boots take the first entry before GRUB falls back; null where none are counted.</param>
/// <param name="Grubenv">GRUB's variables.</param>
/// <param name="Entries">The menu, in its order.</param>
/// <param name="Deployments">The deployments, those of the menu first.</param>
/// <param name="Journal">The part of the journal that was asked for.</param>
/// <param name="Problems">What is wrong or could not be read.</param>
internal sealed record Inspection(
    string Guest,
    string Verdict,
    int? TriesLeft,
    IReadOnlyDictionary<string, string> Grubenv,
    IReadOnlyList<InspectedEntry> Entries,
    IReadOnlyList<InspectedDeployment> Deployments,
    IReadOnlyList<JournalEntry> Journal,
    IReadOnlyList<string> Problems)
{
    public static Inspection Of(string guest, GuestDisk disk) => new(
        guest,
        disk.Verdict,
        disk.Boot.Next.Tries,
        disk.Boot.Environment,
        [.. disk.Boot.Entries.Select((entry, index) => new InspectedEntry(index == disk.Boot.Next.Entry, entry.File, entry.Title, entry.Version, entry.Linux, entry.Options, entry.Ostree, disk.DeploymentOf(entry)?.Commit))],
        [.. disk.Deployments.Select(found => new InspectedDeployment(found.StateRoot, found.Commit, found.Serial, found.Refspec, found.Version, found.Pinned, found.Unlocked))],
        disk.Journal,
        disk.Problems);
}

/// <summary><c>lab inspect</c>.</summary>
internal sealed class InspectCommand : LabCommand
{
    private const int DefaultLines = 20;

    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _lab = LabOption();
    private readonly Option<int?> _lines = NumberOption.Create("--lines", $"The last N lines of the journal [default: {DefaultLines}]", "-n");
    private readonly Option<bool> _journal = new("--journal") { Description = "The boot's whole journal" };

    private readonly Option<string> _boot = new("--boot", "-b")
    {
        Description = "Which boot's journal, as journalctl has it: 0 is the last one, -1 the one before, or a boot id",
        HelpName = "BOOT",
        DefaultValueFactory = _ => "0",
    };

    private readonly Option<string[]> _set = new("--set") { Description = "First set a variable of GRUB's environment on the disk", HelpName = "NAME=VALUE" };
    private readonly Option<string[]> _unset = new("--unset") { Description = "First remove a variable of GRUB's environment from the disk", HelpName = "NAME" };

    public InspectCommand()
        : base(
            "inspect",
            "Looks into the disk of a guest that is off, without booting it: what GRUB will boot, the deployments, the journal.",
            "lab inspect node1 -n 50",
            "lab inspect node1 --journal --boot -1",
            "lab inspect node1 --set boot_counter=1 --set boot_success=0")
    {
        Add(_guest);
        Add(_lab);
        Add(_lines);
        Add(_journal);
        Add(_boot);
        Add(_set);
        Add(_unset);
        Validators.Add(result =>
        {
            if (result.GetValue(_journal) && result.GetResult(_lines) is not null)
            {
                result.AddError("Either --journal, which is all of it, or --lines, not both.");
            }
        });
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var changes = Changes(line.GetValue(_set) ?? [], line.GetValue(_unset) ?? []);
        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetValue(_guest));
        if (changes.Count > 0)
        {
            await GuestDisk.SetEnvironmentAsync(guest, changes, cancellation);
        }

        var part = new JournalPart(line.GetRequiredValue(_boot), line.GetValue(_journal) ? null : line.GetValue(_lines) ?? DefaultLines);
        context.Show(Inspection.Of(guest.Name, await GuestDisk.ReadAsync(guest, part, cancellation)), Documents.All.Inspection, InspectionView.Write);
        return 0;
    }

    private static Dictionary<string, string?> Changes(IEnumerable<string> set, IEnumerable<string> unset)
    {
        var changes = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in set.Select(Assignment).Concat(unset.Select(name => (Name: name, Value: (string?)null))))
        {
            if (!changes.TryAdd(name, value))
            {
                throw new CommandLineMistake($"`{name}` is to be changed twice.", "Give one `--set` or `--unset` for each variable.");
            }
        }

        return changes;
    }

    private static (string Name, string? Value) Assignment(string text) => text.Split('=', 2) is [{ Length: > 0 } name, var value]
        ? (name, value)
        : throw new CommandLineMistake($"`--set` takes NAME=VALUE, and `{text}` is none.", "For example: `--set boot_counter=1`.");
}
