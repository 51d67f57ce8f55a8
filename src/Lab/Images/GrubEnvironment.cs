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
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a block.</summary>
    /// <param name="variables">Names and values; a backslash and a line break in a value are escaped.</param>
    /// <exception cref="ArgumentException">They don't fit, or a name or a value is none that GRUB would read back.</exception>
    public static byte[] Format(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var text = new StringBuilder(Header);
        foreach (var (name, value) in variables)
        {
            if (name.Length == 0 || name[0] == '#' || name.AsSpan().IndexOfAny("=\\\n\0") >= 0 || value.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException($"GRUB's environment can't hold `{name}={value}`: a name is not empty, does not begin with '#' and has no '=', backslash or line break.", nameof(variables));
            }

            text.Append(name).Append('=').Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\\n", StringComparison.Ordinal)).Append('\n');
        }

        var bytes = _strict.GetBytes(text.ToString());
        if (bytes.Length > Size)
        {
            throw new ArgumentException($"GRUB's environment holds {Size} bytes; these variables need {bytes.Length}.", nameof(variables));
        }

        var block = new byte[Size];
        Array.Fill(block, (byte)'#');
        bytes.CopyTo(block, 0);
        return block;
    }

    /// <summary>Reads a block.</summary>
    /// <param name="block">Its bytes.</param>
    /// <returns>The variables in the block's order; of one that stands there twice, the last value, as GRUB's <c>load_env</c> has it.</returns>
    /// <exception cref="InvalidDataException">It is no block, or one that GRUB would read otherwise than it was meant.</exception>
    public static IReadOnlyDictionary<string, string> Parse(ReadOnlySpan<byte> block)
    {
        if (block.Length != Size || !block.StartsWith(_strict.GetBytes(Header)))
        {
            throw new InvalidDataException($"This is no GRUB environment block: it has {block.Length} bytes and begins with \"{Encoding.Latin1.GetString(block[..Math.Min(block.Length, Header.Length)]).ReplaceLineEndings(" ")}\", where {Size} bytes that begin with \"{Header.TrimEnd()}\" were expected.");
        }

        var text = Decode(block);
        var variables = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        var line = 2;
        for (var position = Header.Length; position < text.Length; line++)
        {
            var (raw, next) = Line(text, position);
            if (raw is null && text[position] != '#')
            {
                throw new InvalidDataException($"GRUB's environment block is damaged: line {line}, `{text[position..].TrimEnd('#')}`, has no end.");
            }

            if (raw is not null && text[position] != '#')
            {
                var equals = raw.IndexOf('=', StringComparison.Ordinal);
                if (equals < 1)
                {
                    throw new InvalidDataException($"GRUB's environment block is damaged: line {line}, `{raw}`, is no name=value.");
                }

                variables.Remove(raw[..equals]);
                variables.Add(raw[..equals], Unescape(raw[(equals + 1)..]));
            }

            position = next;
        }

        return variables;
    }

    private static string Decode(ReadOnlySpan<byte> block)
    {
        try
        {
            return _strict.GetString(block);
        }
        catch (DecoderFallbackException failure)
        {
            throw new InvalidDataException("GRUB's environment block is damaged: it is not UTF-8.", failure);
        }
    }

    // A line ends at the first line break that no backslash escapes; null where none comes.
    private static (string? Line, int Next) Line(string text, int start)
    {
        for (var end = start; end < text.Length; end += text[end] == '\\' ? 2 : 1)
        {
            if (text[end] == '\n')
            {
                return (text[start..end], end + 1);
            }
        }

        return (null, text.Length);
    }

    private static string Unescape(string value)
    {
        var plain = new StringBuilder(value.Length);
        for (var index = 0; index < value.Length; index++)
        {
            index += value[index] == '\\' ? 1 : 0;
            plain.Append(value[index]);
        }

        return plain.ToString();
    }
}
