namespace Lab.Images;

/// <summary>
/// An entry of a boot loader's menu, as a file below <c>loader/entries</c> has it (Boot Loader Specification, type 1:
/// https://uapi-group.org/specifications/specs/boot_loader_specification/).
/// </summary>
/// <param name="File">The file's name, by which GRUB sorts the menu: <c>ostree-2-lab.conf</c>.</param>
/// <param name="Title">What the menu shows; the file's name without its ending where the entry has no title.</param>
/// <param name="Version">Its version, which OSTree counts up for each entry; null without one.</param>
/// <param name="Linux">The kernel's path on the boot partition.</param>
/// <param name="Options">The kernel's command line; empty without one.</param>
public sealed record BootLoaderEntry(string File, string Title, string? Version, string Linux, string Options)
{
    /// <summary>The ending of the files.</summary>
    public const string Extension = ".conf";

    private const string OstreeOption = "ostree=";

    /// <summary>The path of the deployment's link on the root partition (ostree-prepare-root(1)); null for what OSTree did not deploy.</summary>
    public string? Ostree => Options
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .LastOrDefault(option => option.StartsWith(OstreeOption, StringComparison.Ordinal))?[OstreeOption.Length..];

    /// <summary>GRUB's order of the menu: by file name, the numbers in it as numbers, the highest first (<c>blsuki.c</c>, filevercmp(3)).</summary>
    public static IComparer<BootLoaderEntry> MenuOrder { get; } = Comparer<BootLoaderEntry>.Create((one, other) => CompareVersions(Stem(other.File), Stem(one.File)));

    /// <summary>Reads an entry.</summary>
    /// <param name="file">Its file's name.</param>
    /// <param name="text">The file's text.</param>
    /// <exception cref="InvalidDataException">It is no entry that boots a kernel.</exception>
    public static BootLoaderEntry Parse(string file, string text)
    {
        var keys = text.Split('\n')
            .Select(line => line.Trim())
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split([' ', '\t'], 2, StringSplitOptions.TrimEntries))
            .Where(pair => pair.Length == 2)
            .ToLookup(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return keys["linux"].FirstOrDefault() is { } linux
            ? new BootLoaderEntry(file, keys["title"].FirstOrDefault() ?? Stem(file), keys["version"].FirstOrDefault(), linux, string.Join(' ', keys["options"]))
            : throw new InvalidDataException($"Boot loader entry {file} names no kernel: it has no `linux` line.");
    }

    private static string Stem(string file) => Path.GetFileNameWithoutExtension(file);

    private static int CompareVersions(string one, string other)
    {
        var (left, right) = (0, 0);
        while (left < one.Length && right < other.Length)
        {
            var (first, second) = (Piece(one, left), Piece(other, right));
            var order = char.IsAsciiDigit(first[0]) && char.IsAsciiDigit(second[0]) ? CompareNumbers(first, second) : string.CompareOrdinal(first, second);
            if (order != 0)
            {
                return order;
            }

            (left, right) = (left + first.Length, right + second.Length);
        }

        return (one.Length - left).CompareTo(other.Length - right);
    }

    private static int CompareNumbers(string one, string other)
    {
        var (first, second) = (one.TrimStart('0'), other.TrimStart('0'));
        return first.Length == second.Length ? string.CompareOrdinal(first, second) : first.Length.CompareTo(second.Length);
    }

    // The longest run from there on that is all digits, or has none.
    private static string Piece(string text, int start)
    {
        var digits = char.IsAsciiDigit(text[start]);
        return string.Concat(text.Skip(start).TakeWhile(character => char.IsAsciiDigit(character) == digits));
    }
}
