namespace Lab.Cli.Views;

/// <summary>Amounts of bytes as people read them, in powers of 1000 as disks and networks have them.</summary>
internal static class Bytes
{
    private static readonly string[] _units = ["B", "kB", "MB", "GB", "TB"];

    public static string Text(long bytes)
    {
        var (amount, unit) = ((double)bytes, 0);
        for (; amount >= 999.5 && unit < _units.Length - 1; unit++)
        {
            amount /= 1000;
        }

        return unit == 0 || amount >= 99.5 ? $"{amount:0} {_units[unit]}" : $"{amount:0.#} {_units[unit]}";
    }
}
