using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Remote;

namespace Lab.Cli.Commands;

/// <summary>A guest's journal.</summary>
/// <param name="Guest">The guest.</param>
/// <param name="Entries">Its entries, as journalctl writes them.</param>
internal sealed record JournalEntries(string Guest, IReadOnlyList<JsonNode?> Entries);

/// <summary><c>lab log</c>.</summary>
internal sealed class LogCommand : LabCommand
{
    // ssh's own code where the connection failed (ssh(1), EXIT STATUS); it has said why.
    private const int SshFailed = 255;

    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _lab = LabOption();
    private readonly Option<int?> _lines = NumberOption.Create("--lines", "Only the last N lines", "-n");

    private readonly Option<string> _boot = new("--boot", "-b")
    {
        Description = "Which boot, as journalctl has it: 0 is the present one, -1 the one before, or a boot id",
        HelpName = "BOOT",
        DefaultValueFactory = _ => "0",
    };

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what comes, until Ctrl-C" };

    public LogCommand()
        : base("log", "Prints a guest's journal.", "lab log -n 50", "lab log node1 --boot -1")
    {
        Add(_guest);
        Add(_lab);
        Add(_lines);
        Add(_boot);
        Add(_follow);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        if (context.Json && line.GetValue(_follow))
        {
            throw new CommandLineMistake("What has no end can't be one JSON document.", "Leave out `--json` or `--follow`.");
        }

        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetValue(_guest));
        string[] journalctl =
        [
            "journalctl", "--no-pager", $"--boot={Execution.Command.Quote(line.GetRequiredValue(_boot))}",
            .. line.GetValue(_lines) is { } count ? new[] { $"--lines={count.ToString(CultureInfo.InvariantCulture)}" } : [],
            .. line.GetValue(_follow) ? new[] { "--follow" } : [],
        ];
        if (!context.Json)
        {
            // Without a terminal there, so that Ctrl-C ends us and not only journalctl.
            return await ForegroundProcess.RunAsync(OpenLab.Login(guest, "root", journalctl, terminal: false), cancellation) is var code and not SshFailed ? code : (int)FailureKind.Infrastructure;
        }

        var journal = await guest.Shell.SucceedAsync(string.Join(' ', [.. journalctl, "--output=json"]), cancellation: cancellation);
        var entries = journal.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(entry => JsonNode.Parse(entry));
        Documents.Write(context.Output.Writer, new JournalEntries(guest.Name, [.. entries]), Documents.All.JournalEntries);
        return 0;
    }
}
