using System.Text;
using Lab.Definitions;

namespace Lab.Media.Kickstart;

/// <summary>A word of a line, without its quotes.</summary>
/// <param name="Location">Where it begins.</param>
/// <param name="Value">What it means.</param>
internal sealed record KickstartWord(SourceLocation Location, string Value);

/// <summary>
/// Splits a line into words by the rules that the installer applies (Python's <c>shlex.split</c> with comments): as a POSIX shell
/// does, but a <c>#</c> outside quotes begins a comment even within a word.
/// </summary>
internal static class KickstartWords
{
    /// <summary>The words of a line.</summary>
    /// <param name="line">The line; a line break at its end is blank space.</param>
    /// <param name="location">Where the line stands.</param>
    /// <param name="unclosed">The column of a quote or backslash that lacks its other half; 0 where there is none.</param>
    public static IReadOnlyList<KickstartWord> Split(string line, SourceLocation location, out int unclosed)
    {
        line = line.TrimEnd('\r', '\n');
        var words = new List<KickstartWord>();
        StringBuilder? word = null;
        var begin = unclosed = 0;
        for (var at = 0; at < line.Length; at++)
        {
            var next = line[at];
            if (next == '#')
            {
                break;
            }

            if (next is ' ' or '\t' or '\r')
            {
                End();
                continue;
            }

            begin = word is null ? at + 1 : begin;
            word ??= new StringBuilder();
            if (next is '"' or '\'')
            {
                var open = at;
                for (at++; at < line.Length && line[at] != next; at++)
                {
                    // In double quotes a backslash means itself, but before a quote or another one.
                    if (next == '"' && line[at] == '\\' && at + 1 < line.Length && (line[at + 1] is '"' or '\\'))
                    {
                        at++;
                    }

                    word.Append(line[at]);
                }

                if (at >= line.Length)
                {
                    unclosed = open + 1;
                }
            }
            else if (next == '\\')
            {
                if (++at < line.Length)
                {
                    word.Append(line[at]);
                }
                else
                {
                    unclosed = at;
                }
            }
            else
            {
                word.Append(next);
            }
        }

        End();
        return words;

        void End()
        {
            if (word is not null)
            {
                words.Add(new KickstartWord(location with { Column = begin }, word.ToString()));
                word = null;
            }
        }
    }
}
