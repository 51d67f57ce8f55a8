using Lab.Execution;

namespace Lab.Images;

/// <summary>An EFI system partition, written by mtools: no mount.</summary>
internal static class EfiPartition
{
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
