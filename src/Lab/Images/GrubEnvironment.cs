using System.Text;

namespace Lab.Images;

/// <summary>
/// GRUB's environment block: 1024 bytes of <c>name=value</c> lines padded with '#' (GRUB manual, "Environment block";
/// written by <c>grub-editenv</c> and by GRUB's own <c>save_env</c>).
/// </summary>
public static class GrubEnvironment
{
    /// <summary>The block's length in bytes, fixed because GRUB writes it in place.</summary>
    public const int Size = 1024;

    private const string Header = "# GRUB Environment Block\n";

    /// <summary>Writes a block.</summary>
    /// <param name="variables">Names and values; a backslash and a line break in a value are escaped.</param>
    /// <exception cref="ArgumentException">They don't fit.</exception>
    public static byte[] Format(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var text = new StringBuilder(Header);
        foreach (var (name, value) in variables)
        {
            text.Append(name).Append('=').Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\\n", StringComparison.Ordinal)).Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (bytes.Length > Size)
        {
            throw new ArgumentException($"GRUB's environment holds {Size} bytes; these variables need {bytes.Length}.", nameof(variables));
        }

        var block = new byte[Size];
        Array.Fill(block, (byte)'#');
        bytes.CopyTo(block, 0);
        return block;
    }
}
