using System.Globalization;
using System.Text.RegularExpressions;
using Lab.Definitions;
using Lab.Execution;
using Lab.State;

namespace Lab.Media;

/// <summary>What is on an image.</summary>
/// <param name="VolumeId">The volume's name.</param>
/// <param name="BootRecords">What firmware finds to boot, as "UEFI /images/efiboot.img"; empty where nothing is.</param>
/// <param name="Kickstart">The kickstart's path on it, by the arguments that its menus give; null for none.</param>
/// <param name="Menus">The boot loaders' menus.</param>
/// <param name="Files">Its files by path.</param>
public sealed record InstallerContents(string VolumeId, IReadOnlyList<string> BootRecords, string? Kickstart, IReadOnlyList<BootMenu> Menus, IReadOnlyList<InstallerFile> Files);

/// <summary>A file on an image.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Mode">Its permissions, as ls(1) shows them.</param>
public sealed record InstallerFile(string Path, long Bytes, string Mode);

/// <summary>
/// Installer images: ISO 9660 with El Torito boot records. A kickstart is put into one as mkksiso(1) does it: nothing but the menus changes,
/// the volume keeps its name, by which the installer finds itself, and the boot records are made again for the new places.
/// </summary>
public static partial class InstallerIso
{
    /// <summary>Where an embedded kickstart is.</summary>
    public const string KickstartPath = "/ks.cfg";

    private const int Sector = 2048;
    private const int DiskSector = 512;

    // UEFI specification 2.10, 5.3.3.
    private const string EfiSystemPartition = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

    private const int DescriptorOffset = 16 * Sector;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Looks at an image.</summary>
    /// <param name="iso">The image.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="DefinitionException">It is no ISO 9660 image, or a part of one.</exception>
    public static async Task<InstallerContents> InspectAsync(string iso, CancellationToken cancellation = default)
    {
        await using var unpacked = new Scratch();
        return (await UnpackAsync(iso, unpacked, cancellation)).Contents;
    }

    /// <summary>Writes a copy of an installer image that carries a kickstart and boots with it. Only its owner can read it.</summary>
    /// <param name="iso">The installer's image.</param>
    /// <param name="output">The copy; replaced where it is there.</param>
    /// <param name="kickstart">The kickstart's text.</param>
    /// <param name="arguments">More kernel arguments for every entry of the menus.</param>
    /// <param name="cancellation">Gives up; nothing half-made stays.</param>
    /// <exception cref="DefinitionException">The image can't be booted, or has no menu to put arguments into.</exception>
    /// <exception cref="HostCommandFailedException">xorriso or one of the mtools failed.</exception>
    public static async Task EmbedAsync(string iso, string output, string kickstart, IReadOnlyList<string> arguments, CancellationToken cancellation = default)
    {
        await using var scratch = new Scratch();
        var (contents, menus) = await UnpackAsync(iso, scratch, cancellation);
        if (contents.BootRecords.Count == 0)
        {
            throw Wrong(iso, "the image has no boot record, so no machine starts from it", "Take the installer's boot or DVD image.");
        }

        if (menus.All(menu => menu.Menu.Arguments.Count == 0))
        {
            throw Wrong(iso, "no boot menu on it has an entry that starts a kernel", "Take the installer's boot or DVD image.");
        }

        var added = string.Join(' ', arguments.Prepend($"inst.ks=hd:LABEL={Label(contents.VolumeId)}:{KickstartPath}"));
        var file = scratch["ks.cfg"];
        await WholeFile.WriteAsync(file, kickstart, Owner, cancellation);
        var changes = Replacing(KickstartPath, file, "0600").ToList();
        foreach (var menu in menus)
        {
            await File.WriteAllTextAsync(menu.Local, BootMenu.Add(await File.ReadAllTextAsync(menu.Local, cancellation), added), cancellation);
            if (menu.EfiImage is not null)
            {
                await new Command("mcopy", "-o", "-i", menu.EfiImage, menu.Local, $"::{menu.Path}").SucceedAsync(cancellation);
            }
            else
            {
                changes.AddRange(Replacing(menu.Path, menu.Local, "0644"));
            }
        }

        foreach (var (record, local) in menus.Where(menu => menu.EfiImage is not null).Select(menu => (menu.Record!, menu.EfiImage!)).Distinct())
        {
            // After the replay, which would append the partition as it was.
            changes.AddRange(record.Path is { } path ? Replacing(path, local, "0644") : ["-append_partition", $"{record.Partition}", record.PartitionType, local]);
        }

        await WholeFile.MakeAsync(output, async partial =>
        {
            await WholeFile.WriteAsync(partial, string.Empty, Owner, cancellation);
            await new Command("xorriso", ["-report_about", "WARNING", "-abort_on", "FAILURE", "-indev", $"stdio:{iso}", "-outdev", $"stdio:{partial}", "-boot_image", "any", "replay", .. changes, "-commit"]).SucceedAsync(cancellation);
            if (await IsImplantedAsync(iso, cancellation))
            {
                // The installer's media check compares it, and would refuse the copy.
                await new Command("implantisomd5", "--force", partial).SucceedAsync(cancellation);
            }
        });
    }

