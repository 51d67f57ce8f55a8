using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Hosting;
using Command = Lab.Execution.Command;

namespace Lab.Cli.Commands;

/// <summary>What a command left on one machine of a lab.</summary>
/// <param name="On">The machine.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ExecResult(string On, int ExitCode, string Output, string Error);

/// <summary><c>lab exec</c>.</summary>
internal sealed class ExecCommand : LabCommand
{
    private readonly Option<string[]> _on = new("--on") { Description = $"Where: a guest, or `{SegmentPlan.HostPort}` for this host as the lab's segments have it [default: all guests]", HelpName = "NAME" };
    private readonly Option<string?> _lab = LabOption();

    public ExecCommand()
        : base("exec", "Runs a command on machines of a lab: its guests, as their user, or this host where the lab's segments have it. Its exit code is the highest. Several words are a program and its arguments, as they are; a single one is a line for the shell.", "lab exec -- uptime", "lab exec -- 'journalctl -b | tail -3'", "lab exec --on host -- curl http://192.168.100.100:8080")
    {
        Add(_on);
        Add(_lab);
    }

    public override string Trailing => "COMMAND...";

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        if (context.Trailing.Count == 0)
        {
            throw new CommandLineMistake("No command is given.", "Write it after `--`: `lab exec -- uptime`.");
        }

        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var names = line.GetValue(_on) is { Length: > 0 } given ? given : [.. lab.Instance.Guests.Select(guest => guest.Name)];
        var commands = await Task.WhenAll(names.Select(async name => (Name: name, Command: await CommandOnAsync(name, lab, context, cancellation))));
        if (commands is [var only] && !context.Json)
        {
            return await ForegroundProcess.RunAsync(only.Command, cancellation);
        }

        var results = await Task.WhenAll(commands.Select(async machine =>
        {
            var result = await machine.Command.RunAsync(cancellation);
            return new ExecResult(machine.Name, result.ExitCode, result.Output, result.Error);
        }));
        context.Show(results, Documents.All.IReadOnlyListExecResult, (all, screen) =>
        {
            foreach (var (machine, text) in all.SelectMany(result => $"{result.Output}{result.Error}".Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(text => (result.On, text))))
            {
                screen.Line($"{machine}: {text}");
            }
        });
        return results.Max(result => result.ExitCode);
    }

    private static async Task<Command> CommandOnAsync(string name, OpenLab lab, CommandContext context, CancellationToken cancellation)
    {
        var words = context.Trailing is [var line] ? ["sh", "-c", line] : context.Trailing;
        if (name != SegmentPlan.HostPort)
        {
            var guest = lab.Choose(name);
            // ssh makes one line of them for the shell there.
            return OpenLab.Login(guest, guest.Metadata.User, [.. words.Select(Command.Quote)], terminal: false);
        }

        return SegmentChoice.IsConnected(await lab.NetworkAsync(cancellation))
            ? await SegmentHost.ReachAsync(lab.NetworkFolder, words, cancellation)
            : new Command(words[0], [.. words.Skip(1)]);
    }
}
