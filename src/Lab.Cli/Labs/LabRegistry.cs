using Lab.Cli.CommandLine;
using Lab.Containers;
using Lab.Definitions.Yaml;

namespace Lab.Cli.Labs;

/// <summary>The registry of a lab that is up.</summary>
internal static class LabRegistry
{
    /// <summary>Finds it.</summary>
    /// <exception cref="CommandLineMistake">The lab has none.</exception>
    public static async Task<Registry> FindAsync(OpenLab lab, CommandContext context, CancellationToken cancellation) =>
        (await lab.NetworkAsync(cancellation)).Registry is { } plan
            ? new Registry(lab.NetworkFolder, plan, context.Progress)
            : throw new CommandLineMistake($"Lab {lab.Up.Name} has no registry.", $"Add `registry: {{ segment: SEGMENT }}` to {lab.Up.File}, then `lab down` and `lab up`.");

    /// <summary>An image that is there, by what the user typed.</summary>
    /// <exception cref="CommandLineMistake">There is none.</exception>
    public static string Present(Registry registry, string typed)
    {
        var images = registry.List().Select(image => image.ToString()).ToList();
        return images.Contains(typed, StringComparer.Ordinal)
            ? typed
            : throw new CommandLineMistake($"The registry has no image {typed}.", images.Count == 0 ? "It is empty." : $"{Spelling.DidYouMean(typed, images)}It has {Spelling.Listed(images)}.");
    }

    /// <summary>A name and a tag, as they may be.</summary>
    /// <exception cref="CommandLineMistake">It is something else.</exception>
    public static string Checked(string typed) =>
        RegistryImage.IsNameAndTag(typed)
            ? typed
            : throw new CommandLineMistake($"`{typed}` is no image's name and tag.", "Write `httpd:prod`: a name of lower-case letters, digits and `-`, and a tag of letters, digits, `.`, `_` and `-`.");
}
