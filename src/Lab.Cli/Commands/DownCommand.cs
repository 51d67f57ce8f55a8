using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Hosting;

namespace Lab.Cli.Commands;

/// <summary>What became of a lab that was to go down.</summary>
/// <param name="Lab">Its name.</param>
/// <param name="WasUp">Whether there was anything of it.</param>
internal sealed record TakenDown(string Lab, bool WasUp);

/// <summary><c>lab down</c>.</summary>
internal sealed class DownCommand : LabCommand
{
    private readonly Argument<string?> _lab = LabArgument();
    private readonly Option<bool> _seats = new("--seats") { Description = "Take the lab's seats down, and not the lab itself" };
    private readonly Option<bool> _all = new("--all") { Description = "Take every lab down, and what is left of half-made ones" };

    public DownCommand()
        : base("down", "Takes a lab down: ends its guests and removes all that is theirs. Its checkpoints stay, for the next `lab up`. Does nothing where it is not up.", "lab down atomic-host", "lab down atomic-host --seats", "lab down --all")
    {
        Add(_lab);
        Add(_seats);
        Add(_all);
        Validators.Add(result =>
        {
            if (result.GetValue(_all) && result.GetValue(_lab) is not null)
            {
                result.AddError("Either a lab or --all, not both.");
            }

            if (result.GetValue(_all) && result.GetValue(_seats))
            {
                result.AddError("--all takes seats down too: leave --seats out.");
            }
        });
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        await using var hypervisor = await context.FindHypervisorAsync(cancellation);
        var up = hypervisor is null ? [] : await UpLab.ListAsync(hypervisor, cancellation);
        var down = new List<TakenDown>();
        var named = line.GetValue(_lab);
        var labs = line.GetValue(_all) ? All(context, up)
            : line.GetValue(_seats) ? [.. SeatChoice.Up(SeatChoice.LabOf(named, up), up).Select(seat => seat.Name)]
            : Named(named, up);
        foreach (var lab in labs)
        {
            down.Add(new TakenDown(lab, hypervisor is not null && await ServedLab.DownAsync(lab, hypervisor, context, cancellation)));
        }

        context.Show(down, Documents.All.IReadOnlyListTakenDown, (labs, screen) => LabViews.Down(labs, screen, line.GetValue(_seats) ? "seat" : "lab"));
        return 0;
    }

    private static IReadOnlyList<string> All(CommandContext context, IReadOnlyList<UpLab> up) =>
        [.. up.Select(lab => lab.Name).Concat(Directory.EnumerateDirectories(context.Home.Labs).Select(folder => Path.GetFileName(folder))).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    // A name that leads nowhere may be that of a lab whose file is gone: taking it down twice must not fail.
    private static IReadOnlyList<string> Named(string? named, IReadOnlyList<UpLab> up)
    {
        var files = new LabFiles(Environment.CurrentDirectory);
        return named is null && up.Count == 0 && files.Here is null ? []
            : named is not null && !LabFiles.IsPath(named) && files.Find(named) is null ? [LabName.Check(named)]
            : [new LabChoice(files).Name(named, up)];
    }
}