    // On the image a file is root's, whoever makes the copy.
    private static IEnumerable<string> Replacing(string path, string local, string mode) => ["-map", local, path, "-chown", "0", path, "--", "-chgrp", "0", path, "--", "-chmod", mode, path, "--"];

    // As udev writes a label, which is how the installer looks for it.
    private static string Label(string volume) => string.Concat(volume.Select(c => char.IsAsciiLetterOrDigit(c) || "-_.+:=@#%".Contains(c, StringComparison.Ordinal) ? $"{c}" : $@"\x{(int)c:x2}"));

    private static async Task<(InstallerContents Contents, IReadOnlyList<UnpackedMenu> Menus)> UnpackAsync(string iso, Scratch scratch, CancellationToken cancellation)
    {
        await CheckSizeAsync(iso, cancellation);

        var result = await new Command("xorriso", "-abort_on", "FAILURE", "-report_about", "FAILURE", "-indev", $"stdio:{iso}", "-pvd_info", "-report_el_torito", "plain", "-report_system_area", "plain", "-find", "/", "-type", "f", "-exec", "lsdl", "--").RunAsync(cancellation);
        var volume = VolumeId().Match(result.Output);
        if (result.ExitCode != 0 || !volume.Success)
        {
            throw NoImage(iso);
        }

        var files = Entry().Matches(result.Output)
            .Select(entry => new InstallerFile(entry.Groups["path"].Value, long.Parse(entry.Groups["bytes"].ValueSpan, CultureInfo.InvariantCulture), entry.Groups["mode"].Value))
            .OrderBy(entry => entry.Path, StringComparer.Ordinal)
            .ToList();
        var records = Records(result.Output);
        var menus = new List<UnpackedMenu>();
        foreach (var path in files.Select(file => file.Path).Where(BootMenu.IsNamed))
        {
            var local = await scratch.ExtractAsync(iso, path, cancellation);
            menus.Add(new UnpackedMenu(path, local, null, null, BootMenu.Read(path, await File.ReadAllTextAsync(local, cancellation))));
        }

        foreach (var record in records.Where(record => record.Platform == "UEFI"))
        {
            menus.AddRange(await ReadEfiAsync(iso, record, scratch, cancellation));
        }

        var kickstart = menus.SelectMany(menu => menu.Menu.Arguments).Select(arguments => Embedded().Match(arguments)).FirstOrDefault(match => match.Success)?.Groups["path"].Value;
        return (new InstallerContents(volume.Groups["id"].Value.Trim(), [.. records.Select(record => $"{record.Platform} {record.Place}")], kickstart, [.. menus.Select(menu => menu.Menu)], files), menus);
    }

