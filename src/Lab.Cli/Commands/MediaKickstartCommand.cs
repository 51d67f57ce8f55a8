using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Guests;
using Lab.Hosting;
using Lab.Images;
using Lab.Media;
using Lab.Media.Kickstart;
using Lab.Remote;
using Lab.State;

namespace Lab.Cli.Commands;

/// <summary>A kickstart that was written.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Guest">The guest.</param>
/// <param name="Variant">How it installs.</param>
/// <param name="File">Its file; null where it went to standard output.</param>
/// <param name="Text">The kickstart; null where it went to a file.</param>
internal sealed record WrittenKickstart(string Lab, string Guest, string Variant, string? File, string? Text);

/// <summary><c>lab media kickstart</c>.</summary>
internal sealed class MediaKickstartCommand : LabCommand
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly Argument<string> _lab = new("LAB") { Description = "The lab: its name, its folder or its lab.yaml" };
    private readonly Argument<string?> _guest = GuestArgument();
    private readonly Option<string?> _variant = new("--variant") { Description = $"{string.Join(", ", KickstartDefinition.Variants.Keys)} [default: the guest's, or ostree-rhel9]", HelpName = "NAME" };
    private readonly Option<string?> _url = new("--url") { Description = "The content server, as the host to be installed sees it [default: the guest's, or the lab's own]", HelpName = "URL" };
    private readonly Option<string?> _output = new("--output", "-o") { Description = "The file to write, for its owner only [default: standard output]", HelpName = "FILE" };

    public MediaKickstartCommand()
        : base(
            "kickstart",
            "Writes the kickstart that installs a guest without asking, from what its lab says.",
            "lab media kickstart atomic-host node1 -o ks.cfg",
            "lab media kickstart atomic-host --variant ostree-rhel8 --url http://192.0.2.1:8000/repo")
    {
        Add(_lab);
        Add(_guest);
        Add(_variant);
        Add(_url);
        Add(_output);
    }

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        var named = line.GetValue(_variant) is { } word ? VariantOf(word) : (KickstartVariant?)null;
        var url = line.GetValue(_url);
        if (url is not null && !KickstartDefinition.IsContentUrl(url))
        {
            throw new CommandLineMistake("`--url` is not the URL of a content server.", "Write `http://HOST:PORT/PATH`, or `https`, without a user name.");
        }

        var lab = await LabChoice.Here.DefinitionAsync(line.GetRequiredValue(_lab), () => context.ListUpAsync(cancellation));
        var guest = lab.Guests.First(candidate => candidate.Name == LabChoice.Guest(lab.Name, [.. lab.Guests.Select(other => other.Name)], line.GetValue(_guest)));
        var variant = named ?? KickstartTemplate.Of(guest).Variant;
        KickstartTemplate.Require(guest, variant, url);

        var kickstart = await RenderAsync(lab, guest, variant, url, context, cancellation);
        var file = line.GetValue(_output) is { } output ? Path.GetFullPath(output) : null;
        if (file is not null)
        {
            await WholeFile.WriteAsync(file, kickstart.ToString(), Owner, cancellation);
        }

        var name = KickstartDefinition.Variants.First(known => known.Value == variant).Key;
        context.Show(new WrittenKickstart(lab.Name, guest.Name, name, file, file is null ? kickstart.ToString() : null), Documents.All.WrittenKickstart, (written, screen) =>
        {
            if (written.Text is not null)
            {
                screen.Writer.Write(written.Text);
            }
            else
            {
                screen.Line($"The kickstart of {written.Lab}/{written.Guest} is {written.File}.");
            }
        });
        return 0;
    }

    private static KickstartVariant VariantOf(string word) => KickstartDefinition.Variants.TryGetValue(word, out var variant)
        ? variant
        : throw new CommandLineMistake($"There is no variant `{word}`.", $"{Spelling.DidYouMean(word, KickstartDefinition.Variants.Keys)}The variants are {Spelling.Listed([.. KickstartDefinition.Variants.Keys])}.");

    // With the keys that `lab up` gives the same lab, which are made here if it never was up.
    private static async Task<KickstartFile> RenderAsync(LabDefinition lab, GuestDefinition guest, KickstartVariant variant, string? url, CommandContext context, CancellationToken cancellation)
    {
        var plan = new GuestPlan(context.Home, lab.Name, guest);
        using var guard = await FileLock.TakeAsync(context.Home.LabLock(lab.Name), () => context.Remark($"Another lab process works on {lab.Name}; waiting for its end."), cancellation);
        var identity = await SshIdentity.LoadOrCreateAsync(LabInstance.KeyFolder(context.Home, lab.Name), lab.Guests.Select(other => other.Name), cancellation);
        var content = KickstartTemplate.InstallsTree(variant) ? await ContentAsync(plan, url ?? guest.Kickstart?.Url, context, cancellation) : null;
        return KickstartTemplate.Render(lab.Name, guest, variant, url, await identity.PublicKeyAsync(cancellation), content);
    }

    private static async Task<SeedRemote> ContentAsync(GuestPlan plan, string? url, CommandContext context, CancellationToken cancellation)
    {
        var key = await context.Composer.KeyAsync(cancellation);
        try
        {
            var exported = await key.ExportAsync(cancellation);
            return url is null ? GuestSeed.Content(plan, context.Home, HostRoute.Gateway(), exported) : new SeedRemote(ImageBuilder.Remote, url, exported);
        }
        finally
        {
            await key.StopAgentAsync(CancellationToken.None);
        }
    }
}
