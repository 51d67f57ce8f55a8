namespace Lab.Images;

/// <summary>What a boot partition holds for GRUB, as GRUB sees it: without what its journal has not put in place yet.</summary>
/// <param name="Environment">GRUB's variables; none where the block is missing or damaged.</param>
/// <param name="Entries">The menu, in its order.</param>
/// <param name="CountsBoots">Whether <c>grub.cfg</c> looks at the boot counter.</param>
/// <param name="Problems">What is wrong there, as sentences.</param>
public sealed record BootPartition(
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<BootLoaderEntry> Entries,
    bool CountsBoots,
    IReadOnlyList<string> Problems)
{
    /// <summary>The name of the partition.</summary>
    public const string Name = "boot";

    private const string EnvironmentFile = "/grub/grubenv";
    private const string ConfigurationFile = "/grub/grub.cfg";
    private const string EntryFolder = "/loader/entries";

    /// <summary>What GRUB will do at the next power-on.</summary>
    public NextBoot Next => NextBoot.Of(Environment, Entries.Count, CountsBoots);

    /// <summary>Reads the boot partition of a disk that no machine has open.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="work">A folder for what is read on the way.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">The disk has no boot partition with an ext4 file system.</exception>
    /// <exception cref="LabException">A host tool failed.</exception>
    internal static async Task<BootPartition> ReadAsync(DiskImage disk, string work, CancellationToken cancellation)
    {
        var (files, _) = await CopyAsync(disk, work, cancellation);
        var problems = new List<string>();
        var environment = await ReadEnvironmentAsync(files, problems, cancellation);
        var entries = new List<BootLoaderEntry>();
        foreach (var entry in await files.ListAsync(EntryFolder, cancellation))
        {
            if (entry.Name.EndsWith(BootLoaderEntry.Extension, StringComparison.Ordinal) && await files.ReadTextAsync($"{EntryFolder}/{entry.Name}", cancellation) is { } text)
            {
                try
                {
                    entries.Add(BootLoaderEntry.Parse(entry.Name, text));
                }
                catch (InvalidDataException failure)
                {
                    problems.Add(failure.Message);
                }
            }
        }

        if (files.NeedsRecovery)
        {
            problems.Add("/boot was not unmounted. What stands here is what GRUB will see; the next mount also applies the journal.");
        }

        var configuration = await files.ReadTextAsync(ConfigurationFile, cancellation);
        if (configuration is null)
        {
            problems.Add($"There is no {ConfigurationFile} on /boot.");
        }

        return new BootPartition(
            environment,
            [.. entries.Order(BootLoaderEntry.MenuOrder)],
            configuration?.Contains(NextBoot.Counter, StringComparison.Ordinal) == true,
            problems);
    }

    /// <summary>Changes GRUB's variables in place, as GRUB's own <c>save_env</c> does: the block on the disk is overwritten, the file system untouched.</summary>
    /// <param name="disk">The disk, which no machine has open.</param>
    /// <param name="changes">Values by name; null removes a variable.</param>
    /// <param name="work">A folder for what is read and written on the way.</param>
    /// <param name="cancellation">Gives up before the write.</param>
    /// <exception cref="InvalidDataException">The block is damaged, or does not stand where a write would be safe. Nothing was written.</exception>
    /// <exception cref="ArgumentException">The variables don't fit. Nothing was written.</exception>
    /// <exception cref="LabException">A host tool failed.</exception>
    internal static async Task SetEnvironmentAsync(DiskImage disk, IReadOnlyDictionary<string, string?> changes, string work, CancellationToken cancellation)
    {
        var (files, start) = await CopyAsync(disk, work, cancellation);
        var block = await files.ReadAsync(EnvironmentFile, cancellation) ?? throw new InvalidDataException($"There is no {EnvironmentFile} on /boot.");
        var variables = new OrderedDictionary<string, string>(GrubEnvironment.Parse(block), StringComparer.Ordinal);
        foreach (var (name, value) in changes)
        {
            if (value is null)
            {
                variables.Remove(name);
            }
            else
            {
                variables[name] = value;
            }
        }

        var changed = GrubEnvironment.Format(variables);
        var offset = start + await PlaceAsync(files, cancellation);
        if (files.NeedsRecovery)
        {
            var recovered = await files.RecoverAsync(cancellation);
            var later = await recovered.ReadAsync(EnvironmentFile, cancellation);
            if (start + await PlaceAsync(recovered, cancellation) != offset || !block.AsSpan().SequenceEqual(later))
            {
                throw new InvalidDataException($"/boot was not unmounted, and its journal holds another {EnvironmentFile}: the next mount would undo a change. Start the guest and shut it down first.");
            }
        }

        var present = await disk.ReadAsync(offset, GrubEnvironment.Size, work, cancellation);
        if (!block.AsSpan().SequenceEqual(present))
        {
            throw new InvalidDataException($"{EnvironmentFile} is not where its file system says, so that writing there would destroy something else.");
        }

        await disk.WriteAsync(offset, changed, work, cancellation);
    }

    private static async Task<(Ext4FileSystem Files, long Start)> CopyAsync(DiskImage disk, string work, CancellationToken cancellation)
    {
        var partition = DiskPartition.Named(Name, await disk.PartitionsAsync(work, cancellation));
        var copy = Path.Combine(work, "boot.raw");
        await disk.CopyAsync(partition.Offset, partition.Length, copy, cancellation);
        return (await Ext4FileSystem.OpenAsync(copy, cancellation), partition.Offset);
    }

    private static async Task<IReadOnlyDictionary<string, string>> ReadEnvironmentAsync(Ext4FileSystem files, List<string> problems, CancellationToken cancellation)
    {
        try
        {
            return GrubEnvironment.Parse(await files.ReadAsync(EnvironmentFile, cancellation) ?? throw new InvalidDataException($"There is no {EnvironmentFile} on /boot."));
        }
        catch (InvalidDataException failure)
        {
            problems.Add(failure.Message);
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }
    }

    // GRUB writes there only what stands in one piece, too.
    private static async Task<long> PlaceAsync(Ext4FileSystem files, CancellationToken cancellation)
    {
        var blocks = await files.BlocksAsync(EnvironmentFile, cancellation);
        return blocks.Count > 0 && blocks[0] > 0 && blocks.Count == (GrubEnvironment.Size + files.BlockSize - 1) / files.BlockSize
            ? blocks[0] * files.BlockSize
            : throw new InvalidDataException($"{EnvironmentFile} occupies {blocks.Count} blocks of {files.BlockSize} bytes; one was expected.");
    }
}
