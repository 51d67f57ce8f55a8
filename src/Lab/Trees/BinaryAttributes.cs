using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Lab.Trees;

/// <summary>
/// The extended attributes in a tar file whose bytes are no text, file capabilities among them: .NET reads PAX records as UTF-8 and
/// spoils those. The format is pax's in POSIX.1-2017, "pax Interchange Format"; the records' names are star's and GNU tar's.
/// </summary>
internal static class BinaryAttributes
{
    private const int Block = 512;
    private const string Prefix = "SCHILY.xattr.";

    // libarchive's way to write an attribute of any bytes (libarchive-formats(5)), which ostree reads too.
    private const string EncodedPrefix = "LIBARCHIVE.xattr.";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Finds them, and puts the stream back to its beginning.</summary>
    /// <param name="tar">A tar file that can be sought in.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>By the place of an entry in the file: the name of each record, and what to write in its stead.</returns>
    public static async Task<IReadOnlyDictionary<int, IReadOnlyDictionary<string, KeyValuePair<string, string>>>> FindAsync(Stream tar, CancellationToken cancellation)
    {
        var found = new Dictionary<int, IReadOnlyDictionary<string, KeyValuePair<string, string>>>();
        var header = new byte[Block];
        var records = new List<(string Name, byte[] Value)>();
        for (var entry = 0; await tar.ReadAtLeastAsync(header, Block, throwOnEndOfStream: false, cancellation) == Block && header[0] != 0;)
        {
            var size = Size(header.AsSpan(124, 12));
            var content = tar.Position;
            switch ((char)header[156])
            {
                case 'x':
                    var data = new byte[size];
                    await tar.ReadExactlyAsync(data, cancellation);
                    records = [.. Records(data)];
                    break;
                case 'L' or 'K':
                    break;
                default:
                    size = records.Find(record => record.Name == "size") is { Value: { } value } ? long.Parse(value, CultureInfo.InvariantCulture) : size;
                    var binary = records.Where(record => record.Name.StartsWith(Prefix, StringComparison.Ordinal) && !IsText(record.Value)).ToList();
                    if (binary.Count > 0)
                    {
                        found[entry] = binary.ToDictionary(
                            record => record.Name,
                            record => KeyValuePair.Create(EncodedPrefix + record.Name[Prefix.Length..], Convert.ToBase64String(record.Value)),
                            StringComparer.Ordinal);
                    }

                    records.Clear();
                    entry++;
                    break;
            }

            tar.Position = content + ((size + Block - 1) / Block * Block);
        }

        tar.Position = 0;
        return found;
    }

    // Each is "LENGTH NAME=VALUE\n", with its own length counted in.
    private static IEnumerable<(string Name, byte[] Value)> Records(byte[] data)
    {
        for (var at = 0; at < data.Length && Utf8Parser.TryParse(data.AsSpan(at), out int length, out var digits) && length > 0;)
        {
            var record = data.AsSpan(at, length)[(digits + 1)..^1];
            var equals = record.IndexOf((byte)'=');
            yield return (Encoding.UTF8.GetString(record[..equals]), record[(equals + 1)..].ToArray());
            at += length;
        }
    }

    private static bool IsText(byte[] value)
    {
        try
        {
            Strict.GetCharCount(value);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    // Octal digits; GNU tar writes what does not fit as a number in base 256, its first bit set.
    private static long Size(ReadOnlySpan<byte> field)
    {
        var size = 0L;
        if ((field[0] & 0x80) != 0)
        {
            foreach (var part in field[4..])
            {
                size = (size << 8) | part;
            }

            return size;
        }

        foreach (var digit in field)
        {
            size = digit is >= (byte)'0' and <= (byte)'7' ? (size << 3) + digit - '0' : size;
        }

        return size;
    }
}
