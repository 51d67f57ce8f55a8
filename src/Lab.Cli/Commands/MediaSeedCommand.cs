using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Guests;
using Lab.Media;
using Lab.Remote;
using Lab.State;

namespace Lab.Cli.Commands;

/// <summary>A seed image that was written.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Guest">The guest.</param>
/// <param name="File">The image.</param>
internal sealed record WrittenSeed(string Lab, string Guest, string File);

/// <summary><c>lab media seed</c>.</summary>
internal sealed class MediaSeedCommand : LabCommand
{
    private readonly Argument<string> _lab = new("LAB") { Description = "The lab: its name, its folder or its lab.yaml" };
    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The image to write [default: LAB-GUEST-seed.iso here]", HelpName = "FILE" };

    public MediaSeedCommand()
        : base("seed", "Writes the NoCloud seed image that a guest reads at its first boot. It holds the guest's private host key.", "lab media seed atomic-host node1 -o seed.iso")
    {
        Add(_lab);
        Add(_guest);
        Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var definition = await LabChoice.Here.DefinitionAsync(line.GetRequiredValue(_lab), () => context.ListUpAsync(cancellation));
        var guest = definition.Guests.First(candidate => candidate.Name == LabChoice.Guest(definition.Name, [.. definition.Guests.Select(other => other.Name)], line.GetValue(_guest)));
        var file = Path.GetFullPath(line.GetValue(_output) ?? $"{definition.Name}-{guest.Name}-seed.iso");
        var seed = await SeedOfAsync(new GuestPlan(context.Home, definition.Name, guest), definition, context, cancellation);
        await SeedIso.WriteAsync(seed, file, cancellation);
        context.Show(new WrittenSeed(definition.Name, guest.Name, file), Documents.All.WrittenSeed, (written, screen) => screen.Line($"The seed of {written.Lab}/{written.Guest} is {written.File}."));
        return 0;
    }

    // What `lab up` makes of the same lab: with the same keys, which are made here if the lab never was up.
    private static async Task<Seed> SeedOfAsync(GuestPlan plan, LabDefinition lab, CommandContext context, CancellationToken cancellation)
    {
        using var guard = await FileLock.TakeAsync(context.Home.LabLock(plan.Lab), () => context.Remark($"Another lab process works on {plan.Lab}; waiting for its end."), cancellation);
        var identity = await SshIdentity.LoadOrCreateAsync(LabInstance.KeyFolder(context.Home, plan.Lab), lab.Guests.Select(guest => guest.Name), cancellation);
        var key = await context.Composer.KeyAsync(cancellation);
        try
        {
            return await GuestSeed.MakeAsync(plan, context.Home, identity, LabInstance.HostsOf(lab, plan.Definition), await key.ExportAsync(cancellation), cancellation);
        }
        finally
        {
            await key.StopAgentAsync(CancellationToken.None);
        }
    }
}