    private static async Task<IEnumerable<UnpackedMenu>> ReadEfiAsync(string iso, BootRecord record, Scratch scratch, CancellationToken cancellation)
    {
        if (record is { Path: null, Partition: null })
        {
            return [];
        }

        var image = record.Path is { } file ? await scratch.ExtractAsync(iso, file, cancellation) : await scratch.CutAsync(iso, record.Offset, record.Length, cancellation);

        // Without a file system that mtools can read there is no menu in it either.
        var listing = await new Command("mdir", "-/", "-b", "-i", image, "::/").RunAsync(cancellation);
        var menus = new List<UnpackedMenu>();
        foreach (var path in listing.Output.Split('\n').Where(line => line.StartsWith("::", StringComparison.Ordinal)).Select(line => line[2..].Trim()).Where(BootMenu.IsNamed))
        {
            var local = scratch.Next();
            await new Command("mcopy", "-n", "-i", image, $"::{path}", local).SucceedAsync(cancellation);
            menus.Add(new UnpackedMenu(path, local, image, record, BootMenu.Read(record.Place + path, await File.ReadAllTextAsync(local, cancellation))));
        }

        return menus;
    }

    // A boot image is a file of the volume, or a partition behind it.
    private static IReadOnlyList<BootRecord> Records(string report)
    {
        var paths = ImagePath().Matches(report).ToDictionary(image => image.Groups["number"].Value, image => image.Groups["path"].Value, StringComparer.Ordinal);
        var blocks = ImageBlocks().Matches(report).ToDictionary(image => image.Groups["number"].Value, image => Number(image, "blocks"), StringComparer.Ordinal);
        var partitions = Partition().Matches(report);
        return [.. ImageKind().Matches(report).Select(image =>
        {
            var (number, offset) = (image.Groups["number"].Value, Number(image, "block") * Sector);
            var partition = partitions.FirstOrDefault(candidate => Number(candidate, "start") * DiskSector == offset);
            return new BootRecord(
                image.Groups["platform"].Value,
                paths.GetValueOrDefault(number),
                partition is null || !blocks.ContainsKey(number) ? null : (int)Number(partition, "number"),
                partition?.Value.StartsWith("MBR", StringComparison.Ordinal) == true ? "0xef" : EfiSystemPartition,
                offset,
                blocks.GetValueOrDefault(number) * Sector);
        })];

        static long Number(Match match, string group) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
    }

    // ECMA-119, 8.4: the primary volume descriptor, its standard identifier, and the volume's size in sectors.
    private static async Task CheckSizeAsync(string iso, CancellationToken cancellation)
    {
        var descriptor = await DescriptorAsync(iso, cancellation);
        if (descriptor.Length < Sector || !descriptor.AsSpan(1, 5).SequenceEqual("CD001"u8))
        {
            throw NoImage(iso);
        }

        var (promised, there) = (BitConverter.ToUInt32(descriptor, 80) * (long)Sector, new FileInfo(iso).Length);
        if (there < promised)
        {
            throw Wrong(iso, $"the image is truncated: it has {there} bytes of {promised}", "Fetch it again, and compare its checksum.");
        }
    }

    // isomd5sum keeps its text in the descriptor's application use area (8.4.32).
    private static async Task<bool> IsImplantedAsync(string iso, CancellationToken cancellation) =>
        (await DescriptorAsync(iso, cancellation)).AsSpan(883, 512).IndexOf("ISO MD5SUM"u8) >= 0;

    private static async Task<byte[]> DescriptorAsync(string iso, CancellationToken cancellation)
    {
        var descriptor = new byte[Sector];
        await using var stream = File.OpenRead(iso);
        stream.Position = DescriptorOffset;
        return descriptor[..await stream.ReadAtLeastAsync(descriptor, Sector, throwOnEndOfStream: false, cancellation)];
    }

