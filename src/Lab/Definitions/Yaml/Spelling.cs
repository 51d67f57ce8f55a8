namespace Lab.Definitions.Yaml;

/// <summary>Finds what a mistyped word was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The candidate that is a slip or two away from a word, or null if none is.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) => candidates
        .Select(candidate => (Candidate: candidate, Distance: Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant())))
        .Where(near => near.Distance <= Math.Max(1, Math.Min(word.Length, near.Candidate.Length) / 3))
        .OrderBy(near => near.Distance)
        .ThenBy(near => near.Candidate, StringComparer.Ordinal)
        .FirstOrDefault().Candidate;

    /// <summary>"Did you mean `x`? " with the space that joins it to the next sentence, or nothing.</summary>
    public static string DidYouMean(string word, IEnumerable<string> candidates) =>
        Nearest(word, candidates) is { } meant ? $"Did you mean `{meant}`? " : string.Empty;

    /// <summary>Words as a sentence lists them: "`a`, `b` and `c`".</summary>
    public static string Listed(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words.Select(Quoted)) : $"{string.Join(", ", words.SkipLast(1).Select(Quoted))} and {Quoted(words[^1])}";

    /// <summary>Edit distance in which swapped neighbours are one slip (optimal string alignment).</summary>
    public static int Distance(string left, string right)
    {
        // Words of very different lengths are never near: spare the table.
        if (Math.Abs(left.Length - right.Length) > 8)
        {
            return int.MaxValue;
        }

        var (before, last) = (new int[right.Length + 1], Enumerable.Range(0, right.Length + 1).ToArray());
        for (var i = 1; i <= left.Length; i++)
        {
            var row = new int[right.Length + 1];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
                }
            }

            (before, last) = (last, row);
        }

        return last[right.Length];
    }

    private static string Quoted(string word) => $"`{word}`";
}
