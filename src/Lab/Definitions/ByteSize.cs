using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Lab.Definitions;

/// <summary>
/// An amount of memory or disk, written with the binary units of IEC 80000-13 (<c>1 GiB</c>) and with no others:
/// <c>GB</c> means 10⁹ to some tools and 2³⁰ to others.
/// </summary>
public readonly partial record struct ByteSize : IComparable<ByteSize>
{
    private static readonly (string Symbol, long Bytes)[] _units =
        [("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("B", 1)];

    /// <param name="bytes">The amount in bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    public ByteSize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
    }

    /// <summary>The amount in bytes.</summary>
    public long Bytes { get; }

    /// <summary>An amount in KiB (2¹⁰ bytes).</summary>
    public static ByteSize FromKiB(long count) => new(checked(count * (1L << 10)));

    /// <summary>An amount in MiB (2²⁰ bytes).</summary>
    public static ByteSize FromMiB(long count) => new(checked(count * (1L << 20)));

    /// <summary>An amount in GiB (2³⁰ bytes).</summary>
    public static ByteSize FromGiB(long count) => new(checked(count * (1L << 30)));

    /// <summary>An amount in TiB (2⁴⁰ bytes).</summary>
    public static ByteSize FromTiB(long count) => new(checked(count * (1L << 40)));

    /// <summary>Reads a whole number and one of the units B, KiB, MiB, GiB, TiB: <c>1 GiB</c>. The space may be missing.</summary>
    /// <exception cref="FormatException">It is not that; the message says what to write.</exception>
    public static ByteSize Parse(string text) =>
        TryParse(text, out var size) ? size : throw new FormatException($"`{text}` is not a size. {Advice(text)}");

    /// <summary>Reads what <see cref="Parse"/> reads.</summary>
    /// <returns>False where it is not a size, or one beyond 8 EiB.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out ByteSize size)
    {
        size = default;
        if (Written().Match(text ?? string.Empty) is not { Success: true } match
            || _units.FirstOrDefault(unit => unit.Symbol == match.Groups["unit"].Value) is not { Symbol: not null } unit
            || !long.TryParse(match.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count > long.MaxValue / unit.Bytes)
        {
            return false;
        }

        size = new ByteSize(count * unit.Bytes);
        return true;
    }

    /// <summary>The amount in the largest unit that divides it: <c>1 GiB</c>, <c>1536 MiB</c>. <see cref="Parse"/> reads it back.</summary>
    public override string ToString()
    {
        var bytes = Bytes;
        var (symbol, size) = bytes == 0 ? _units[^1] : _units.First(unit => bytes % unit.Bytes == 0);
        return $"{bytes / size} {symbol}";
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Whether the left amount is the smaller one.</summary>
    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    /// <summary>Whether the left amount is the larger one.</summary>
    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    /// <summary>Whether the left amount is not the larger one.</summary>
    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    /// <summary>Whether the left amount is not the smaller one.</summary>
    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;

    /// <summary>What to write instead of a text that is not a size.</summary>
    internal static string Advice(string text)
    {
        var match = Meant().Match(text);
        var number = match.Groups["number"].Value;
        var letter = match.Groups["letter"].Value.ToUpperInvariant();
        if (!match.Success || number.Length > 6)
        {
            return "Write a whole number and a unit of KiB, MiB, GiB or TiB, as in `1 GiB`.";
        }

        if (letter.Length == 0)
        {
            return $"Add the unit, KiB, MiB, GiB or TiB: `{number} MiB`, say.";
        }

        if (match.Groups["fraction"].Value is not { Length: > 0 } fraction)
        {
            return $"Write `{number} {letter}iB`: units are KiB, MiB, GiB and TiB, powers of 1024.";
        }

        // A fraction of a unit is a whole number of a smaller one, or close to it.
        var unit = _units.First(candidate => candidate.Symbol[0] == letter[0]).Bytes;
        var kibibytes = Math.Max(1, Math.Round(decimal.Parse($"{number}.{fraction}", CultureInfo.InvariantCulture) * unit / 1024));
        return $"Write a whole number: `{FromKiB((long)kibibytes)}`.";
    }

    [GeneratedRegex(@"\A(?<number>[0-9]+) ?(?<unit>[A-Za-z]+)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Written();

    [GeneratedRegex(@"\A\s*(?<number>[0-9]+)([.,](?<fraction>[0-9]{1,6}))?\s*((?<letter>[KMGT])(i?B)?|B)?\s*\z", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Meant();
}