    private static DefinitionException NoImage(string iso) => Wrong(iso, "the file is no ISO 9660 image", "Name an installer's or a seed's image.");

    private static DefinitionException Wrong(string iso, string message, string fix) => new(new Diagnostic(SourceLocation.Whole(iso), message, fix));

    [GeneratedRegex(@"^Volume Id *: (?<id>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex VolumeId();

    // As ls -ld has it: mode, links, owner, group, size, time, and the path in quotes.
    [GeneratedRegex(@"^(?<mode>-\S{9}) +[0-9]+ +\S+ +\S+ +(?<bytes>[0-9]+) .* '(?<path>/.*)'$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^El Torito boot img : +(?<number>[0-9]+) +(?<platform>\S+) .* (?<block>[0-9]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ImageKind();

    [GeneratedRegex(@"^El Torito img path : +(?<number>[0-9]+) +(?<path>/.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ImagePath();

    [GeneratedRegex(@"^El Torito img blks : +(?<number>[0-9]+) +(?<blocks>[0-9]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ImageBlocks();

    [GeneratedRegex(@"^(GPT start and size : +(?<number>[0-9]+)|MBR partition +: +(?<number>[0-9]+) +0x[0-9a-f]{2} +0xef) +(?<start>[0-9]+) +[0-9]+$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Partition();

    [GeneratedRegex(@"(\A|\s)inst\.ks=(hd:LABEL=[^:\s]*|cdrom):(?<path>/[^\s]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex Embedded();

    /// <param name="Platform">The firmware that looks for it.</param>
    /// <param name="Path">The boot image's path; null where it is no file.</param>
    /// <param name="Partition">The number of the partition that it is; null where it is none.</param>
    /// <param name="PartitionType">That partition's type, as xorriso takes it.</param>
    /// <param name="Offset">Where it begins, in bytes.</param>
    /// <param name="Length">Its length in bytes; 0 for a file.</param>
    private sealed record BootRecord(string Platform, string? Path, int? Partition, string PartitionType, long Offset, long Length)
    {
        public string Place => Path ?? (Partition is null ? "outside of the volume" : $"partition {Partition}");
    }

    /// <param name="Path">Where it is on the image, or in the EFI boot image.</param>
    /// <param name="Local">Where it was unpacked.</param>
    /// <param name="EfiImage">Where the EFI boot image that holds it was unpacked; null for a file of the volume.</param>
    /// <param name="Record">That boot image's record.</param>
    /// <param name="Menu">What it says.</param>
    private sealed record UnpackedMenu(string Path, string Local, string? EfiImage, BootRecord? Record, BootMenu Menu);

    /// <summary>A folder that only its owner can enter, gone at the end.</summary>
    private sealed class Scratch : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("lab-iso-").FullName;
        private int _files;

        public string this[string name] => Path.Combine(_folder, name);

        public string Next() => this[string.Create(CultureInfo.InvariantCulture, $"{_files++}")];

        public async Task<string> CutAsync(string iso, long offset, long length, CancellationToken cancellation)
        {
            var local = Next();
            await using var source = File.OpenRead(iso);
            await using var target = new FileStream(local, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner });
            source.Position = offset;
            var buffer = new byte[1 << 20];
            for (var left = length; left > 0;)
            {
                var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellation);
                if (read == 0)
                {
                    break;
                }

                await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
                left -= read;
            }

            return local;
        }

        public async Task<string> ExtractAsync(string iso, string path, CancellationToken cancellation)
        {
            var local = Next();
            await new Command("xorriso", "-report_about", "FAILURE", "-osirrox", "on", "-indev", $"stdio:{iso}", "-extract", path, local).SucceedAsync(cancellation);
            File.SetUnixFileMode(local, Owner);
            return local;
        }

        public ValueTask DisposeAsync()
        {
            Directory.Delete(_folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
