using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Cli.Labs;
using Lab.Cli.Views;
using Lab.Definitions;
using Lab.Definitions.Yaml;
using Lab.Guests;
using Lab.Hosting;
using Lab.Trees;

namespace Lab.Cli.Commands;

/// <summary>What was served, at the end.</summary>
/// <param name="Lab">The lab.</param>
/// <param name="Port">The port on the loopback.</param>
/// <param name="Guests">What each guest fetched.</param>
internal sealed record Served(string Lab, int Port, IReadOnlyDictionary<string, ContentCount> Guests);

/// <summary><c>lab tree serve</c>.</summary>
internal sealed class TreeServeCommand : LabCommand
{
    private const int MostTries = 5;
    private static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Option<string> _lab = new("--lab", "-l") { Description = "The lab, by its name or its lab.yaml", HelpName = "LAB", Required = true };

    public TreeServeCommand()
        : base("serve", "Serves a lab's trees to its guests until it is told to end, or the lab is down. `lab up` does this by itself, in the background.", "lab tree serve --lab atomic-host") => Add(_lab);

    public override async Task<int> RunAsync(ParseResult line, CommandContext context, CancellationToken cancellation)
    {
        // A bare name is a lab in this home, whatever lab files there are here: `lab up` starts this without a folder.
        var word = line.GetRequiredValue(_lab);
        var lab = LabFiles.IsPath(word) ? LabDefinition.Load(word).Name : LabName.Check(word);
        var repository = LabInstance.RepositoryFolder(context.Home, lab);
        if (!Directory.Exists(repository))
        {
            var made = Directory.EnumerateDirectories(context.Home.Labs).Select(folder => Path.GetFileName(folder));
            throw new CommandLineMistake($"Lab {lab} has nothing to serve: it is not up.", $"{Spelling.DidYouMean(lab, made)}`lab up` publishes its trees.");
        }

        var network = await SegmentPlan.ReadAsync(GuestPlan.LabFolder(context.Home, lab), cancellation);
        await using var content = await StartAsync(lab, repository, network.RebootSlots, context, cancellation);
        await using var segments = await LabSegments.StartAsync(LabInstance.NetworkFolder(context.Home, lab), network, context.Time, cancellation);
        context.Remark($"Serving lab {lab} on port {content.Server.Port} of the loopback.");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var showing = context.Json ? Task.CompletedTask : ShowAsync(content.Server, context.Output, end.Token);
        try
        {
            var useless = content.WaitUntilUselessAsync(cancellation);
            if (await Task.WhenAny(useless, segments.Ended) != useless)
            {
                throw new HostException($"This host has lost its place on the segments of lab {lab}: {(await segments.Ended).Trim()}", "`lab start GUEST` starts this again.");
            }

            await useless;
        }
        catch (OperationCanceledException)
        {
            // For a server, being told to end is how it ends well.
        }

        await end.CancelAsync();
        await showing;
        context.Show(new Served(lab, content.Server.Port, content.Server.Counts), Documents.All.Served, (_, screen) => screen.Line($"Lab {lab} is not served any more."));
        return 0;
    }

    private static async Task<LabContent> StartAsync(string lab, string repository, int rebootSlots, CommandContext context, CancellationToken cancellation)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await LabContent.TryStartAsync(context.Home, lab, repository, LabInstance.ContentPort(context.Home, lab), rebootSlots, cancellation) is { } content)
            {
                return content;
            }

            // Somebody who only looks whether the lab is served holds its lock for a moment.
            await Task.Delay(RetryEvery, context.Time, cancellation);
        }

        throw new HostException($"Another process serves lab {lab} already.", "End that one first, or let it serve.");
    }

    private static async Task ShowAsync(ContentServer server, Screen screen, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, ContentCount> shown = new Dictionary<string, ContentCount>(StringComparer.Ordinal);
        try
        {
            while (true)
            {
                var counts = server.Counts;
                foreach (var (guest, count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Where(pair => shown.GetValueOrDefault(pair.Key) != pair.Value))
                {
                    screen.Line($"{guest}: {count.Requests} requests, {Bytes.Text(count.Bytes)}");
                }

                shown = counts;
                await Task.Delay(LookEvery, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // Told to end, or the lab is down.
        }
    }
}
