using System.Text.RegularExpressions;

namespace Lab.Media;

/// <summary>A boot loader's menu: isolinux's or GRUB's.</summary>
/// <param name="File">Its path on the image; within the EFI boot image, that image's path and its own.</param>
/// <param name="Arguments">The kernel arguments of its entries, in their order.</param>
public sealed partial record BootMenu(string File, IReadOnlyList<string> Arguments)
{
    private static readonly string[] _names = ["isolinux.cfg", "syslinux.cfg", "extlinux.conf", "grub.cfg", "boot.conf"];

    /// <summary>Whether a file has the name of a menu.</summary>
    internal static bool IsNamed(string path) => _names.Contains(Path.GetFileName(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a menu.</summary>
    internal static BootMenu Read(string file, string text) => new(file, [.. Entry().Matches(text).Select(entry => entry.Groups["arguments"].Value.Trim())]);

    /// <summary>A menu's text with arguments added to each entry. Those that name another kickstart go.</summary>
    internal static string Add(string text, string arguments) =>
        Entry().Replace(text, entry => $"{entry.Groups["kernel"].Value}{OtherKickstart().Replace(entry.Groups["arguments"].Value, string.Empty).TrimEnd()} {arguments}");

    // syslinux(1), `append`; GRUB's manual, `linux`. Distributions' GRUBs have linuxefi and linux16 besides.
    [GeneratedRegex(@"^(?<kernel>[ \t]*(append(?=[ \t]+[^-\s])|linux(16|efi)?[ \t]+[^\s]+))(?<arguments>[^\r\n]*)", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();

    [GeneratedRegex(@"[ \t](inst\.)?ks=[^\s]*", RegexOptions.ExplicitCapture)]
    private static partial Regex OtherKickstart();
}
