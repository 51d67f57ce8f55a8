using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Views;
using Lab.Images;

namespace Lab.Cli.Commands;

/// <summary><c>lab box delete</c>.</summary>
internal sealed class BoxDeleteCommand : LabCommand
{
    private readonly Argument<string> _name = new("NAME") { Description = "The box's name" };

    public BoxDeleteCommand()
        : base("delete", "Forgets a box. `lab gc` then removes its disks, once no guest rests on them.", "lab box delete debian-13") => Add(_name);

    public override Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var boxes = new BoxStore(context.Home);
        var name = line.GetRequiredValue(_name);
        var box = boxes.Find(name) ?? throw new CommandLineMistake($"There is no box `{name}`.", "`lab box list` shows those that there are.");
        boxes.Delete(name);
        context.Show([box], Documents.All.IReadOnlyListImportedBox, BoxView.Write);
        return Task.FromResult(0);
    }
}
