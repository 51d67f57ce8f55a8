using System.Globalization;
using Lab.Execution;

namespace Lab.State;

/// <summary>What files take on the disk.</summary>
public static class DiskUse
{
    // What %b of find(1) counts in.
    private const int BlockSize = 512;

    /// <summary>
    /// The bytes that removing a file, or a folder with all in it, would give back: holes take none, nor does a file that has other names, as a lab's repository
    /// links to the home's objects. What goes while it is counted counts for nothing.
    /// </summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<long> OfAsync(string path, CancellationToken cancellation = default)
    {
        var blocks = await new Command("find", path, "(", "-type", "d", "-o", "-links", "1", ")", "-printf", "%b\\n").RunAsync(cancellation);
        return blocks.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Sum(count => long.Parse(count, CultureInfo.InvariantCulture) * BlockSize);
    }
}
