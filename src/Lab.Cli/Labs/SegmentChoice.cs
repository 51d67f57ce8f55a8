using System.CommandLine;
using Lab.Cli.CommandLine;
using Lab.Hosting;

namespace Lab.Cli.Labs;

/// <summary>Which segment of a lab a command is about.</summary>
internal static class SegmentChoice
{
    /// <summary>The option that names it.</summary>
    public static Option<string?> Option() => new("--segment", "-s") { Description = "The segment [default: the only one]", HelpName = "SEGMENT" };

    /// <summary>The one that is meant.</summary>
    /// <param name="named">What the user named; null for the only one.</param>
    /// <param name="folder">The lab's folder of sockets.</param>
    /// <param name="cancellation">Gives up asking.</param>
    /// <exception cref="CommandLineMistake">There is none of that name, or it is not clear which.</exception>
    public static async Task<string> FindAsync(string? named, string folder, CancellationToken cancellation)
    {
        var segments = (await SegmentControl.StatusAsync(folder, cancellation)).Select(segment => segment.Name).ToList();
        if (named is null)
        {
            return segments is [var only] ? only : throw new CommandLineMistake("The lab has several segments, and none is named.", $"Name one with `--segment`: {string.Join(", ", segments)}.");
        }

        return segments.Contains(named) ? named : throw new CommandLineMistake($"The lab has no segment {named}.", $"It has: {string.Join(", ", segments)}.");
    }
}
