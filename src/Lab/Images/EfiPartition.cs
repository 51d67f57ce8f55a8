using Lab.Execution;

namespace Lab.Images;

/// <summary>An EFI system partition, written by mtools: no mount.</summary>
internal static class EfiPartition
{
    /// <summary>How many sectors of 512 bytes it has on disks that are made here: room for a boot loader and its next.</summary>
    public const long Sectors = 32L * 1024 * 1024 / 512;

    /// <summary>Where a tree has its boot loader for UEFI, beside GRUB's images for BIOS.</summary>
    public const string Loader = "bootx64.efi";

    /// <summary>Makes the file system, with a boot loader in it.</summary>
    /// <param name="partition">A file as mtools name it: <c>FILE</c> or <c>FILE@@OFFSET</c>.</param>
    /// <param name="sectors">How many sectors of 512 bytes it has.</param>
    /// <param name="loader">The boot loader, for x86-64.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostCommandFailedException">One of the mtools failed.</exception>
    public static async Task MakeAsync(string partition, long sectors, string loader, CancellationToken cancellation)
    {
        await new Command("mformat", "-i", partition, "-T", $"{sectors}", "-h", "64", "-s", "32", "-v", "EFI", "::").SucceedAsync(cancellation);
        await PutLoaderAsync(partition, loader, cancellation);
    }

    /// <summary>Puts a boot loader where firmware that knows nothing of a disk looks for one (UEFI specification, 3.5.1.1).</summary>
    /// <param name="partition">A FAT file system as mtools name it: a file, or <c>FILE@@OFFSET</c>.</param>
    /// <param name="loader">The boot loader, for x86-64.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HostCommandFailedException">One of the mtools failed.</exception>
    public static async Task PutLoaderAsync(string partition, string loader, CancellationToken cancellation)
    {
        await new Command("mmd", "-i", partition, "::/EFI", "::/EFI/BOOT").SucceedAsync(cancellation);
        await new Command("mcopy", "-i", partition, loader, "::/EFI/BOOT/BOOTX64.EFI").SucceedAsync(cancellation);
    }
}
