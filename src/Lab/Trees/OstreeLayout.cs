using System.Formats.Tar;
using System.Text;

namespace Lab.Trees;

/// <summary>
/// Rewrites a package tool's root file system into the layout that OSTree deploys ("Adapting existing mainstream
/// distributions" in ostree's manual): one pass over a tar stream, so it needs no root and no unpacked copy.
/// </summary>
/// <remarks>
/// The kernel moves beside its modules, <c>/etc</c> to <c>/usr/etc</c>, dpkg's database to <c>/usr/lib/sysimage/dpkg</c>,
/// what people and services write to <c>/var</c>. <c>/var</c> itself is left empty: tmpfiles.d makes its folders on the machine.
/// </remarks>
public static class OstreeLayout
{
    /// <summary>Where the package database lives in a commit.</summary>
    public const string PackageDatabase = "usr/lib/sysimage/dpkg";

    /// <summary>Top folders that become links into the writable part, and where they lead.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Links = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["home"] = "var/home",
        ["root"] = "var/roothome",
        ["srv"] = "var/srv",
        ["opt"] = "var/opt",
        ["mnt"] = "var/mnt",
        ["media"] = "run/media",
        ["ostree"] = "sysroot/ostree",
        ["usr/local"] = "../var/usrlocal",
    };

    private static readonly string[] Emptied = ["boot", "dev", "proc", "run", "sys", "sysroot", "tmp", "var"];
    private static readonly string[] VolatileEtc = ["etc/machine-id", "etc/hostname", "etc/resolv.conf", "etc/.pwd.lock"];
    // Made by a package's script when it was installed: the same on every machine, they would be nobody's secret.
    private const string HostKeys = "etc/ssh/ssh_host_";

    // What a package brought where the tree's own file was kept (dpkg(1), confold).
    private const string Refused = ".dpkg-dist";

    private static readonly string[] VolatileVar = ["var/cache/apt", "var/lib/apt", "var/lib/dpkg", "var/tmp", "var/lib/ucf", "var/lib/pam"];

    /// <summary>Copies a root file system, as tar, into an OSTree tree, as tar.</summary>
    /// <param name="source">The package tool's tar, which can be sought in.</param>
    /// <param name="target">What <c>ostree commit --tree=tar=</c> reads.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InvalidDataException">A hard link leads out of the tree.</exception>
    public static async Task RewriteAsync(Stream source, Stream target, CancellationToken cancellation = default)
    {
        var binary = await BinaryAttributes.FindAsync(source, cancellation);
        await using var reader = new TarReader(source, leaveOpen: true);
        await using var writer = new TarWriter(target, TarEntryFormat.Pax, leaveOpen: true);
        var variable = new StringBuilder();
        foreach (var folder in Emptied)
        {
            var mode = folder == "tmp" ? Convert.ToInt32("1777", 8) : Convert.ToInt32("755", 8);
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder + "/") { Mode = (UnixFileMode)mode }, cancellation);
        }

        for (var place = 0; await reader.GetNextEntryAsync(copyData: false, cancellation) is { } entry; place++)
        {
            var path = Normalize(entry.Name);
            if (path.StartsWith("var/", StringComparison.Ordinal))
            {
                variable.Append(TmpfilesLine(entry, path));
            }

            if (entry.EntryType is TarEntryType.BlockDevice or TarEntryType.CharacterDevice or TarEntryType.Fifo || Map(path) is not { } mapped)
            {
                continue;
            }

            await writer.WriteEntryAsync(Renamed(entry, mapped, binary.GetValueOrDefault(place)), cancellation);
        }

        foreach (var (name, destination) in Links)
        {
            await writer.WriteEntryAsync(Link(name, destination), cancellation);
            if (destination.Contains("var/", StringComparison.Ordinal))
            {
                var mode = name == "root" ? "0700" : "0755";
                variable.Append($"d /{destination.Replace("../", string.Empty, StringComparison.Ordinal)} {mode} root root -\n");
            }
        }

        variable.Append($"L /var/lib/dpkg - - - - ../../{PackageDatabase}\n");
        await writer.WriteEntryAsync(TextFile("usr/etc/machine-id", string.Empty), cancellation);
        await writer.WriteEntryAsync(TextFile("usr/lib/tmpfiles.d/00-lab-var.conf", variable.ToString()), cancellation);
    }

    /// <summary>Where a path of a root file system goes in a commit, or null when it is not part of one.</summary>
    /// <param name="path">Relative, without "./" and without a slash at the end.</param>
    public static string? Map(string path)
    {
        if (path.Length == 0 || Emptied.Contains(path) || Links.ContainsKey(path) || VolatileEtc.Contains(path) || path.StartsWith(HostKeys, StringComparison.Ordinal) || path.EndsWith(Refused, StringComparison.Ordinal))
        {
            return null;
        }

        if (path.StartsWith("boot/", StringComparison.Ordinal))
        {
            return MapKernel(path["boot/".Length..]);
        }

        if (Below(path, "var/lib/dpkg") is { } database)
        {
            return database.StartsWith("/lock", StringComparison.Ordinal) ? null : PackageDatabase + database;
        }

        // Links to the newest kernel at the root are the package's way, and lead nowhere in a commit.
        var first = path.Split('/')[0];
        return Emptied.Contains(first) || Links.ContainsKey(first) || Below(path, "usr/local") is not null
            || path is "vmlinuz" or "vmlinuz.old" or "initrd.img" or "initrd.img.old"
            ? null
            : Place(path);
    }

    /// <summary>Where a commit keeps a file that a definition names by its path on the running system.</summary>
    /// <param name="path">Relative, without "./".</param>
    public static string Place(string path) => Below(path, "etc") is null ? path : "usr/" + path;

    internal static PaxTarEntry TextFile(string path, string text, UnixFileMode mode = (UnixFileMode)0b110_100_100) =>
        new(TarEntryType.RegularFile, path) { Mode = mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    // As symlink(7) has it, and as a checkout's links are: a commit that says otherwise fails `ostree fsck` wherever it was checked out.
    internal static PaxTarEntry Link(string path, string target) =>
        new(TarEntryType.SymbolicLink, path) { Mode = (UnixFileMode)0b111_111_111, LinkName = target };

    private static string? MapKernel(string name) =>
        name.StartsWith("vmlinuz-", StringComparison.Ordinal) ? $"usr/lib/modules/{name["vmlinuz-".Length..]}/vmlinuz"
        : name.StartsWith("initrd.img-", StringComparison.Ordinal) ? $"usr/lib/modules/{name["initrd.img-".Length..]}/initramfs.img"
        : null;

    private static string Normalize(string name) => (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).Trim('/');

    private static string? Below(string path, string folder) =>
        path == folder ? string.Empty : path.StartsWith(folder + "/", StringComparison.Ordinal) ? path[folder.Length..] : null;

    private static PaxTarEntry Renamed(TarEntry entry, string path, IReadOnlyDictionary<string, KeyValuePair<string, string>>? binary)
    {
        // Extended attributes (file capabilities among them) travel as PAX records; a record of the old path or size would win over the new one.
        var attributes = entry is PaxTarEntry pax
            ? pax.ExtendedAttributes.Where(pair => pair.Key.Contains("xattr", StringComparison.OrdinalIgnoreCase))
                .Select(pair => binary is not null && binary.TryGetValue(pair.Key, out var faithful) ? faithful : pair)
            : [];
        var type = entry.EntryType is TarEntryType.V7RegularFile or TarEntryType.ContiguousFile ? TarEntryType.RegularFile : entry.EntryType;
        var renamed = new PaxTarEntry(type, type is TarEntryType.Directory ? path + "/" : path, attributes)
        {
            Mode = entry.Mode,
            Uid = entry.Uid,
            Gid = entry.Gid,
            ModificationTime = entry.ModificationTime,
        };
        if (type is TarEntryType.RegularFile)
        {
            renamed.DataStream = entry.DataStream;
        }
        else if (type is TarEntryType.HardLink)
        {
            renamed.LinkName = Map(Normalize(entry.LinkName)) ?? throw new InvalidDataException($"{entry.Name} is a hard link to {entry.LinkName}, which is not part of a tree.");
        }
        else if (type is TarEntryType.SymbolicLink)
        {
            renamed.LinkName = entry.LinkName;
        }

        return renamed;
    }

    // tmpfiles.d(5): what a package made below /var at compose time is made again on the machine.
    private static string TmpfilesLine(TarEntry entry, string path) =>
        VolatileVar.Any(volatilePath => Below(path, volatilePath) is not null) ? string.Empty
        : entry.EntryType switch
        {
            TarEntryType.Directory => $"d {Escaped('/' + path)} {Convert.ToString((int)entry.Mode, 8).PadLeft(4, '0')} {entry.Uid} {entry.Gid} -\n",
            TarEntryType.SymbolicLink => $"L {Escaped('/' + path)} - - - - {Escaped(entry.LinkName, "\\")}\n",
            _ => string.Empty,
        };

    // A backslash keeps blanks and quotes in a word, for tmpfiles.d(5) as for a shell's `read`; "%" begins a specifier. An argument is
    // the rest of its line.
    private static string Escaped(string text, string special = "\\ \t\"'") =>
        string.Concat(text.Select(letter => letter == '%' ? "%%" : special.Contains(letter, StringComparison.Ordinal) ? $"\\{letter}" : $"{letter}"));
}
