using Lab.Templates;

namespace Lab.Images;

/// <summary>The <c>grub.cfg</c> of disks made here: OSTree's entries, and greenboot's boot counting.</summary>
public static class GrubMenu
{
    /// <summary>The most boots of an update that GRUB can count, because it has to name each number.</summary>
    public const int MaxAttempts = 9;

    /// <summary>The kernel argument that makes an entry longer, and nothing else.</summary>
    public const string Filler = "lab.filler";

    /// <summary>
    /// A BLS entry as GRUB 2.14 can boot it. Its blscfg reserves a byte too few for <c>linux PATH OPTIONS</c> (bls_get_linux in
    /// commands/blsuki.c), which shows where that fills the last of its 16-byte blocks: the line runs into what lies behind it, and the
    /// initramfs is not loaded. So one entry in sixteen needs to be of another length. OSTree takes its arguments over to later deployments.
    /// </summary>
    /// <param name="entry">The entry's text (https://uapi-group.org/specifications/specs/boot_loader_specification/).</param>
    public static string Fit(string entry)
    {
        var lines = entry.Split('\n');
        var reserved = "linux ".Length + 2 + ValueOf("linux").Length + ValueOf("options").Length;
        return reserved % HeapBlock != 0 ? entry : string.Join('\n', lines.Select(line => line.StartsWith("options ", StringComparison.Ordinal) ? $"{line} {Filler}" : line));

        string ValueOf(string key) => lines.FirstOrDefault(line => line.StartsWith(key + ' ', StringComparison.Ordinal))?[(key.Length + 1)..].Trim() ?? string.Empty;
    }

    private const int HeapBlock = 16;

    /// <summary>Writes it.</summary>
    public static string Render() =>
        Template.Render("grub.cfg", new { counts = Enumerable.Range(1, MaxAttempts).Reverse().Select(count => new { from = count, to = count - 1 }) });
}
