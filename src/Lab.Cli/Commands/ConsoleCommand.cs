using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Guests;

namespace Lab.Cli.Commands;

/// <summary>What a guest wrote to its console.</summary>
/// <param name="Guest">Its name.</param>
/// <param name="Lines">The lines, without terminal control sequences.</param>
internal sealed record ConsoleText(string Guest, IReadOnlyList<string> Lines);

/// <summary><c>lab console</c>.</summary>
internal sealed class ConsoleCommand : LabCommand
{
    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _lab = LabOption();
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with what comes, until Ctrl-C" };
    private readonly Option<bool> _interactive = new("--interactive", "-i") { Description = "Attach to the serial console instead, to read and to type; ^] lets go of it" };

    public ConsoleCommand()
        : base("console", "Prints what a guest wrote to its serial console since it was made.", "lab console", "lab console node1 --follow")
    {
        Add(_guest);
        Add(_lab);
        Add(_follow);
        Add(_interactive);
        Validators.Add(result =>
        {
            if (result.GetValue(_follow) && result.GetValue(_interactive))
            {
                result.AddError("Either --follow or --interactive, not both.");
            }
        });
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var endless = line.GetValue(_follow) || line.GetValue(_interactive);
        if (context.Json && endless)
        {
            throw new CommandLineMistake("What has no end can't be one JSON document.", "Leave out `--json`, `--follow` and `--interactive`, or at least one side.");
        }

        await using var lab = await OpenLab.FindAsync(line.GetValue(_lab), context, cancellation);
        var guest = lab.Choose(line.GetValue(_guest));
        if (line.GetValue(_interactive))
        {
            await AttachAsync(guest, context, cancellation);
        }
        else if (line.GetValue(_follow))
        {
            await FollowAsync(FileOf(guest), context, cancellation);
        }
        else
        {
            var lines = (await File.ReadAllTextAsync(FileOf(guest), cancellation)).TrimEnd('\n').Split('\n').Select(ConsoleLog.Clean);
            context.Show(new ConsoleText(guest.Name, [.. lines]), Documents.All.ConsoleText, (text, screen) => text.Lines.ToList().ForEach(screen.Writer.WriteLine));
        }

        return 0;
    }

    private static string FileOf(Guest guest) =>
        Path.Combine(guest.Folder, GuestPlan.ConsoleName) is var file && File.Exists(file)
            ? file
            : throw new HostException($"Guest {guest.Name} has no console file: {file} is not there.", "It appears at the first power-on. If the lab's files are gone, `lab down` and `lab up` make the lab anew.");

    private static async Task AttachAsync(Guest guest, CommandContext context, CancellationToken cancellation)
    {
        if (!await guest.Domain.IsActiveAsync(cancellation))
        {
            throw new CommandLineMistake($"Guest {guest.Name} is off: there is nothing to attach to.", $"`lab console {guest.Name}` prints what it wrote.");
        }

        context.Remark($"Attached to the console of {guest.Name}. ^] lets go of it.");
        await using var console = await guest.Domain.OpenConsoleAsync(cancellation: cancellation);
        await SerialTerminal.AttachAsync(console, cancellation);
    }

    private static async Task FollowAsync(string file, CommandContext context, CancellationToken cancellation)
    {
        await using var log = new ConsoleLog(file, context.Time, fromStart: true);
        for (var mark = 0; ;)
        {
            // Asked for before looking, so that nothing comes in between unseen.
            var more = log.WaitForMoreAsync(cancellation);
            foreach (var line in log.Since(mark))
            {
                await context.Output.Writer.WriteLineAsync(line.Text);
                mark++;
            }

            await more;
        }
    }
}
