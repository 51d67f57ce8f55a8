using Lab.Definitions;
using Lab.Images;
using Lab.Trees;

namespace Lab.Installer;

/// <summary>The boot loaders that a tree brings for its disk.</summary>
/// <param name="Boot">GRUB's first sector for BIOS.</param>
/// <param name="Core">GRUB's core image for BIOS.</param>
/// <param name="Efi">GRUB for UEFI.</param>
internal sealed record BootLoaders(byte[] Boot, byte[] Core, byte[] Efi)
{
    /// <summary>Those of a deployment.</summary>
    /// <exception cref="DefinitionException">Its tree has none.</exception>
    public static async Task<BootLoaders> ReadAsync(string deployment) => new(
        await ReadAsync(deployment, "boot.img"), await ReadAsync(deployment, "core.img"), await ReadAsync(deployment, EfiPartition.Loader));

    private static async Task<byte[]> ReadAsync(string deployment, string image)
    {
        var file = $"{deployment}/{ComposeHooks.BootloaderFolder}/{image}";
        return File.Exists(file)
            ? await File.ReadAllBytesAsync(file)
            : throw new DefinitionException(new Diagnostic(SourceLocation.Whole("the tree"), $"it holds no GRUB for {(image == EfiPartition.Loader ? "UEFI" : "BIOS")}, so no disk can boot it", "Add grub-pc-bin, grub-efi-amd64-bin and grub-common to its packages."));
    }
}
