using Lab.Containers;

namespace Lab.Cli.Views;

/// <summary>What is in a registry, as a table.</summary>
internal static class RegistryView
{
    // As podman images shows them.
    private const int ShownDigest = 12;

    public static void Write(IReadOnlyList<RegistryImage> images, Screen screen)
    {
        if (images.Count == 0)
        {
            screen.Line("The registry is empty.");
            return;
        }

        screen.Table(["Image", "Tag", "Digest"], images.Select(image => new Span[] { image.Name, image.Tag, image.Digest.Split(':')[^1][..ShownDigest] }));
    }
}
